"""What an image stands on, by its Dockerfile alone."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sentinel_grader.checks.module_01.test_1_first_image import test_its_base_has_a_version as judge_base
from sentinel_grader.judging import Unmet
from sentinel_grader.observe.dockerfile import DOCKERFILE
from sentinel_grader.observe.recipe import Recipe, recipe
from sentinel_grader.observe.submitted import Submitted


def _recipe(text: str, folder: Path) -> Recipe:
    path = folder / DOCKERFILE
    path.parent.mkdir(parents=True)
    path.write_text(text)
    scope: Any = SimpleNamespace(files=folder)
    return recipe(scope, Submitted(1))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("FROM python:3.13-slim\n", None),
        ("FROM python\n", 1),
        ("FROM python AS a\nFROM python:3.13-slim\nCOPY --from=a /x /x\n", None),
        ("FROM python AS a\nFROM scratch\nCOPY --from=a / /\n", 1),
        ("FROM python AS a\nFROM scratch\nCOPY --from=a /usr /usr\n", 1),
        ("FROM scratch\nCOPY --from=python:latest / /\n", 2),
        ("FROM python AS unused\nFROM python:3.13-slim AS a\nFROM scratch\nCOPY --from=a / /\n", None),
        ("FROM scratch AS a\nCOPY --from=debian / /\nFROM a AS b\nFROM b\n", 2),
        ("FROM scratch\nCOPY x /\n", None),
    ],
)
def test_whatever_an_image_stands_on_has_a_version(text: str, line: int | None, tmp_path: Path) -> None:
    found = _recipe(text, tmp_path)
    if line is None:
        judge_base(found)
    else:
        with pytest.raises(Unmet) as unmet:
            judge_base(found)
        assert unmet.value.reason.line == line


def test_where_a_stage_begins_and_its_from_ends(tmp_path: Path) -> None:
    found = _recipe("FROM \\\n  # a comment\n  python:3.13-slim\nFROM python:3.13-slim\n", tmp_path)
    assert [(stage.line, stage.end) for stage in found.stages] == [(1, 3), (4, 4)]
