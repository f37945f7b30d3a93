"""Hints lead, step by step; the first one gives nothing away."""

from __future__ import annotations

import re

import pytest

from sentinel_grader.hints import STEPS, all_hints
from sentinel_grader.observe.decision_card import NOTEBOOK, TAG
from sentinel_grader.observe.notebook_cells import tagged_cells
from sentinel_grader.observe.outcome import Place

from .exercises import LEARNERS, SOLUTION, STARTER


@pytest.mark.parametrize("id_", all_hints())
def test_there_are_three_different_hints_that_are_sentences(id_: str) -> None:
    hints = all_hints()[id_]
    assert len(set(hints)) == len(hints) == STEPS
    assert all(re.fullmatch(r"[`A-Zp].{20,170}[.?]", hint) for hint in hints), hints


def given_away() -> set[str]:
    """What the solution's files have and the starter's have not: instructions, options, variables, paths, patterns.
    Words that are everyday words too (`build`, `install`) give nothing away."""
    found: set[str] = set()
    for name in LEARNERS:
        known = set((STARTER / name).read_text().splitlines())
        lines = [line for line in (SOLUTION / name).read_text().splitlines() if line not in known]
        words = " ".join(line for line in lines if not line.startswith("#")).replace("\\", " ")
        found |= parts_of(words)
    (solved,) = tagged_cells(SOLUTION.parent / "notebook.ipynb", TAG, Place(NOTEBOOK))
    (handed_out,) = tagged_cells(STARTER.parents[1] / "notebook.ipynb", TAG, Place(NOTEBOOK))
    found |= parts_of(solved) - parts_of(handed_out)
    return {word for word in found if not re.fullmatch(r"[a-z]*|\W*|-m", word)}


def parts_of(words: str) -> set[str]:
    return {part for word in words.split() for part in (word, *re.split(r"[=,\[\]\"]", word))}


def test_the_words_of_the_solution_are_known() -> None:
    """Else the next test would find nothing in any hint."""
    assert {"FROM", "USER", "10001:10001", "--no-compile", "--from=build", "--target", "PYTHONPATH"} < given_away()
    assert {"python:3.13-slim", "PYTHONDONTWRITEBYTECODE", "!alerter/*.py", "/service/packages"} < given_away()
    assert {"memory_mb", "machine_mb", "len(case"} < given_away()


@pytest.mark.parametrize("id_", all_hints())
def test_a_first_hint_holds_no_instruction_or_argument_of_the_solution(id_: str) -> None:
    first = all_hints()[id_][0]
    told = {word for word in given_away() if re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", first)}
    assert not told, f"the first hint of {id_} gives away {told}: {first}"
