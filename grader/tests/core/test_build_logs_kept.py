"""A build's log is told while it runs and kept whole, also where the report quotes ten lines of it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from sentinel_grader.observe import build_logs
from sentinel_grader.observe.log import Log
from sentinel_grader.observe.scope import Scope
from sentinel_grader.observe.session import Session

_PRINTS = """\
import sys, time
for line in ("one", "two", "", "three"):
    print(line, file=sys.stderr, flush=True)
    time.sleep(0.25)
print("not yet whole", end="", file=sys.stderr, flush=True)
time.sleep(0.3)
"""


def test_the_last_line_is_heard_while_a_command_runs(tmp_path: Path) -> None:
    heard: list[str] = []
    scope = Scope(cast(Session, SimpleNamespace(log=Log())), tmp_path, heard.append)
    ran = scope.run([sys.executable, "-c", _PRINTS], deadline=20)
    assert heard == ["one", "two", "three"]
    assert ran.error == "one\ntwo\n\nthree\nnot yet whole"


def test_logs_are_kept_by_name_and_the_newest_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SENTINEL_STATE", str(tmp_path))
    for number in range(build_logs.MOST + 3):
        build_logs.keep(f"a-{number}", b"#1 log\n")
        os.utime(tmp_path / "build-logs" / f"a-{number}.log", (number, number))
    kept = build_logs.kept(f"a-{build_logs.MOST}")
    assert kept
    assert kept.read_bytes() == b"#1 log\n"
    assert (build_logs.kept("a-0"), build_logs.kept("")) == (None, None)
