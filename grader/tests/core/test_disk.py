"""A container that fills the engine's disk is ended, and what was observed of it has failed; nobody else's is."""

from __future__ import annotations

import contextlib
import time
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import docker
import pytest
from docker.models.containers import Container

from sentinel_grader.observe.disk import OBSERVATION, Disk
from sentinel_grader.observe.engine import connect
from sentinel_grader.observe.leftovers import LABEL
from sentinel_grader.observe.outcome import SubmissionFault
from sentinel_grader.observe.registry import Registry
from sentinel_grader.observe.schedule import observe
from sentinel_grader.observe.scope import Scope
from sentinel_grader.observe.session import Session
from sentinel_grader.observe.store import Store

_WRITES = "head -c 40000000 /dev/zero > /tmp/written; exec sleep 60"
_FULL = SubmissionFault("disk_filled", "It wrote.")


class _Filled(Disk):
    """Says that a container of "writing" was ended."""

    def filled_by(self, observation: str) -> SubmissionFault | None:
        return _FULL if observation == "writing" else None


def test_what_filled_the_disk_has_failed_however_its_observation_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SENTINEL_STATE", str(tmp_path / "state"))
    registry = Registry()

    @registry.observation("writing")
    def writing(scope: Scope) -> str:
        raise RuntimeError(scope.files.name)

    @registry.observation("resting")
    def resting(scope: Scope) -> str:
        return scope.files.name

    session = replace(Session("test", cast(Any, None), tmp_path, {}), disk=_Filled("test"))
    found = observe(["writing", "resting"], session, Store(tmp_path / "kept"), jobs=2, registry=registry)
    assert found["writing"] == _FULL
    assert found["resting"] != _FULL


@pytest.fixture
def engine() -> Iterator[docker.DockerClient]:
    with contextlib.closing(connect()) as client:
        yield client


@pytest.mark.engine
def test_who_writes_too_much_is_ended_and_nobody_else(engine: docker.DockerClient) -> None:
    run, other = uuid.uuid4().hex[:10], uuid.uuid4().hex[:10]
    labels = {
        "writes": {LABEL: run, OBSERVATION: "running"},
        "little": {LABEL: run, OBSERVATION: "stopping"},
        "stranger": {LABEL: other, OBSERVATION: "running"},
    }
    with contextlib.ExitStack() as gone:
        started = dict[str, Container]()
        for name, its in labels.items():
            command = ["sh", "-c", "exec sleep 60" if name == "little" else _WRITES]
            started[name] = engine.containers.run("python:3.13-slim", command, labels=its, detach=True)
            gone.callback(started[name].remove, force=True)
        with Disk(run, most=20_000_000, every=0.1) as disk:
            until = time.monotonic() + 30
            while not disk.filled_by("running") and time.monotonic() < until:
                time.sleep(0.1)
        fault = disk.filled_by("running")
        assert fault
        assert int(fault.saw.split("wrote ")[1].split(" MB")[0]) in range(20, 45), "while it was at it"
        assert disk.filled_by("stopping") is None
        assert started["writes"].wait(timeout=20)["StatusCode"] == 137
        for name in ("little", "stranger"):
            started[name].reload()
            assert started[name].status == "running"
