"""`bench grade` at its smallest, on an engine: all of its report is there, and says the same everywhere."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sentinel_grader.bench.grade.cases import CASES
from sentinel_grader.bench.grade.measure import FIRST_TASKS
from sentinel_grader.bench.grade.report import grade
from sentinel_grader.bench.grade.script import NAME, SECTION

pytestmark = [pytest.mark.engine, pytest.mark.slow, pytest.mark.timeout(1500)]


def test_it_measures_all_and_its_exit_status_is_its_verdict(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    status = grade(tmp_path / "figures.json", FIRST_TASKS, rounds=1, most_at_once=1, folder=tmp_path / "bench")
    told, figures = capsys.readouterr().out, json.loads((tmp_path / "figures.json").read_text())
    assert status == (0 if figures["holds"] else 1)
    assert figures["ratio"] == pytest.approx(figures["rounds"][0]["grade"] / figures["rounds"][0]["baseline"])
    assert sum(part["seconds"] for part in figures["critical_path"]) == pytest.approx(figures["rounds"][0]["grade"])
    assert figures["processor"]["own"] > 0
    assert figures["again"]["made"] == [], "a tree that did not change was observed anew"
    assert {case["name"] for case in figures["cases"]} == set(CASES)
    assert all(0 < case["first_failure"] <= case["seconds"] for case in figures["cases"])
    script = (tmp_path / "bench" / "baseline" / NAME).read_text()
    page = (tmp_path / "bench" / "index.html").read_text()
    observed = {part["what"] for part in figures["baseline"]["parts"]} - {"setting up"}
    assert {"build", "running", "working", "image", "rebuild"} <= observed
    for name in observed:
        assert f"echo '{SECTION}{name}'" in script
        assert f">{name}</text>" in page
    for words in (f"{figures['ratio']:.2f}", *CASES, "critical path"):
        assert words in told
