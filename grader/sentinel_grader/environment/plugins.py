"""Compose and buildx, the docker client's two plugins.

Where the distribution has packages for them, those are installed. Debian 12 has neither: there these two programs,
and nothing else, are taken out of the next release's signed packages into a folder of our own, without touching the
machine's package sources. The client finds that folder through `cliPluginsExtraDirs` in its own configuration
(https://docs.docker.com/reference/cli/docker/#docker-cli-configuration-file-configjson-properties), so that
`docker compose` works in a learner's shell as well.
"""

from __future__ import annotations

import json
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sentinel_grader.environment import distribution, shell, work
from sentinel_grader.environment.consent import Consent
from sentinel_grader.environment.docker import OLDEST_BUILDX, OLDEST_COMPOSE, plugin_version, version_number
from sentinel_grader.environment.journal import Journal
from sentinel_grader.environment.problem import Problem
from sentinel_grader.environment.progress import Progress, Step
from sentinel_grader.paths import state_folder

_OLDEST = {"compose": OLDEST_COMPOSE, "buildx": OLDEST_BUILDX}
_NAMES = {"compose": "Compose", "buildx": "buildx"}
#: Where Debian's packages of a later release put the plugins, and the packages' names.
_IN_PACKAGE = "usr/libexec/docker/cli-plugins"
PACKAGES = {"compose": "docker-compose", "buildx": "docker-buildx"}


def lacking() -> list[str]:
    """Which of the two plugins are not there, or too old."""
    with ThreadPoolExecutor() as pool:  # each takes as long as all else that a grade begins with
        versions = dict(zip(_OLDEST, pool.map(plugin_version, _OLDEST), strict=True))
    return [name for name, oldest in _OLDEST.items() if version_number(versions[name]) < oldest]


def ensure(progress: Progress, consent: Consent) -> None:
    """Have both plugins. Raises Problem where only the person can get them."""
    wanted = lacking()
    if not wanted:
        return
    words = " and ".join(_NAMES[name] for name in wanted)
    release = distribution.release()
    if release is None or not distribution.can_install():
        raise Problem(f"The docker client has no {words} (or an old one).", _instruction(release, wanted))
    if not consent(_announcement(release, words)):
        raise Problem(f"The docker client has no {words}.", _instruction(release, wanted))
    with progress.step(f"Getting {words}") as step:
        if release.plugins_from:
            _take_from_next_release(release, wanted, step)
        else:
            _install(release, wanted, step)
    if still := lacking():
        raise Problem(f"The docker client still finds no {' and '.join(still)}.", "Run `./sentinel doctor`.")


def _announcement(release: distribution.Release, words: str) -> str:
    if not release.plugins_from:
        return f"The docker client has no {words}: Sentinel will install them from {release.name}'s own packages."
    return (
        f"{release.name} has no packages for {words}: Sentinel will take just these programs out of Debian "
        f"{release.plugins_from}'s signed packages, into {_folder()}, and name that folder in {_config_path()}."
    )


def _instruction(release: distribution.Release | None, wanted: list[str]) -> str:
    if release is None:
        return "Install them: https://docs.docker.com/compose/install/ and https://github.com/docker/buildx"
    if release.plugins_from:
        return "Let Sentinel get them:\n  sudo ./sentinel up"
    packages = [{"compose": release.compose, "buildx": release.buildx}[name] for name in wanted]
    return f"  sudo apt-get install {' '.join(packages)}"


def _install(release: distribution.Release, wanted: list[str], step: Step) -> None:
    packages = [{"compose": release.compose, "buildx": release.buildx}[name] for name in wanted]
    journal = Journal.read()
    journal.packages = sorted({*journal.packages, *packages})
    journal.write()
    distribution.install(packages, step)


# --- out of the next release -----------------------------------------------------------------------------------------


def _folder() -> Path:
    return state_folder() / "cli-plugins"


