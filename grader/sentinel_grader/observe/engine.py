"""The engine's API, for observations: the engine that the docker client would use."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import subprocess

import docker
from docker import DockerClient

from sentinel_grader.observe.outcome import OursError


def connect() -> DockerClient:
    """The engine that the docker client would use: DOCKER_HOST, else the current context's."""
    try:
        host = os.environ.get("DOCKER_HOST") or _context_host()
        client = docker.DockerClient(base_url=host, version="auto", timeout=120)
    except (docker.errors.DockerException, OSError) as error:
        raise OursError("engine_gone", str(error)) from error
    return client


def _context_host() -> str:
    asked = subprocess.run(["docker", "context", "inspect"], capture_output=True, text=True, timeout=20, check=False)
    with contextlib.suppress(ValueError, KeyError, IndexError):
        return str(json.loads(asked.stdout)[0]["Endpoints"]["docker"]["Host"])
    return "unix:///var/run/docker.sock"


def key_of(engine: DockerClient) -> str:
    """The engine by its own id: another one may stand behind the same socket tomorrow."""
    try:
        return hashlib.sha256(str(engine.info()["ID"]).encode()).hexdigest()[:12]
    except (docker.errors.DockerException, OSError, KeyError) as error:
        raise OursError("engine_gone", str(error)) from error
