"""The list of allowed bases, and how a class adds to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from sentinel_grader.environment.problem import Problem
from sentinel_grader.policy import allowed_bases


def test_the_list_is_short_and_a_class_adds_to_it(tmp_path: Path) -> None:
    ours = allowed_bases(tmp_path)
    assert "python" in ours
    assert len(ours) < 12
    (tmp_path / "sentinel.toml").write_text('[bases]\nallow = ["docker.io/team/python", "python"]\n[other]\nx = 1\n')
    assert allowed_bases(tmp_path) == (*ours, "team/python")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[bases\n", "line 1"),
        ('[bases]\nallow = ["a",\n  "b:1"]\n', "line 3: 'b:1' names one version"),
        ('[bases]\nallow = ["A B"]\n', "line 2: 'A B' is not the name of an image"),
        ('\n[bases]\nallowed = ["a"]\n', "line 2"),
        ("bases = 1\n", "line 1"),
        ("[bases]\nallow = 'a'\n", "line 1"),
    ],
)
def test_a_list_that_cannot_be_read_is_told_with_its_line(text: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "sentinel.toml").write_text(text)
    with pytest.raises(Problem) as told:
        allowed_bases(tmp_path)
    assert words in told.value.what
    assert "[bases]" in told.value.remedy
