"""Task 6's judges on recordings: what the solution's looked like, and that with one thing changed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sentinel_grader.checks import module_01 as module_01
from sentinel_grader.observe.alerter_runs import Sample
from sentinel_grader.observe.answers import DEGRADED, WELL, Asked, Reply
from sentinel_grader.observe.configured import Configurations, Configured
from sentinel_grader.observe.degrading import DISTURBANCES, Degrading
from sentinel_grader.observe.processes import Watched
from sentinel_grader.observe.stopping import Stopping
from sentinel_grader.observe.worker_deaths import Done, WorkerDeaths
from sentinel_grader.result import Reason

from .judged import SOLUTION, judge

CONFIGURATIONS: Configurations = SOLUTION["configurations"]
DEGRADING: Degrading = SOLUTION["degrading"]
DEATHS: WorkerDeaths = SOLUTION["worker_deaths"]
STOPPING: Stopping = SOLUTION["own_stopping"]
HOWS = [way.how for way in DISTURBANCES]


def _is(reason: Reason | None, code: str, words: str) -> None:
    assert reason
    assert (reason.code, words in reason.saw) == (code, True), reason


@pytest.mark.parametrize("id_", ["m1.env_config", "m1.degrades", "m1.no_loss"])
def test_the_solution_passes(id_: str) -> None:
    assert judge(id_) is None


# --- m1.env_config ----------------------------------------------------------------------------------------------------


def test_both_were_told_all_by_the_environment_and_each_of_it_otherwise() -> None:
    parts, url = (each.settings for each in CONFIGURATIONS.each)
    assert {"REDIS_HOST", "REDIS_PORT", "REDIS_PASSWORD"} < set(parts)
    assert "REDIS_URL" in url
    common = set(parts) & set(url)
    assert common == {"PORT", "QUEUE_NAME", "THRESHOLD", "WINDOW_SECONDS"}
    assert [name for name in common if parts[name] == url[name]] == []
    assert "6379" not in (parts["REDIS_PORT"], url["REDIS_URL"])


def _told_otherwise(which: int, **changed: Any) -> Configurations:
    each = list(CONFIGURATIONS.each)
    each[which] = replace(each[which], **changed)
    return replace(CONFIGURATIONS, each=each)


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize(
    ("changed", "code", "words"),
    [
        ({"health": Sample(6, 503, "status 503, 'queue:6379'")}, "not_well", "said: status 503, 'queue:6379'"),
        ({"health": Sample(20, 0, "refused"), "usual": "status 200"}, "port_baked_in", "and on port 8001 there is:"),
        ({"version": {"build": "another"}}, "not_this_code", "another"),
        ({"version": None}, "not_this_code", "None"),
        ({"waiting": 0}, "another_queue", "it took an entry from logs_queue"),
        ({"cases": []}, "unmet", "0 cases"),
    ],
)
def test_a_setting_that_makes_no_difference(which: int, changed: dict[str, Any], code: str, words: str) -> None:
    _is(judge("m1.env_config", configurations=_told_otherwise(which, **changed)), code, words)


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("case", [0, 1, 2])
def test_any_case_that_comes_to_other_alerts_is_told(which: int, case: int) -> None:
    """One alert too few, or too many, or about another number of errors."""
    one: Configured = CONFIGURATIONS.each[which]
    seen = one.cases[case]
    wrong = [[]] if not seen.alerts else [[], [ids[:-1] for ids in seen.alerts], [*seen.alerts, *seen.alerts]]
    for alerts in wrong if seen.alerts else [[seen.errors]]:
        cases = [*one.cases[:case], replace(seen, alerts=alerts), *one.cases[case + 1 :]]
        reason = judge("m1.env_config", configurations=_told_otherwise(which, cases=cases))
        _is(reason, "another_behaviour", f"THRESHOLD={one.settings['THRESHOLD']}")


def test_the_same_errors_are_an_alert_in_one_place_and_none_in_the_other() -> None:
    over_minutes = [each.cases[1] for each in CONFIGURATIONS.each]
    assert [(case.span, len(case.alerts)) for case in over_minutes] == [(300, 0), (300, 1)]


@pytest.mark.parametrize("each", [[], CONFIGURATIONS.each[:1]], ids=["none", "one"])
def test_one_set_of_settings_proves_nothing(each: list[Configured]) -> None:
    assert judge("m1.env_config", configurations=replace(CONFIGURATIONS, each=each))


# --- m1.degrades ------------------------------------------------------------------------------------------------------


def _asked(health: int, live: int, alerts: int) -> Asked:
    return Asked(1.0, *(Reply(status, f"status {status}") for status in (health, live, alerts)))


def _disturbed(how: str, **changed: Any) -> Degrading:
    return Degrading([replace(one, **changed) if one.how == how else one for one in DEGRADING.each])


def test_each_way_of_losing_redis_was_tried() -> None:
    assert [one.how for one in DEGRADING.each] == HOWS == ["stopped", "paused", "cut off", "slow"]
    for one in DEGRADING.each:
        assert (one.away[-1].statuses, one.back[-1].statuses) == (DEGRADED, WELL)
        assert one.held == (None if one.how == "stopped" else 1)


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize(
    ("changed", "code", "words"),
    [
        ({"ended": "The container ended with exit status 1."}, "did_not_outlive_it", "was {how}: The container ended"),
        ({"away": [_asked(200, 200, 503)]}, "another_answer", "While Redis was {how}, GET /health said: status 200"),
        ({"away": [_asked(503, 503, 503)]}, "another_answer", "GET /health/live said: status 503"),
        ({"away": [_asked(503, 200, 0)]}, "another_answer", "GET /alerts said: status 0"),
        ({"away": [_asked(503, 200, 500)]}, "another_answer", "GET /alerts said: status 500"),
        ({"away": []}, "another_answer", "nobody asked"),
        ({"silent": [Reply(0, "refused")]}, "did_not_outlive_it", "stayed {how}, GET /health/live said: refused"),
        ({"back": [_asked(503, 200, 503)]}, "another_answer", "which had been {how}, GET /health said: status 503"),
        ({"batches": []}, "does_not_go_on", "{how}"),
        ({"held": 0}, "entry_dropped", "was {how} raised 0 alerts"),
        ({"held": 2}, "entry_dropped", "raised 2 alerts"),
        ({"after": None}, "unseen", "0 after"),
        ({"after": Watched(3, [], to_the_end=False)}, "unseen", "0 after"),
    ],
)
def test_a_service_that_does_not_outlive_its_redis(how: str, changed: dict[str, Any], code: str, words: str) -> None:
    _is(judge("m1.degrades", degrading=_disturbed(how, **changed)), code, words.format(how=how))


@pytest.mark.parametrize("how", HOWS)
def test_another_process_in_its_place_is_no_recovery(how: str) -> None:
    before = next(one for one in DEGRADING.each if one.how == how).before
    child = [replace(process, pid=7) for process in before.processes]
    another = [replace(process, pid=19) for process in child]
    seen = _disturbed(how, before=replace(before, processes=child), after=replace(before, processes=another))
    _is(judge("m1.degrades", degrading=seen), "another_process", "process 7 (python) was gone, and process 19 (python)")


def test_an_entry_that_is_lost_once_redis_is_back_is_told() -> None:
    batch = DEGRADING.each[0].batches[0]
    reason = judge("m1.degrades", degrading=_disturbed("stopped", batches=[replace(batch, alerts={})]))
    _is(reason, "does_not_go_on", "which had been stopped, 3 errors on the queue raised no alert")


def test_a_way_that_was_not_tried_proves_nothing() -> None:
    assert judge("m1.degrades", degrading=Degrading(DEGRADING.each[:-1]))


# --- m1.no_loss -------------------------------------------------------------------------------------------------------


def _died(how: str, **changed: Any) -> WorkerDeaths:
    return replace(DEATHS, each=[replace(one, **changed) if one.how == how else one for one in DEATHS.each])


@pytest.mark.parametrize("how", ["started again", "replaced by another"])
def test_an_entry_that_no_alert_names_is_lost_whatever_their_number(how: str) -> None:
    one = next(one for one in DEATHS.each if one.how == how)
    first, *others = one.queued
    lost = judge("m1.no_loss", worker_deaths=_died(how, alerts=dict.fromkeys(others, 1)))
    _is(lost, "lost", f"and {how}. Of {len(one.queued)} errors 1 are lost")
    counted = judge("m1.no_loss", worker_deaths=_died(how, alerts=dict.fromkeys([*others, "made-up"], 1)))
    _is(counted, "lost", "1 are lost")
    doubled = judge("m1.no_loss", worker_deaths=_died(how, alerts={**dict.fromkeys(others, 1), first: 2}))
    _is(doubled, "doubled", "1 errors are named by more than one alert")
    made_up = judge("m1.no_loss", worker_deaths=_died(how, alerts={**one.alerts, "made-up": 1}))
    _is(made_up, "made_up", "such as made-up")


@pytest.mark.parametrize(
    ("changed", "code", "words"),
    [
        ({"seconds": 13.0}, "late", "taken up again 13 s later"),
        ({"taken": False}, "took_no_entry", "it took no entry"),
        ({"early": Done(1.0, 4)}, "no_delay", "4 entries were done after 1.0 s"),
        ({"early": Done(0.1, 0)}, "no_delay", "GET /alerts was answered after 0.1 s"),
        ({"queued": []}, "lost", "Of 0 errors"),
        ({"after": 4.5}, "killed_late", "it took 4.5 s to kill"),
    ],
)
def test_work_that_was_not_killed_in_the_middle_or_not_taken_up(changed: Any, code: str, words: str) -> None:
    _is(judge("m1.no_loss", worker_deaths=_died("started again", **changed)), code, words)


def test_each_way_to_die_was_tried() -> None:
    assert [(one.how, one.kills) for one in DEATHS.each] == [("started again", 2), ("replaced by another", 2)]
    assert judge("m1.no_loss", worker_deaths=replace(DEATHS, each=DEATHS.each[:1]))


def test_what_a_worker_does_that_nobody_disturbs_is_as_it_was() -> None:
    first, second, third = DEATHS.orderly.errors
    for named, code in [
        ([first, third], "stuck"), ([first, second, third, "info"], "unmet"), ([second, first, third], "order"),
        ([first, second, first, third], "doubled"), ([], "stuck"),
    ]:  # fmt: skip
        seen = replace(DEATHS, orderly=replace(DEATHS.orderly, named=named))
        _is(judge("m1.no_loss", worker_deaths=seen), code, "With your own code: ")


@pytest.mark.parametrize(
    ("changed", "code"),
    [({"exit_code": 137}, "killed"), ({"seconds": 8.2}, "slow_to_stop"), ({"raised": 0}, "entry_dropped")],
)
def test_a_stop_that_costs_somebody_something_since_the_code_was_mended(changed: dict[str, Any], code: str) -> None:
    _is(judge("m1.no_loss", own_stopping=replace(STOPPING, **changed)), code, "With your own code: ")
