"""`bench watch`: edits that change something each time, and the measurement at its smallest, on an engine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sentinel_grader import pristine
from sentinel_grader.bench.watch import report
from sentinel_grader.bench.watch.edits import EDITS, Edit
from sentinel_grader.bench.watch.measure import MOST, Row


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.name)
def test_an_edit_is_another_one_each_time_and_of_one_line(tmp_path: Path, edit: Edit) -> None:
    pristine.lay(tmp_path, solved=True)
    path = tmp_path / "module-01-containers" / "exercises" / edit.file
    texts = [path.read_text()]
    for _ in range(2):
        edit.make(tmp_path)
        texts.append(path.read_text())
    assert [len(text.splitlines()) for text in texts] == [len(texts[0].splitlines()) + more for more in range(3)]
    assert set(texts[0].splitlines()) < set(texts[1].splitlines()) < set(texts[2].splitlines())


def test_a_row_holds_by_the_medians() -> None:
    assert Row(EDITS[0], [2.0, 9.0, 2.0], [3.0, 3.0, 30.0], [1.0] * 3, "").ratio == MOST
    assert Row(EDITS[0], [2.0], [3.0], [1.0], "").holds
    assert not Row(EDITS[0], [2.0], [3.1], [1.0], "").holds


@pytest.mark.engine
@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_it_measures_every_edit_and_its_exit_status_is_its_verdict(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SENTINEL_STATE", str(tmp_path / "state"))
    status = report.watch(tmp_path / "figures.json", rounds=1, folder=tmp_path / "bench")
    figures = json.loads((tmp_path / "figures.json").read_text())
    assert status == (0 if figures["holds"] else 1)
    assert [row["edit"] for row in figures["rows"]] == [edit.name for edit in EDITS]
    answers = {row["edit"]: row["answer"] for row in figures["rows"]}
    assert answers["a Dockerfile line"].endswith("points: passed"), "the edit is one that breaks nothing"
    assert answers["a source line"] == "graded in its place"
    assert answers["one's own source"].endswith("points: passed")
    assert all(0 < first <= row["watch"][0] for row in figures["rows"] for first in row["first"])
    assert "From a save to the verdicts" in capsys.readouterr().out
