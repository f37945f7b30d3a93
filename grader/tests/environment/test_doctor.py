"""`doctor`: one line a thing, and nothing changed by asking."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

SUBJECTS = ["engine", "BuildKit", "Compose", "disk", "memory", "ports", "registry", "bases", "cluster", "kept"]


def _doctor(state: Path, **settings: str) -> tuple[int, list[dict[str, str]]]:
    command = [sys.executable, "-m", "sentinel_grader", "doctor", "--json"]
    environment = {**os.environ, "SENTINEL_STATE": str(state), **settings}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=90)
    return done.returncode, json.loads(done.stdout)


def _finding(findings: list[dict[str, str]], subject: str) -> dict[str, str]:
    return next(finding for finding in findings if finding["subject"] == subject)


def test_a_machine_without_anything_still_gets_every_line(state: Path, tmp_path: Path) -> None:
    status, findings = _doctor(state, PATH=str(tmp_path))
    assert [finding["subject"] for finding in findings] == SUBJECTS
    engine = _finding(findings, "engine")
    assert engine["state"] == "wrong"
    assert engine["remedy"]
    assert status == 4


def test_it_changes_nothing(state: Path) -> None:
    _doctor(state)
    assert not state.exists() or list(state.iterdir()) == []


def test_a_taken_port_is_told_with_its_holder(state: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        status, findings = _doctor(state, SENTINEL_PORT=str(server.getsockname()[1]), COMPOSE_PROJECT_NAME="doctored")
        ports = _finding(findings, "ports")
        assert ports["state"] == "wrong"
        assert f"process {os.getpid()}" in ports["seen"]
        assert status == 4


def test_a_port_that_is_none_is_one_wrong_line_and_hides_no_other(state: Path) -> None:
    _, findings = _doctor(state, SENTINEL_PORT="eighty")
    assert [finding["subject"] for finding in findings] == SUBJECTS
    assert "'eighty'" in _finding(findings, "ports")["seen"]


@pytest.mark.engine
def test_with_an_engine_and_bases_all_that_matters_is_fine(state: Path) -> None:
    _, findings = _doctor(state, COMPOSE_PROJECT_NAME="doctored")
    wrong = [finding for finding in findings if finding["state"] == "wrong" and finding["subject"] != "ports"]
    assert wrong == []
    assert "python:3.13-slim" in _finding(findings, "bases")["seen"]
