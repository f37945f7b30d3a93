"""What task 4's observations see of containers that are known."""

from __future__ import annotations

import time

import pytest

from sentinel_grader.observe.agent import IMAGE
from sentinel_grader.observe.aside import Aside
from sentinel_grader.observe.engine_clock import seconds_to_end
from sentinel_grader.observe.health import is_founded
from sentinel_grader.observe.log_lines import innermost, log_lines
from sentinel_grader.observe.outages import WAYS, Contradicted, Way, health_of, take_away
from sentinel_grader.observe.outcome import Fault, OursError
from sentinel_grader.observe.scope import Scope
from sentinel_grader.observe.stand import Stand, redis_on, wait_for_redis
from sentinel_grader.observe.stopping import came_late, may_be_slowed


def test_folders_that_changed_only_since_something_in_them_did_are_left_out() -> None:
    assert innermost(["/run", "/run/x", "/run/x/pid", "/tmp"]) == ["/run/x/pid", "/tmp"]


def test_probes_are_waited_for_until_all_that_the_engine_keeps_say_otherwise() -> None:
    contradicted = Contradicted()
    assert not contradicted.by({"1", "2"}, says=False)
    assert not contradicted.by({"1", "2"}, says=True)
    assert not contradicted.by({"2", "3"}, says=True)
    assert contradicted.by({"3", "4"}, says=True)
    assert not contradicted.by({"3", "4"}, says=False)
    assert not contradicted.by({"5", "6"}, says=True)


@pytest.mark.parametrize(
    ("health", "exit_codes", "founded"),
    [
        ("starting", [1], False),
        ("unhealthy", [-1, -1], False),  # a busy machine did not let them come to ask
        ("unhealthy", [-1, 1], True),
        ("healthy", [-1, 0], True),
        ("", [], True),
    ],
)
def test_ill_is_who_was_asked(health: str, exit_codes: list[int], founded: bool) -> None:
    assert is_founded(health, exit_codes) is founded


@pytest.mark.parametrize(
    ("seconds", "code", "status", "is_late"),
    [
        (2.6, 0, 200, False),
        (5.1, 0, 200, True),
        (2.6, 143, 0, True),  # its request came to nothing
        (0.3, 137, 0, False),  # its own signal killed it: no machine is as busy as that
        (10.2, 137, 0, True),  # the engine killed it when its grace was over
    ],
)
def test_a_busy_machine_may_be_why_a_stop_came_late(seconds: float, code: int, status: int, is_late: bool) -> None:
    assert came_late(seconds, 10, code, status) is is_late


@pytest.mark.parametrize(
    ("seconds", "code", "slowness", "may"),
    [(4.9, 0, 1.0, False), (5.1, 0, 1.0, True), (10.2, 137, 1.0, False), (30.0, 137, 3.0, True)],
)
def test_a_stop_may_be_slowed_by_the_grade_itself(seconds: float, code: int, slowness: float, may: bool) -> None:
    assert may_be_slowed(seconds, code, slowness) is may


@pytest.mark.engine
def test_a_stop_is_timed_by_the_engine_from_its_signal_on(place: Stand) -> None:
    script = "trap 'sleep 1; exit 0' TERM; touch /tmp/ready; while :; do sleep 0.05; done"
    probe = {"test": ["CMD", "test", "-e", "/tmp/ready"], "interval": 200_000_000}
    with place.container(IMAGE, entrypoint=["sh", "-c", script], healthcheck=probe) as container:
        while health_of(container)[0] != "healthy":
            container.reload()
        began = time.monotonic()
        container.stop(timeout=10)
        ours = time.monotonic() - began
        container.reload()
        seconds = seconds_to_end(container)
    assert seconds is not None
    assert 0.9 < seconds < ours


@pytest.mark.engine
def test_whoever_ended_by_itself_was_not_stopped(place: Stand) -> None:
    with place.container(IMAGE, entrypoint=["true"]) as container:
        container.wait(timeout=30)
        container.reload()
        assert seconds_to_end(container) is None


@pytest.mark.engine
def test_of_whom_the_engine_only_knows_that_it_killed_it_the_time_is_not_known(place: Stand) -> None:
    """The signal before may be forgotten: 0 s would say that it ended at once."""
    with place.container(IMAGE, entrypoint=["sleep", "600"]) as container:
        container.kill()
        container.wait(timeout=30)
        container.reload()
        assert seconds_to_end(container) is None


@pytest.mark.engine
def test_words_are_found_in_the_log_and_in_the_files_that_hold_them(scope: Scope, place: Stand) -> None:
    script = "echo one two; echo two > /tmp/kept; ln /tmp/kept /tmp/again; echo three > /tmp/other; sleep 600"
    with place.container(IMAGE, entrypoint=["sh", "-c", script]) as container:
        files = ["/tmp/kept", "/tmp/other", "/tmp/gone", "/tmp"]
        seen = log_lines(scope, place.agent, container, ["one", "two"], files)
        missed = log_lines(scope, place.agent, container, ["one", "four"], [])
    assert (seen.missing, seen.files) == ([], ["/tmp/kept"])
    assert seen.seconds < 2
    assert (missed.missing, missed.seconds >= 4) == (["four"], True)


@pytest.mark.engine
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.how)
def test_a_redis_is_gone_and_back_again_under_its_name(way: Way, scope: Scope, place: Stand) -> None:
    """Once back it is the same one, but for what one that was stopped had in memory."""
    name = "redis-of-this-test"
    with Aside() as aside, redis_on(scope.session, place.network, aside, name) as starting:
        redis = starting.result()
        wait_for_redis(place.agent, name)
        place.agent.redis(name, ("SET", "kept", "1"))
        way.take(place.network, redis, name)
        with pytest.raises(OursError):
            place.agent.redis(name, ("PING",), timeout=1)
        way.bring(place.network, redis, name)
        wait_for_redis(place.agent, name)
        kept = place.agent.redis(name, ("GET", "kept"))
    assert kept == [None if way.how == "stopped" else "1"]


@pytest.mark.engine
def test_a_redis_that_somebody_ended_is_not_the_engines_fault(scope: Scope, place: Stand) -> None:
    """Else a submission that ends it would be not graded, rather than failed."""
    paused = next(way for way in WAYS if way.how == "paused")
    with Aside() as aside, redis_on(scope.session, place.network, aside, "redis-of-this-test") as starting:
        redis = starting.result()
        redis.kill()
        with pytest.raises(Fault) as raised:
            take_away(place, redis, paused)
    assert raised.value.outcome.code == "redis_spoilt"


@pytest.mark.engine
def test_health_is_the_engines_own_word_and_none_where_nobody_asks(scope: Scope, place: Stand) -> None:
    test = {"test": ["CMD-SHELL", "echo 'not well'; exit 1"], "interval": 1_000_000_000, "retries": 1}
    with place.container(IMAGE, entrypoint=["sleep", "600"]) as silent:
        silent.reload()
        assert health_of(silent) == ("", "")
    with place.container(IMAGE, entrypoint=["sleep", "600"], healthcheck=test) as ill:
        ill.reload()
        while health_of(ill)[0] == "starting":
            scope.sleep(0.2)
            ill.reload()
        assert health_of(ill) == ("unhealthy", "not well")