def _take_from_next_release(release: distribution.Release, wanted: list[str], step: Step) -> None:
    with work.folder("plugins") as folder:
        apt = private_apt(folder, release.plugins_from)
        try:
            step.note(f"reading the index of {release.plugins_from}")
            shell.run([*apt, "update"], deadline=120, on_line=step.note)
            packages = [PACKAGES[name] for name in wanted]
            shell.run([*apt, "download", *packages], deadline=300, on_line=step.note, folder=folder)
            for archive in sorted(folder.glob("*.deb")):
                shell.run(["dpkg-deb", "--extract", str(archive), str(folder / "out")], deadline=60)
        except shell.CommandFailed as failure:
            raise Problem("Compose and buildx could not be fetched from Debian.", str(failure)) from failure
        _folder().mkdir(exist_ok=True)
        for plugin in (folder / "out" / _IN_PACKAGE).iterdir():
            shutil.copy2(plugin, _folder() / f".{plugin.name}")
            (_folder() / f".{plugin.name}").replace(_folder() / plugin.name)
    name_folder()


def private_apt(folder: Path, codename: str) -> list[str]:
    """An apt-get with one signed source and lists of its own, which leaves the machine's sources alone."""
    sources = folder / "sources.list"
    signed = f"[signed-by={distribution.DEBIAN_KEYRING}] " if distribution.DEBIAN_KEYRING.exists() else ""
    sources.write_text(f"deb {signed}{distribution.debian_mirror()} {codename} main\n")
    for name in ("lists/partial", "archives/partial"):
        (folder / name).mkdir(parents=True)
    settings = {
        "Dir::Etc::sourcelist": sources,
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::State::lists": folder / "lists",
        "Dir::Cache": folder,
        "APT::Sandbox::User": "root",  # apt's own user may not enter our folder
    }
    return ["apt-get", *[word for key, value in settings.items() for word in ("-o", f"{key}={value}")]]


# --- the client's configuration --------------------------------------------------------------------------------------


def _config_path() -> Path:
    return Path(os.environ.get("DOCKER_CONFIG") or Path.home() / ".docker") / "config.json"


def _read_config(path: Path) -> dict[str, object]:
    try:
        value = json.loads(path.read_text() or "{}")
    except FileNotFoundError:
        return {}
    except ValueError as broken:
        raise Problem(
            f"{path} is not valid JSON: {broken}.", "Mend it or move it away, then run this again."
        ) from broken
    return value if isinstance(value, dict) else {}


def _write_config(path: Path, config: dict[str, object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(path.name + ".sentinel")
    new.write_text(json.dumps(config, indent="\t") + "\n")
    new.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o600)  # it may hold credentials
    new.replace(path)


def _extra(config: dict[str, object]) -> list[str]:
    value = config.get("cliPluginsExtraDirs")
    return [str(entry) for entry in value] if isinstance(value, list) else []


def name_folder() -> None:
    """Name our plugin folder in the client's configuration, once."""
    path = _config_path()
    config = _read_config(path)
    if str(_folder()) not in _extra(config):
        _write_config(path, {**config, "cliPluginsExtraDirs": [*_extra(config), str(_folder())]})
    journal = Journal.read()
    journal.plugins_config = str(path)
    journal.write()


def remove_ours() -> None:
    """Take our plugin folder, and its name in the client's configuration, away again."""
    journal = Journal.read()
    if journal.plugins_config:
        path = Path(journal.plugins_config)
        config = _read_config(path)
        left = [entry for entry in _extra(config) if entry != str(_folder())]
        rest = {key: value for key, value in config.items() if key != "cliPluginsExtraDirs"}
        new = {**rest, "cliPluginsExtraDirs": left} if left else rest
        if new:
            _write_config(path, new)
        else:
            path.unlink(missing_ok=True)
        journal.plugins_config = None
        journal.write()
    shutil.rmtree(_folder(), ignore_errors=True)
