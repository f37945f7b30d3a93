"""A port that is no port, and a port that somebody has."""

from __future__ import annotations

import os
import socket

import pytest

from sentinel_grader.environment import ports
from sentinel_grader.environment.problem import Problem


@pytest.mark.parametrize("text", ["0", "65536", "80 80", "-1", "http", "\uff18\uff10", "8e3"])
def test_what_is_no_port_is_refused_in_words(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SENTINEL_PORT", text)
    with pytest.raises(Problem) as problem:
        ports.chosen()
    assert repr(text) in problem.value.what


def test_the_default_stands_where_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SENTINEL_PORT", raising=False)
    assert ports.chosen() == ports.DEFAULT
    monkeypatch.setenv("SENTINEL_PORT", "")
    assert ports.chosen() == ports.DEFAULT


def test_a_taken_port_names_who_has_it_and_another_that_is_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(Problem) as problem:
            ports.require_free(port)
    assert f"process {os.getpid()}" in problem.value.what
    other = int(problem.value.remedy.split("SENTINEL_PORT=")[1].split()[0])
    assert ports.is_free(other)
    assert other != port
