"""The judges of task 1, on recordings of the solution with one thing changed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sentinel_grader.judging import CHECKS, judge
from sentinel_grader.observe.alerter_build import Build
from sentinel_grader.observe.alerter_runs import Running, Sample
from sentinel_grader.observe.outcome import Outcome, Recorded
from sentinel_grader.observe.recipe import Recipe
from sentinel_grader.result import Reason, Verdict

from .record import ids_of, made, observed_for, read

SOLUTION: dict[str, Outcome] = dict(read())
IDS = ids_of("1.1")


def failed(**changed: object) -> dict[str, Reason]:
    """The checks that fail with these recordings in the place of the solution's, and why."""
    outcomes = SOLUTION | {name: Recorded(data) for name, data in changed.items()}
    judged = judge([CHECKS[id_] for id_ in IDS], outcomes)
    return {each.id: each.reason for each in judged if each.verdict is Verdict.FAILED and each.reason}


def running() -> Running:
    outcome = SOLUTION["running"]
    assert isinstance(outcome, Recorded)
    assert isinstance(outcome.data, Running)
    return outcome.data


def from_(image: str) -> Recipe:
    """The solution's recipe on another base."""
    outcome = SOLUTION["recipe"]
    assert isinstance(outcome, Recorded)
    assert isinstance(outcome.data, Recipe)
    return replace(outcome.data, stages=[replace(stage, base=image, image=image) for stage in outcome.data.stages])


def test_the_solution_passes() -> None:
    assert failed() == {}


def test_no_image() -> None:
    assert failed(build=Build("", "nonce", 1.0)).keys() == {"m1.builds"}


@pytest.mark.parametrize("image", ["python", "python:latest", "debian", "registry.example.org:5000/python"])
def test_a_base_without_a_version(image: str) -> None:
    reasons = failed(recipe=from_(image))
    assert reasons.keys() == {"m1.pinned_base"}
    assert repr(image) in reasons["m1.pinned_base"].saw
    assert reasons["m1.pinned_base"].line == 14


@pytest.mark.parametrize("image", ["python:3.13-slim", "python:3", f"debian@sha256:{'a' * 64}", "scratch"])
def test_a_base_with_a_version_or_none_at_all(image: str) -> None:
    assert failed(recipe=from_(image)) == {}


@pytest.mark.parametrize("health", [[], [Sample(1.0, 503, "status 503")], [*running().health, Sample(9.0, 0, "")]])
def test_what_does_not_answer_at_the_end(health: list[Sample]) -> None:
    assert failed(running=replace(running(), health=health)).keys() == {"m1.starts"}


@pytest.mark.parametrize("version", [None, "x", [], {}, {"build": "dev"}, {"build": None}, {"build": ["a"]}])
def test_code_of_another_build(version: object) -> None:
    reasons = failed(running=replace(running(), version=version))
    assert [reason.code for reason in reasons.values()] == ["not_this_code"]


def test_alerts_that_miss_name_too_much_or_come_twice() -> None:
    first, second = running().batches
    error, other = second.errors[0], second.others[0]
    for alerts, words in (
        ({}, "3 raised no alert"),
        ({id_: 1 for id_ in second.errors if id_ != error}, "1 raised no alert"),
        ({**second.alerts, other: 1}, "1 entries below ERROR"),
        ({**second.alerts, error: 2}, "named by more than one alert"),
    ):
        reasons = failed(running=replace(running(), batches=[first, replace(second, alerts=alerts)]))
        assert reasons.keys() == {"m1.alerts"}
        assert words in reasons["m1.alerts"].saw


def test_a_run_without_work_proves_nothing() -> None:
    """Nor does one batch, which an answer from a list may fit."""
    for batches in ([], running().batches[:1]):
        assert failed(running=replace(running(), batches=batches)).keys() == {"m1.alerts"}


@pytest.mark.engine
def test_the_solution_is_still_observed_so() -> None:
    judged = judge([CHECKS[id_] for id_ in IDS], made(observed_for(IDS)))
    assert {each.id: each.verdict for each in judged} == dict.fromkeys(IDS, Verdict.PASSED)
