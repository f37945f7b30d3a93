"""Hints lead, step by step; the first one gives nothing away."""

from __future__ import annotations

import re

import pytest

from sentinel_grader import course, pristine
from sentinel_grader.checks import module_01 as module_01  # declares its checks
from sentinel_grader.hints import STEPS, all_hints
from sentinel_grader.judging import CHECKS

from .given_away import given_away, told_by


def test_every_check_has_hints_and_every_hint_a_check() -> None:
    assert set(all_hints()) == set(course.checks()) == {check.id for check in CHECKS}


@pytest.mark.parametrize("id_", all_hints())
def test_there_are_three_different_hints_that_are_sentences(id_: str) -> None:
    hints = all_hints()[id_]
    assert len(set(hints)) == len(hints) == STEPS
    assert all(re.fullmatch(r"[`A-Zp].{20,170}[.?]", hint) for hint in hints), hints


def test_what_each_task_has_one_write_is_among_what_must_not_be_told() -> None:
    """A file that learners edit, and whose solution nobody compared, would let any hint pass. (Of a task's files one
    may be solved by everyday words alone.)"""
    for module in course.MODULES:
        for task in module.tasks:
            names = {f"{module.folder}/solutions/{file}" for file in task.files}
            assert names <= given_away().keys(), f"task {task.number}"
            assert any(given_away()[name] for name in names), f"task {task.number}"


def test_the_words_of_the_solution_are_known() -> None:
    """Else the last test would find nothing in any hint."""
    every = {word for words in given_away().values() for word in words}
    assert {"FROM", "USER", "10001:10001", "--no-compile", "--from=build", "--target", "PYTHONPATH"} < every
    assert {"python:3.13-slim", "PYTHONDONTWRITEBYTECODE", "!alerter/*.py", "/service/packages"} < every
    assert {"memory_mb", "machine_mb", "len(case", "BLMOVE", "LREM"} < every
    assert {"127.0.0.1:8012:8080", "--owner=10001", "/data", "256m"} < every
    assert {"depends_on", "service_healthy", "mem_limit", "unless-stopped", "127.0.0.1:8001:8001"} < every
    assert not {"Redis", "the", "build", "a"} & every, "with these, no hint could say anything"
    assert told_by("Look at `BLMOVE`, and --no-compile.") == {"BLMOVE", "--no-compile"}


def test_every_solution_differs_from_its_starter() -> None:
    handed_out = pristine.contents()
    for name in given_away():
        assert handed_out[name] != handed_out.get(name.replace("/solutions/", "/exercises/")), name


@pytest.mark.parametrize("id_", all_hints())
def test_a_first_hint_holds_no_instruction_or_argument_of_any_solution(id_: str) -> None:
    first = all_hints()[id_][0]
    assert not (told := told_by(first)), f"the first hint of {id_} gives away {told}: {first}"
