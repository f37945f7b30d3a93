"""What this machine's distribution offers, and how it is installed: Debian and Ubuntu, through apt.

Which package gives what, release by release, as the releases' own indexes say (checked by
grader/tests/environment/test_distribution.py where an index can be reached):

    Debian 12     docker.io 20.10; neither Compose v2 nor buildx: these two come from Debian 13 (plugins.py)
    Debian 13     docker.io 26, docker-cli, docker-compose (v2), docker-buildx
    Ubuntu 22.04  docker.io, docker-compose-v2, docker-buildx
    Ubuntu 24.04  docker.io, docker-compose-v2, docker-buildx
"""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from sentinel_grader.environment import shell
from sentinel_grader.environment.problem import Problem
from sentinel_grader.environment.progress import Step

DEBIAN_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_APPARMOR_IN_KERNEL = Path("/sys/module/apparmor/parameters/enabled")


@dataclass(frozen=True)
class Release:
    """How a release gives an engine with its plugins. `plugins_from` names a later release to take them from."""

    name: str
    codename: str
    packages: tuple[str, ...]
    compose: str = ""
    buildx: str = ""
    plugins_from: str = ""


RELEASES = {
    release.codename: release
    for release in (
        Release("Debian 12", "bookworm", ("docker.io", "iptables"), plugins_from="trixie"),
        Release("Debian 13", "trixie", ("docker.io", "docker-cli", "iptables"), "docker-compose", "docker-buildx"),
        Release("Ubuntu 22.04", "jammy", ("docker.io", "iptables"), "docker-compose-v2", "docker-buildx"),
        Release("Ubuntu 24.04", "noble", ("docker.io", "iptables"), "docker-compose-v2", "docker-buildx"),
    )
}


def codename(os_release: Path = Path("/etc/os-release")) -> str:
    """The release's code name; a derivative's is that of the Ubuntu release it is built on. "" elsewhere."""
    try:
        text = os_release.read_text()
    except OSError:
        return ""
    values: dict[str, str] = {key: value.strip("\"'") for key, value in re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE)}
    return values.get("UBUNTU_CODENAME") or values.get("VERSION_CODENAME", "")


def release() -> Release | None:
    """This machine's release, if it is one of those we install an engine on."""
    return RELEASES.get(codename())


def can_install() -> bool:
    """Whether we may install packages here."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def engine_packages(here: Release) -> list[str]:
    """Everything to install for an engine with its plugins.

    AppArmor's parser is only recommended by docker.io, and yet no container starts without it where the kernel has
    AppArmor switched on ("docker-default profile could not be loaded").
    """
    wanted = [*here.packages, *filter(None, (here.compose, here.buildx))]
    in_kernel = _APPARMOR_IN_KERNEL.exists() and _APPARMOR_IN_KERNEL.read_text().startswith("Y")
    return [*wanted, "apparmor"] if in_kernel and not shutil.which("apparmor_parser") else wanted


def missing(packages: list[str]) -> list[str]:
    """Those of `packages` that are not installed."""
    return [name for name in packages if not _is_installed(name)]


def _is_installed(package: str) -> bool:
    _, out, _ = shell.answer(["dpkg-query", "--show", "--showformat=${db:Status-Status}", package])
    return out.strip() == "installed"


def install(packages: list[str], step: Step) -> None:
    """Install `packages` with apt, after refreshing its lists, and note them in the journal by the caller.

    An installation that was cut off earlier is finished first. Raises Problem.
    """
    environment = {"DEBIAN_FRONTEND": "noninteractive", "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin"}
    wait = ["-o", "DPkg::Lock::Timeout=300"]
    try:
        shell.run(["dpkg", "--configure", "-a"], deadline=300, on_line=step.note, environment=environment)
        _update(wait, step)
        shell.run(
            ["apt-get", *wait, "install", "--yes", "--no-install-recommends", *packages],
            deadline=1200,
            on_line=step.note,
            environment=environment,
            finish_on_interrupt=True,
        )
    except shell.CommandFailed as failure:
        raise Problem(f"{' '.join(packages)} could not be installed.", str(failure)) from failure


def _update(wait: list[str], step: Step) -> None:
    """Refresh apt's lists. One source of many that fails (a third party's, say) is no reason to stop here."""
    try:
        shell.run(["apt-get", *wait, "update"], deadline=300, on_line=step.note)
    except shell.CommandFailed as failure:
        step.note(f"apt-get update: {failure.lines[-1] if failure.lines else failure}")


def debian_mirror() -> str:
    """The Debian mirror that this machine's own sources name, else Debian's own address."""
    listing = ["apt-get", "indextargets", "--format", "$(COMPONENT) $(REPO_URI)", "Created-By: Packages"]
    _, out, _ = shell.answer(listing)
    uris = [
        uri.rstrip("/")
        for component, _, uri in (line.partition(" ") for line in out.splitlines())
        if component == "main"
    ]
    return next((uri for uri in uris if uri.endswith("/debian")), "http://deb.debian.org/debian")
