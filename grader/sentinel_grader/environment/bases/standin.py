"""Stand-ins: base images built from Debian packages, under the usual names and with the usual layout.

mmdebstrap (https://manpages.debian.org/mmdebstrap) makes `debian:trixie-slim`; a recipe's Dockerfile does the rest.
"""

from __future__ import annotations

import os
import platform
import shutil
from pathlib import Path

from sentinel_grader.environment import certificates, distribution, shell, work
from sentinel_grader.environment.bases.catalogue import DEBIAN, Recipe
from sentinel_grader.environment.bases.images import STAND_IN
from sentinel_grader.environment.docker import build_environment
from sentinel_grader.environment.problem import Problem
from sentinel_grader.environment.progress import Step

# As the official image does (https://github.com/debuerreotype/debuerreotype): no manuals, no translations.
_LEFT_OUT = ("/usr/share/doc/*", "/usr/share/man/*", "/usr/share/info/*", "/usr/share/locale/*")
_KEPT = ("/usr/share/doc/*/copyright",)


def build_debian(step: Step) -> None:
    """Make `debian:trixie-slim`, with the certificate authorities that this host trusts beyond Debian's own."""
    _need_mmdebstrap(step)
    with work.folder("debian") as folder:
        archive = folder / "rootfs.tar"
        authorities = certificates.write_extra(folder / "authorities")
        step.note("mmdebstrap: fetching Debian packages")
        try:
            shell.run(
                _mmdebstrap(archive, authorities),
                deadline=900,
                on_line=step.note,
                environment={"TMPDIR": str(folder), "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin"},
            )
            shell.run(_import(archive), deadline=300)
        except shell.CommandFailed as failure:
            raise Problem(f"{DEBIAN} could not be built from Debian packages.", _advice(failure)) from failure


def build(recipe: Recipe, step: Step) -> None:
    """Build a recipe's image on `debian:trixie-slim`. What only the built image knows is asked of it, then set."""
    command = ["docker", "buildx", "build", "--load", "--pull=false", "--progress=plain", f"--tag={recipe.name}"]
    command += [f"--label={STAND_IN}={recipe.name}"]
    try:
        known: list[str] = []
        if recipe.probes:
            first = [*command[:-2], f"--tag={recipe.name}-probe", str(recipe.folder)]
            shell.run(first, deadline=900, on_line=step.note, environment=build_environment())
            known = [f"--build-arg={name}={_ask(recipe, probe)}" for name, probe in recipe.probes.items()]
        shell.run(
            [*command, *known, str(recipe.folder)], deadline=900, on_line=step.note, environment=build_environment()
        )
    except shell.CommandFailed as failure:
        raise Problem(f"{recipe.name} could not be built from Debian packages.", _advice(failure)) from failure
    finally:
        shell.answer(["docker", "image", "rm", f"{recipe.name}-probe"])


def _ask(recipe: Recipe, probe: str) -> str:
    command = ["docker", "run", "--rm", "--network=none", "--entrypoint=/bin/sh", f"{recipe.name}-probe", "-c", probe]
    return shell.run(command, deadline=60).strip()


def _mmdebstrap(archive: Path, authorities: list[Path]) -> list[str]:
    command = ["mmdebstrap", "--variant=minbase", "--include=ca-certificates", "--components=main"]
    command += [f"--dpkgopt=path-exclude={path}" for path in _LEFT_OUT]
    command += [f"--dpkgopt=path-include={path}" for path in _KEPT]
    command += [f"--keyring={distribution.DEBIAN_KEYRING}"] if distribution.DEBIAN_KEYRING.exists() else []
    target = "/usr/local/share/ca-certificates"
    for path in authorities:
        command.append(f'--customize-hook=install -D -m 644 "{path}" "$1{target}/{path.name}"')
    command.append('--customize-hook=chroot "$1" update-ca-certificates')
    command.append('--customize-hook=rm -rf "$1"/var/lib/apt/lists/* "$1"/var/cache/* "$1"/var/log/*')
    return [*command, "trixie", str(archive), distribution.debian_mirror()]


def _import(archive: Path) -> list[str]:
    changes = [f'LABEL "{STAND_IN}"="{DEBIAN}"', 'CMD ["bash"]']
    changes.append("ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
    return ["docker", "import", *[f"--change={change}" for change in changes], str(archive), DEBIAN]


def _need_mmdebstrap(step: Step) -> None:
    if shutil.which("mmdebstrap"):
        return
    if not distribution.can_install():
        here = "on Debian or Ubuntu" if platform.system() != "Linux" or not shutil.which("apt-get") else "as root"
        raise Problem(
            f"No registry answers, and base images can be built from Debian packages only {here}.",
            "Bring them from a machine that has them: there `./sentinel bases --save bases.tar`,\n"
            "here `./sentinel bases --from bases.tar`."
            + ("\nOr: sudo apt-get install mmdebstrap" if here == "as root" else ""),
        )
    packages = ["mmdebstrap"] + ([] if distribution.DEBIAN_KEYRING.exists() else ["debian-archive-keyring"])
    distribution.install(packages, step)


def _advice(failure: shell.CommandFailed) -> str:
    return f"{failure}\nIs the Debian mirror {distribution.debian_mirror()} in reach, also from inside a build?"
