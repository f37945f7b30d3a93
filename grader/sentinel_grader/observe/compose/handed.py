"""What a stack's secrets and configs hold, where the engine can read it.

Compose binds the files themselves, from the engine's own machine. The grader's folder need not be there: an engine may
live elsewhere. Then they are put into a volume of the run's, and each is mounted from it to where it would have been
bound. Engines take a single file of a volume since 26.0 (API 1.45):
https://docs.docker.com/engine/release-notes/26.0/#new.
"""

from __future__ import annotations

import base64
import contextlib
import io
import json
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import docker
from docker.models.containers import Container

from sentinel_grader.observe.agent import IMAGE
from sentinel_grader.observe.outcome import OursError
from sentinel_grader.observe.session import Session

#: What the volume is called in the model, and where our container has it.
GIVEN, _AT = "sentinel-given", "/given"
#: Where Compose puts what has no absolute path of its own.
_BELOW = {"secrets": "/run/secrets/", "configs": "/"}
#: The engine's API that mounts them out of volumes.
SINGLE_FILES = "1.45"


def handed(session: Session, folder: Path, files: Mapping[str, str], model: Mapping[str, Any]) -> Mapping[str, Any]:
    """The model with `files` (base64, by section and name; they lie in `folder`) where the engine can read them. Raises
    OursError where it cannot."""
    if not files or sees(session, folder):
        return model
    if not docker.utils.version_gte(session.engine.api.api_version, SINGLE_FILES):
        raise OursError("engine_elsewhere", "this engine takes secrets and configs only from files of its own machine")
    return from_volume(model, files, volume_with(session, files))


def from_volume(model: Mapping[str, Any], files: Mapping[str, str], volume: str) -> dict[str, Any]:
    """The model with those secrets and configs that are in `files` mounted from a volume that has them."""
    changed: dict[str, Any] = json.loads(json.dumps(model))
    for service in changed["services"].values():
        for section, below in _BELOW.items():
            granted = service.pop(section, None) or []
            given = [grant for grant in granted if f"{section}/{grant['source']}" in files]
            mounts = [_mount(f"{section}/{grant['source']}", _target(grant, below)) for grant in given]
            service["volumes"] = [*(service.get("volumes") or []), *mounts]
            service[section] = [grant for grant in granted if grant not in given]
    for name in files:
        section, _, entry = name.partition("/")
        del changed[section][entry]
    changed["volumes"] = {**(changed.get("volumes") or {}), GIVEN: {"external": True, "name": volume}}
    return changed


def _target(grant: Mapping[str, str], below: str) -> str:
    target = grant.get("target") or grant["source"]
    return target if target.startswith("/") else below + target


def _mount(path: str, target: str) -> dict[str, Any]:
    options = {"nocopy": True, "subpath": path}
    return {"type": "volume", "source": GIVEN, "target": target, "read_only": True, "volume": options}


def volume_with(session: Session, files: Mapping[str, str]) -> str:
    """The name of a new volume of the run's that holds these files. It goes with all that carries the run's label."""
    volume = session.engine.volumes.create(session.name("given"), labels=session.labels)
    with _created(session, docker.types.Mount(_AT, volume.name, type="volume")) as container:
        container.put_archive(_AT, _archive(files))
    return str(volume.name)


def _archive(files: Mapping[str, str]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, content in files.items():
            entry, held = tarfile.TarInfo(name), base64.b64decode(content)
            entry.size, entry.mode = len(held), 0o644
            archive.addfile(entry, io.BytesIO(held))
    return packed.getvalue()


def sees(session: Session, folder: Path) -> bool:
    """Whether this folder is on the engine's machine: else no container can be made that binds it."""
    bound = docker.types.Mount(_AT, str(folder), type="bind", read_only=True)
    with contextlib.suppress(docker.errors.APIError), _created(session, bound):
        return True
    return False


@contextlib.contextmanager
def _created(session: Session, mount: docker.types.Mount) -> Iterator[Container]:
    """A container of ours that never runs, for the block."""
    container = session.engine.containers.create(
        IMAGE, ["true"], name=session.name("given"), labels=session.labels, mounts=[mount], network_mode="none"
    )
    try:
        yield container
    finally:
        session.removals.container(container)
