"""Task 4's judges on recordings: what the solution's looked like, and that with one thing changed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sentinel_grader.checks import module_01 as module_01
from sentinel_grader.observe.alerter_runs import Sample
from sentinel_grader.observe.health import Health, Moment
from sentinel_grader.observe.log_lines import LogLines
from sentinel_grader.observe.outages import Look, Outage
from sentinel_grader.observe.stopping import Stopping
from sentinel_grader.observe.working import Working

from .judged import SOLUTION, judge

STOPPING: Stopping = SOLUTION["stopping"]
HEALTH: Health = SOLUTION["health"]
WORKING: Working = SOLUTION["working"]
DROPPED = Sample(1.1, 0, "RemoteDisconnected: Remote end closed connection without response")
WELL, AWAY = Look(1.0, 200, "ok", "healthy"), Look(3.0, 503, "away", "unhealthy")


def _with(how: str, **changed: Any) -> Health:
    """The good health, with something otherwise where Redis was taken away in this way."""
    return replace(HEALTH, outages=[replace(one, **changed) if one.how == how else one for one in HEALTH.outages])


@pytest.mark.parametrize("id_", ["m1.graceful_stop", "m1.health_dependency", "m1.health_dead", "m1.logs"])
def test_the_solution_passes(id_: str) -> None:
    assert judge(id_) is None


@pytest.mark.parametrize(
    ("changed", "code", "words"),
    [
        ({"exit_code": 137, "seconds": 10.1}, "killed", "after 10.1 s with exit status 137: it was killed"),
        ({"exit_code": 137, "seconds": 0.2, "signal": "SIGKILL"}, "killed", "Told to stop by SIGKILL"),
        ({"exit_code": 1}, "killed", "exit status 1"),
        ({"answer": DROPPED}, "request_dropped", "RemoteDisconnected"),
        ({"answer": Sample(2.6, 500, "status 500")}, "request_dropped", "status 500"),
        ({"answer": Sample(0.01, 200, "status 200")}, "no_delay", "after 0.0 s"),
        ({"taken": False}, "took_no_entry", "no entry"),
        ({"seconds": 7.5}, "slow_to_stop", "7.5 s"),
        ({"raised": 0}, "entry_dropped", "raised 0 alerts"),
        ({"raised": 2}, "entry_dropped", "raised 2 alerts"),
    ],
)
def test_a_stop_that_costs_somebody_something(changed: dict[str, Any], code: str, words: str) -> None:
    reason = judge("m1.graceful_stop", stopping=replace(STOPPING, **changed))
    assert reason
    assert (reason.code, words in reason.saw) == (code, True), reason


@pytest.mark.parametrize("changed", [{"exit_code": 143}, {"seconds": 4.9}, {"signal": "SIGINT"}, {"signal": "15"}])
def test_a_stop_that_costs_nobody_anything(changed: dict[str, Any]) -> None:
    assert judge("m1.graceful_stop", stopping=replace(STOPPING, **changed)) is None


def test_each_way_of_losing_redis_was_tried_and_told_of_truly() -> None:
    assert [one.how for one in HEALTH.outages] == ["stopped", "paused", "cut off"]
    for one in HEALTH.outages:
        ends = [looks[-1].said for looks in (one.well, one.away, one.back)]
        assert ends == [(200, "healthy"), (503, "unhealthy"), (200, "healthy")]
        assert one.well[0].health in ("starting", "healthy", "unhealthy")
        assert set(one.batches[0].errors) <= set(one.batches[0].alerts)


@pytest.mark.parametrize("how", ["stopped", "paused", "cut off"])
@pytest.mark.parametrize(
    ("changed", "code", "words"),
    [
        ({"well": [replace(WELL, health="")]}, "no_healthcheck", "has no HEALTHCHECK"),
        ({"well": [replace(WELL, health="unhealthy", probe="no curl")]}, "health_word", "printed: no curl"),
        ({"well": [replace(WELL, health="starting")]}, "health_word", "'starting'"),
        ({"well": []}, "health_answer", "nobody asked"),
        ({"away": [replace(AWAY, health="healthy")]}, "health_word", "Redis was {how}, the engine said 'healthy'"),
        ({"away": [replace(AWAY, status=200, words="status 200")]}, "health_answer", "While Redis was {how}"),
        ({"away": [replace(AWAY, status=0, words="the container is exited")]}, "health_answer", "exited"),
        ({"away": [replace(AWAY, at=21.0)]}, "health_word", "after 21 s"),
        ({"back": [replace(WELL, health="unhealthy")]}, "health_word", "Once Redis was back, which had been {how},"),
        ({"back": [replace(WELL, status=503, words="status 503")]}, "health_answer", "Once Redis was back"),
        ({"batches": []}, "does_not_go_on", "{how}"),
    ],
)  # fmt: skip
def test_a_lie_in_any_way_of_losing_redis_is_one(how: str, changed: dict[str, Any], code: str, words: str) -> None:
    reason = judge("m1.health_dependency", health=_with(how, **changed))
    assert reason
    assert (reason.code, words.format(how=how) in reason.saw) == (code, True), reason


def test_an_entry_that_is_lost_once_redis_is_back_is_told() -> None:
    batch = HEALTH.outages[0].batches[0]
    lost = _with("stopped", batches=[replace(batch, alerts={})])
    reason = judge("m1.health_dependency", health=lost)
    assert reason
    assert reason.saw == "Once Redis was back, which had been stopped, 3 errors on the queue raised no alert"


@pytest.mark.parametrize("outages", [[], HEALTH.outages[:2], [Outage("stopped", [])]], ids=["none", "two", "empty"])
def test_a_way_that_was_not_tried_proves_nothing(outages: list[Outage]) -> None:
    assert judge("m1.health_dependency", health=replace(HEALTH, outages=outages))


@pytest.mark.parametrize(
    ("dead", "code", "words"),
    [
        ([Moment(0, "starting"), Moment(1.2, "healthy", "fine")], "unmet", "after 1 s. The HEALTHCHECK printed: fine"),
        ([Moment(12.0, "starting")], "unmet", "'starting'"),
        ([Moment(21.0, "unhealthy")], "unmet", "after 21 s"),
        ([Moment(0.1, "")], "no_healthcheck", "no HEALTHCHECK"),
        ([], "nothing_to_start", "neither sleep nor Python"),
    ],
)  # fmt: skip
def test_a_dead_service_that_nobody_notices(dead: list[Moment], code: str, words: str) -> None:
    reason = judge("m1.health_dead", health=replace(HEALTH, dead=dead))
    assert reason
    assert (reason.code, words in reason.saw) == (code, True), reason


@pytest.mark.parametrize(
    ("log", "code", "words"),
    [
        (LogLines(["a", "b"], ["a"], 5.0), "not_in_the_log", "Of 2 errors that became alerts, docker logs did not"),
        (LogLines(["a"], [], 5.0, ["/tmp/log"]), "not_in_the_log", "5 s later; they stand in /tmp/log"),
        (LogLines([], [], 0.0), "not_in_the_log", "Of 0 errors"),
        (LogLines(["a"], ["a"], 3.2), "late_in_the_log", "3.2 s later"),
        (LogLines(["a"], ["a"], 0.1, ["/tmp/log"]), "log_file", "/tmp/log"),
    ],
)  # fmt: skip
def test_a_log_that_is_not_there_or_not_there_alone(log: LogLines, code: str, words: str) -> None:
    reason = judge("m1.logs", working=replace(WORKING, log=log))
    assert reason
    assert (reason.code, words in reason.saw) == (code, True), reason
