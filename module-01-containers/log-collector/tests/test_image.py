"""The image: small, no more than the service, unable to change itself. Its layers are judged, not its Dockerfile."""

from __future__ import annotations

import io
import json
import os
import subprocess
import tarfile
import uuid
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any, NamedTuple

import pytest
from collector_service import FOLDER
from stage import until

pytestmark = pytest.mark.engine

BASE = "python:3.13-slim"
MOST_BYTES = 25_000_000


class Image(NamedTuple):
    """What was built."""

    name: str
    added: list[tarfile.TarInfo]  # everything in the layers above the base


def docker(*arguments: str) -> bytes:
    """Run docker; returns what it prints."""
    environment = {**os.environ, "BUILDX_NO_DEFAULT_ATTESTATIONS": "1"}
    return subprocess.run(
        ["docker", *arguments], env=environment, check=True, stdout=subprocess.PIPE, timeout=240
    ).stdout


def layers_of(image: str) -> list[str]:
    """The digests of an image's uncompressed layers, the lowest first."""
    found: list[str] = json.loads(docker("image", "inspect", image))[0]["RootFS"]["Layers"]
    return found


def members(image: str) -> Iterator[list[tarfile.TarInfo]]:
    """The members of each layer, the lowest first."""
    with tarfile.open(fileobj=io.BytesIO(docker("save", image))) as saved:
        manifest: Any = json.load(saved.extractfile("manifest.json") or io.BytesIO())
        for path in manifest[0]["Layers"]:
            with tarfile.open(fileobj=saved.extractfile(path)) as layer:
                yield layer.getmembers()


@pytest.fixture(scope="module")
def image() -> Iterator[Image]:
    name = f"sentinel-test/log-collector:{uuid.uuid4().hex[:8]}"
    docker("build", "--quiet", "--tag", name, str(FOLDER))
    layers = list(members(name))
    yield Image(name, [member for layer in layers[len(layers_of(BASE)) :] for member in layer])
    docker("rmi", "--force", name)


def test_the_base_is_untouched(image: Image) -> None:
    base = layers_of(BASE)
    assert layers_of(image.name)[: len(base)] == base


def test_it_adds_less_than_25_mb(image: Image) -> None:
    added = sum(member.size for member in image.added)
    print(f"{added:,} bytes over the base")
    assert added < MOST_BYTES


def test_it_adds_the_service_and_nothing_else(image: Image) -> None:
    """No compiler, no strip, no package lists, no pip, no tests: whatever built it stayed where it was built."""
    folders = {"/".join(PurePosixPath(member.name).parts[:2]) for member in image.added if not member.isdir()}
    assert folders == {"service/main.py", "service/collector", "service/packages", "service/__pycache__"}


def test_root_owns_every_file_and_nobody_else_may_write(image: Image) -> None:
    assert {(member.uid, member.gid) for member in image.added} == {(0, 0)}
    assert [member.name for member in image.added if member.mode & 0o022 and not member.issym()] == []
    assert [member.name for member in image.added if member.mode & 0o6000] == []


def test_all_code_is_compiled(image: Image) -> None:
    paths = [PurePosixPath(member.name) for member in image.added if member.isfile()]
    compiled = {path for path in paths if path.suffix == ".pyc"}
    missing = [
        path
        for path in paths
        if path.suffix == ".py" and path.parent / "__pycache__" / f"{path.stem}.cpython-313.pyc" not in compiled
    ]
    assert missing == []


def test_its_user_is_a_number_and_its_commands_need_no_shell(image: Image) -> None:
    config = json.loads(docker("image", "inspect", image.name))[0]["Config"]
    assert config["User"] == "10001:10001"
    assert config["Cmd"] == ["python", "main.py", "--serve"]
    assert config["Healthcheck"]["Test"] == ["CMD", "python", "main.py", "--health"]


def test_it_runs_healthy_where_there_is_no_shell_and_nothing_can_be_written(image: Image) -> None:
    locked = ["--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges", "--network=none"]
    no_shell = ["--mount=type=bind,src=/dev/null,dst=/usr/bin/dash,readonly"]
    memory = ["--env=QUEUE_BACKEND=memory"]
    container = docker("run", "--detach", *locked, *no_shell, *memory, image.name).decode().strip()
    try:
        assert subprocess.run(["docker", "exec", container, "sh", "-c", "true"], capture_output=True).returncode != 0
        until(lambda: state(container)["Health"]["Status"] == "healthy")
    finally:
        docker("rm", "--force", container)


def test_its_probe_fails_without_redis(image: Image) -> None:
    container = docker("run", "--detach", "--network=none", image.name).decode().strip()
    try:
        until(lambda: any('"status":"unavailable"' in probe["Output"] for probe in state(container)["Health"]["Log"]))
        assert {probe["ExitCode"] for probe in state(container)["Health"]["Log"]} == {1}
        assert state(container)["Running"]
    finally:
        docker("rm", "--force", container)


def state(container: str) -> Any:
    """What the engine says of a container's state."""
    return json.loads(docker("inspect", "--format={{json .State}}", container))
