"""What is known of the bases: found out once, kept by digest, and not believed where CI grades."""

from __future__ import annotations

from pathlib import Path

import pytest

from sentinel_grader.observe.facts import MOST, Facts
from sentinel_grader.observe.image_bases import LayerContents

ONE, OTHER = LayerContents(["a", "b"], 2), LayerContents(["c"], 1)


def test_a_fact_is_found_out_once_and_outlives_the_process(tmp_path: Path) -> None:
    asked: list[int] = []

    def find() -> LayerContents:
        asked.append(1)
        return ONE

    for facts in (Facts(tmp_path), Facts(tmp_path)):
        assert facts.find(["sha256:1"], LayerContents, find) == ONE
        assert facts.find(["sha256:1"], LayerContents, find) == ONE
    assert len(asked) == 1


def test_what_is_another_thing_has_another_fact(tmp_path: Path) -> None:
    facts = Facts(tmp_path)
    facts.put(["sha256:1"], ONE)
    facts.put(["sha256:1", "sha256:2"], OTHER)
    assert facts.get(["sha256:1"], LayerContents) == ONE
    assert facts.get(["sha256:1", "sha256:2"], LayerContents) == OTHER
    assert facts.get(["sha256:2"], LayerContents) is None
    assert facts.get(["sha256:1"], Path) is None


@pytest.mark.parametrize("broken", [b"", b"{", b'{"contents": 3}', b"[]"])
def test_a_file_that_is_cut_off_or_edited_is_found_out_anew(tmp_path: Path, broken: bytes) -> None:
    Facts(tmp_path).put(["sha256:1"], ONE)
    next(tmp_path.iterdir()).write_bytes(broken)
    assert Facts(tmp_path).find(["sha256:1"], LayerContents, lambda: OTHER) == OTHER


def test_the_newest_are_kept(tmp_path: Path) -> None:
    facts = Facts(tmp_path)
    for number in range(MOST + 5):
        facts.put([str(number)], ONE)
    assert len(list(tmp_path.iterdir())) == MOST


def test_where_ci_grades_nothing_that_was_kept_is_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SENTINEL_STATE", str(tmp_path))
    monkeypatch.setenv("CI", "")
    Facts.default().put(["sha256:1"], ONE)
    assert Facts.default().get(["sha256:1"], LayerContents) == ONE
    monkeypatch.setenv("CI", "true")
    assert Facts.default().get(["sha256:1"], LayerContents) is None
