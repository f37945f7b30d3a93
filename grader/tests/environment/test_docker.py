"""What kind of engine answers, or why none does: asked of the real client."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from sentinel_grader.environment import docker
from sentinel_grader.environment.docker import Answer, EngineState
from sentinel_grader.environment.engine import instruction
from sentinel_grader.environment.problem import NoEngine

needs_client = pytest.mark.skipif(not shutil.which("docker"), reason="there is no docker client here")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("v2.26.1-4", (2, 26, 1)),
        ("20.10.24+dfsg1", (20, 10, 24)),
        ("29.9.3", (29, 9, 3)),
        ("0.13.1+ds1", (0, 13, 1)),
        ("2.40.3-desktop.1", (2, 40, 3)),
        ("dev", ()),
        ("", ()),
    ],
)
def test_a_version_is_read_as_numbers(text: str, number: tuple[int, ...]) -> None:
    assert docker.version_number(text) == number


def test_no_docker_command_at_all(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert docker.find_engine().answer is Answer.NO_CLIENT


@needs_client
def test_an_engine_that_docker_host_names_and_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:1")
    state = docker.find_engine()
    assert state.answer is Answer.UNREACHABLE
    told = instruction(state)
    assert "DOCKER_HOST=tcp://127.0.0.1:1" in told.what
    assert not isinstance(told, NoEngine), "we must not fall back to another engine than the one that was named"


@needs_client
def test_an_engine_that_a_context_names_is_never_installed_here(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    create = ["docker", "context", "create", "elsewhere", "--docker", "host=tcp://127.0.0.1:1"]
    subprocess.run(create, check=True, capture_output=True)
    monkeypatch.setenv("DOCKER_CONTEXT", "elsewhere")
    assert not docker.is_local()
    assert docker.default_builder() == "elsewhere"
    assert docker.find_engine().answer is Answer.UNREACHABLE


@needs_client
@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("setpriv"), reason="needs root, to become somebody else")
def test_a_user_outside_the_docker_group_is_told_so(tmp_path: Path) -> None:
    """A real socket that only root may use, and the real client as another user. The default place is needed: a
    DOCKER_HOST would name it, so the client is asked for its reason and that is judged."""
    place = tmp_path / "docker.sock"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(place))
        server.listen()
        place.chmod(0o600)
        for folder in [tmp_path, *tmp_path.parents][:4]:
            if folder.stat().st_uid == 0 and str(folder).count("/") > 1:
                folder.chmod(folder.stat().st_mode | 0o055)
        command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "docker", "version"]
        asked = subprocess.run(
            command, capture_output=True, text=True, env={**os.environ, "DOCKER_HOST": f"unix://{place}", "HOME": "/"}
        )
    assert docker.why_not(asked.stderr) is Answer.FORBIDDEN, asked.stderr
    told = instruction(EngineState(Answer.FORBIDDEN, detail=asked.stderr))
    assert "usermod -aG docker" in told.remedy


def test_podman_under_docker_s_name_is_recognised(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What podman-docker's `docker info --format json` prints begins so (podman 4.3)."""
    script = tmp_path / "docker"
    script.write_text(f'#!{sys.executable}\nprint(\'{{"host": {{"buildahVersion": "1.28.2"}}, "podman": 1}}\')\n')
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    state = docker.find_engine()
    assert state.answer is Answer.PODMAN
    assert "Podman" in instruction(state).what


@pytest.mark.engine
def test_the_engine_that_answers_says_who_it_is() -> None:
    state = docker.find_engine()
    assert state.engine is not None, state
    assert state.engine.number >= docker.OLDEST_ENGINE
    assert state.engine.memory > 0
    assert docker.version_number(docker.plugin_version("compose")) >= docker.OLDEST_COMPOSE
    assert docker.version_number(docker.plugin_version("buildx")) >= docker.OLDEST_BUILDX
