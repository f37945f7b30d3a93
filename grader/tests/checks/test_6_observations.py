"""What task 6's observations see of containers that are known."""

from __future__ import annotations

import time

import pytest

from sentinel_grader.observe.agent import IMAGE
from sentinel_grader.observe.alerter_runs import Sample, alerts_in
from sentinel_grader.observe.aside import Aside
from sentinel_grader.observe.configured import Case, Configured
from sentinel_grader.observe.degrading import SLOWLY
from sentinel_grader.observe.outages import bring_back, take_away
from sentinel_grader.observe.outcome import Fault, OursError
from sentinel_grader.observe.own_build import with_own_code
from sentinel_grader.observe.scope import Scope
from sentinel_grader.observe.slow_redis import LATE, slow_redis_on
from sentinel_grader.observe.stand import REDIS, Stand, wait_for_redis


@pytest.mark.parametrize(
    ("number", "span", "threshold", "window", "due"),
    [(2, 0, 2, 60, 1), (1, 0, 2, 60, 0), (2, 300, 2, 60, 0), (2, 300, 2, 300, 1), (4, 300, 5, 900, 0)],
)
def test_as_many_errors_as_it_takes_within_the_window_are_an_alert(
    number: int, span: float, threshold: int, window: int, due: int
) -> None:
    errors = [str(one) for one in range(number)]
    assert Case(errors, span).due(threshold, window) == [errors] * due


@pytest.mark.parametrize("page", [None, [], {"alerts": 1}, {"alerts": [1, {"service_name": "other", "entry_ids": []}]}])
def test_what_is_no_page_of_alerts_has_none(page: object) -> None:
    assert alerts_in(page, "mine") == []


def test_an_alert_that_names_nothing_is_one_all_the_same() -> None:
    page = {"alerts": [{"service_name": "mine"}, {"service_name": "mine", "entry_ids": ["a", 1]}]}
    assert alerts_in(page, "mine") == [[], ["a"]]


def test_a_setting_that_is_no_number_is_none() -> None:
    assert Configured({"PORT": "9000", "HOST": "x"}, Sample(0, 0, "")).number("PORT") == 9000
    assert [Configured({"PORT": word}, Sample(0, 0, "")).number("PORT") for word in ("", "x", "-1", "²")] == [0] * 4


def test_whose_code_it_was_is_said_of_a_fault() -> None:
    with (
        pytest.raises(Fault, match=r"^With your own code, and not with the course's: It ended\.$") as raised,
        with_own_code(),
    ):
        raise Fault("container_ended", "It ended.", expected="one that runs", detail=("last words",))
    assert (raised.value.outcome.code, raised.value.outcome.detail) == ("container_ended", ("last words",))


@pytest.mark.engine
def test_a_slow_redis_answers_late_and_is_quick_again(scope: Scope, place: Stand) -> None:
    with Aside() as aside, slow_redis_on(scope.session, place.network, aside, "slow-redis", REDIS) as starting:
        redis = starting.result()
        wait_for_redis(place.agent, "slow-redis")
        take_away(place, redis, SLOWLY)
        scope.sleep(0.3)
        with pytest.raises(OursError):
            place.agent.redis("slow-redis", ("PING",), timeout=2)
        began = time.monotonic()
        assert place.agent.redis("slow-redis", ("PING",), ("SET", "kept", "1"), timeout=LATE + 10) == ["PONG", "OK"]
        assert time.monotonic() - began >= LATE
        bring_back(place, redis, SLOWLY)
        scope.sleep(0.3)
        assert place.agent.redis("slow-redis", ("GET", "kept"), timeout=2) == ["1"]


@pytest.mark.engine
def test_one_that_a_submission_ended_is_its_own_fault(scope: Scope, place: Stand) -> None:
    with Aside() as aside, slow_redis_on(scope.session, place.network, aside, "slow-redis", REDIS) as starting:
        redis = starting.result()
        take_away(place, redis, SLOWLY)
        redis.kill()
        with pytest.raises(Fault) as raised:
            bring_back(place, redis, SLOWLY)
    assert raised.value.outcome.code == "redis_spoilt"


@pytest.mark.engine
def test_an_agent_of_ones_own_waits_for_nobody_else(place: Stand) -> None:
    """Two requests to one who does not answer take as long as one."""
    silent = ["python", "-c", "import socket, time; here = socket.create_server(('', 8001)); time.sleep(600)"]
    with place.with_agent() as other, place.container(IMAGE, entrypoint=silent) as container, Aside() as aside:
        address = place.address(container)
        for _ in range(60):  # until it listens
            if place.agent.http("GET", address, 8001, "/", timeout=0.5).error == "TimeoutError":
                break
            time.sleep(0.1)
        began = time.monotonic()
        asking = aside.do(other.agent.http, "GET", address, 8001, "/", timeout=3)
        answers = [place.agent.http("GET", address, 8001, "/", timeout=3), asking.result()]
        assert time.monotonic() - began < 5.5
    assert [answer.error for answer in answers] == ["TimeoutError"] * 2
