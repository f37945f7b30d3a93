"""A tree that did not change, graded again on an engine: nothing is built, started or read there, and it is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from sentinel_grader import pristine
from sentinel_grader.environment.docker import find_engine
from sentinel_grader.grading import Grade, grade
from sentinel_grader.observe.log import Called, Log
from sentinel_grader.observe.schedule import Event
from sentinel_grader.observe.store import Store
from sentinel_grader.reports import reuse

pytestmark = [pytest.mark.engine, pytest.mark.timeout(600)]
#: All that is looked at where only the image itself is judged: enough to build, save and read.
IDS = ["m1.builds", "m1.multi_stage", "m1.size", "m1.layer_cache", "m1.numeric_user"]


def _grade(checkout: Path, folder: Path, log: Log, events: list[Event]) -> Grade:
    engine = find_engine().engine
    assert engine, "this test needs a container engine"
    return grade(IDS, checkout, engine, store=Store(folder / "recordings"), log=log, listener=events.append)


def test_an_unchanged_tree_makes_the_engine_do_nothing(tmp_path: Path) -> None:
    pristine.lay(tmp_path / "checkout", solved=True)
    log, made, again = Log(tmp_path / "log"), list[Event](), list[Event]()
    first = _grade(tmp_path / "checkout", tmp_path, Log(), made)
    second = _grade(tmp_path / "checkout", tmp_path, log, again)
    assert [check.verdict for check in second.result.checks] == [check.verdict for check in first.result.checks]
    assert not [entry for entry in log.entries if entry.observation], "an observation was made anew"
    posted = [entry.path for entry in log.entries if isinstance(entry, Called) and entry.method == "POST"]
    assert [path for path in posted if not path.endswith("/tag")] == [], "all that may change is the image's last use"
    assert reuse.words(made) == ""
    assert reuse.words(again).startswith(f"Nothing changed: all {len(again)} observations used again, ")
