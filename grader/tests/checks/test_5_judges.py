"""Task 5's judges on recordings: what the solution's looked like, and that with one thing changed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sentinel_grader.checks import module_01 as module_01
from sentinel_grader.observe.compose.bounds import Bound
from sentinel_grader.observe.compose.crash import Crash
from sentinel_grader.observe.compose.flow import Flow
from sentinel_grader.observe.compose.flowing import Flowing
from sentinel_grader.observe.compose.lasting import Crashes, Lasting
from sentinel_grader.observe.compose.reach import Published, Reached, listened_on
from sentinel_grader.observe.compose.stack import Up
from sentinel_grader.observe.compose.waiting import BroughtUp, Started
from sentinel_grader.observe.processes import Process, Watched
from sentinel_grader.observe.working import Working
from sentinel_grader.result import Reason

from .judged import SOLUTION, judge
from .record import ids_of

FLOWING: Flowing = SOLUTION["flowing"]
LASTING: Lasting = SOLUTION["lasting"]
WORKING: Working = SOLUTION["working"]
CRASHED: Crashes = SOLUTION["crashed"]
FLOW, IDS = FLOWING.flow, FLOWING.flow.accepted
NONE = list[str]()
ROOT = Process(7, 1, "python", "python -m alerter", [0, 0, 0, 0], 0, False, 2)


def _expect(reason: Reason | None, code: str, words: str) -> None:
    assert reason
    assert (reason.code, words in reason.saw) == (code, True), reason


@pytest.mark.parametrize("id_", ids_of("1.5"))
def test_the_solution_passes(id_: str) -> None:
    assert judge(id_) is None


# --- compose_up


def _up(**changed: Any) -> BroughtUp:
    """The good `up`, with something otherwise of the alerter."""
    good = FLOWING.brought_up
    return replace(good, started=[replace(one, **changed) if one.service == "alerter" else one for one in good.started])


@pytest.mark.parametrize("which", ["flowing", "lasting"])
@pytest.mark.parametrize(
    ("run", "code", "words"),
    [
        (replace(_up(), started=[]), "not_started", "started no alerter"),
        (replace(_up(), up=Up(False, 12.3, "container alerter-1 is unhealthy"), log=["no route", "bye"]),
         "not_up", "container alerter-1 is unhealthy; alerter is running, healthy. It said: no route ⏎ bye"),
        (replace(_up(after=0.2), late=2.0), "out_of_order", "0.2 s after redis-queue, which took 2.0 s"),
        (_up(after=-1.25), "out_of_order", "1.2 s before redis-queue, which took"),
        (_up(health="starting"), "not_well", "alerter is running, starting"),
        (_up(health=""), "not_well", "alerter is running"),
        (_up(restarts=2), "not_well", "started again 2 times"),
        (_up(status="exited", exit_code=3), "not_well", "exited with exit status 3"),
    ],
)  # fmt: skip
def test_a_start_that_needs_luck(which: str, run: BroughtUp, code: str, words: str) -> None:
    changed = replace(SOLUTION[which], brought_up=run)
    _expect(judge("m1.compose_up", **{which: changed}), code, words)


def test_redis_was_late_by_two_times_that_no_pause_fits() -> None:
    first, second = FLOWING.brought_up.late, LASTING.brought_up.late
    assert (1 <= first <= 3, 4.5 <= second <= 7) == (True, True)


# --- log_flow


@pytest.mark.parametrize(
    ("changed", "code", "words"),
    [
        ({"accepted": IDS[:50], "refused": "status 503, 'away'"}, "not_accepted",
         "accepted by log-collector: 50 of 200; status 503"),
        ({"accepted": NONE, "refused": ""}, "not_accepted", "0 of 200; it could not be asked"),
        ({"queued": NONE, "alerted": NONE}, "not_queued", "reached logs_queue: 0 of 200"),
        ({"waiting": IDS, "alerted": NONE, "settings": {}}, "not_taken",
         "taken by alerter: 0 of 200; it connects to localhost:6379, and in a container that is"),
        ({"waiting": IDS, "alerted": NONE, "settings": {"REDIS_URL": "redis://elsewhere"}}, "not_taken", "redis://elsewh"),
        ({"waiting": IDS, "alerted": NONE, "networks": ["default"]}, "not_taken",
         "it is on the network default, and redis-queue is on sentinel-net"),
        ({"waiting": IDS, "alerted": NONE, "settings": {"REDIS_HOST": "redis-queue", "QUEUE_NAME": "logs"}},
         "not_taken", "it connects to redis-queue:6379, and takes from logs"),
        ({"waiting": IDS, "alerted": NONE, "workers": 0}, "not_taken", "no alerter runs"),
        ({"alerted": IDS[:150]}, "not_alerted", "taken by alerter: 200 of 200; named by alerts: 150 of 200"),
        ({"alerted": [*IDS, IDS[3]]}, "doubled", f"1 of 200 entries raised more than one alert: {IDS[3]}"),
        ({"alerted": [*IDS, "forged"]}, "made_up", "nobody sent: forged"),
        ({"alerted": [IDS[1], IDS[0], *IDS[2:]]}, "reordered", "another order"),
    ],
)  # fmt: skip
def test_the_hop_at_which_logs_are_lost_is_named(changed: dict[str, Any], code: str, words: str) -> None:
    flow = replace(FLOW, **changed)
    _expect(judge("m1.log_flow", flowing=replace(FLOWING, flow=flow)), code, words)


@pytest.mark.parametrize(
    "changed",
    [{"queued": FLOW.queued[1:]}, {"alerted": [*reversed(IDS)], "workers": 2}],
    ids=["in hand", "two workers"],
)
def test_what_is_no_loss(changed: dict[str, Any]) -> None:
    """One entry may have been handed over before the alerter was held; two alerters know no order."""
    assert judge("m1.log_flow", flowing=replace(FLOWING, flow=replace(FLOW, **changed))) is None


def test_nothing_at_all_is_no_flow() -> None:
    assert judge("m1.log_flow", flowing=replace(FLOWING, flow=Flow(200)))


# --- persistent


@pytest.mark.parametrize(
    ("changed", "code", "words"),
    [
        ({"before": NONE}, "no_alerts", "No alert"),
        ({"killed": LASTING.before[:7]}, "lost", "After Redis was killed and started again, 7 of 10 alerts were left"),
        ({"again": NONE}, "lost", "`docker compose up`, 0 of 10 alerts were left"),
        ({"again": LASTING.before * 2}, "doubled", "10 alerts were there twice"),
        ({"volumes": ["x_data"]}, "left_over", "`docker compose down -v` left these volumes: x_data"),
    ],
)
def test_what_does_not_last_or_lasts_too_long(changed: dict[str, Any], code: str, words: str) -> None:
    _expect(judge("m1.persistent", lasting=replace(LASTING, **changed)), code, words)


# --- isolated


@pytest.mark.parametrize(
    ("changed", "code", "words"),
    [
        ({"published": [Published("alerter", "8001/tcp", "")]}, "published_to_all", "8001/tcp on every address"),
        ({"published": [Published("alerter", "8001/tcp", "0.0.0.0")]}, "published_to_all", "every address"),
        ({"published": [Published("alerter", "8001/tcp", "::")]}, "published_to_all", "every address"),
        ({"published": [Published("alerter", "5678/tcp", "127.0.0.1")]}, "published", "5678/tcp on 127.0.0.1"),
        ({"published": [Published("relay", "8001/tcp", "127.0.0.1")]}, "published", "relay publishes"),
        ({"published": []}, "not_published", "nobody on this machine"),
        ({"reached": [*FLOWING.reached, Reached("default", "relay", 6379)]}, "reachable",
         "From the network default, relay can be reached at port 6379"),
        ({"reached": []}, "unreachable", "Nobody"),
        ({"watched": Watched(9, [ROOT], to_the_end=True)}, "runs_as_root", "as uid 0: python -m alerter. Run"),
        ({"watched": Watched(9, [ROOT], to_the_end=False)}, "runs_as_root", "task 5 undoes what task 3 did"),
        ({"watched": replace(FLOWING.watched, to_the_end=False)}, "watcher_ended", "to the end"),
        ({"watched": Watched(0, [], to_the_end=True)}, "watcher_ended", "to the end"),
    ],
)  # fmt: skip
def test_what_can_be_reached_and_need_not(changed: dict[str, Any], code: str, words: str) -> None:
    _expect(judge("m1.isolated", flowing=replace(FLOWING, **changed)), code, words)


def test_an_image_that_is_root_by_itself_is_for_task_3() -> None:
    both = Watched(9, [ROOT], to_the_end=True)
    changed = {"flowing": replace(FLOWING, watched=both), "working": replace(WORKING, watched=both)}
    assert judge("m1.isolated", **changed) is None
    assert judge("m1.non_root", **changed)


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_this_machines_own_addresses(address: str) -> None:
    assert judge("m1.isolated", flowing=replace(FLOWING, published=[Published("alerter", "8001/tcp", address)])) is None


def test_sockets_that_others_could_connect_to() -> None:
    """As the kernel writes them: its header, 0.0.0.0:8001, 127.0.0.11:41234, a connection; [::]:9000, [::1]:9001, and
    127.0.0.1:9002 as IPv6 has it."""
    table = """\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:1F41 00000000:0000 0A 00000000:00000000 00:00000000 00000000 10001        0 1
   1: 0B00007F:A112 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 2
   2: 020011AC:D431 030011AC:18EB 01 00000000:00000000 00:00000000 00000000 10001        0 3
   0: 00000000000000000000000000000000:2328 00000000000000000000000000000000:0000 0A 0:0 00:0 0 0 0 4
   1: 00000000000000000000000001000000:2329 00000000000000000000000000000000:0000 0A 0:0 00:0 0 0 0 5
   2: 0000000000000000FFFF00000100007F:232A 00000000000000000000000000000000:0000 0A 0:0 00:0 0 0 0 6
"""
    assert listened_on(table) == [8001, 9000]


# --- restarts and limits


@pytest.mark.parametrize(
    ("changed", "code", "words"),
    [
        ({"crashes": [Crash(False, 5.2, "exited", 0)]}, "stays_down",
         "5 s after a crash, the alerter is exited, started again 0 times"),
        ({"crashes": [CRASHED.crashes[0], Crash(False, 5.2, "exited", 1)]}, "stays_down", "after a second crash"),
        ({"crashes": [Crash(False, 20.0, "running", 1, "status 503")]}, "stays_down", "GET /health: status 503"),
        ({"crashes": []}, "no_crash", "did not crash"),
        ({"raised": CRASHED.raised[:4]}, "does_not_go_on", "6 of 10 errors raised no alert"),
        ({"sent": NONE, "raised": NONE}, "does_not_go_on", "0 of 0"),
    ],
)  # fmt: skip
def test_a_crash_that_does_not_heal(changed: dict[str, Any], code: str, words: str) -> None:
    _expect(judge("m1.restarts", crashed=replace(CRASHED, **changed)), code, words)


_KILLED = Started("alerter", "running", "healthy", 3.0, 1, 0, out_of_memory=True)


@pytest.mark.parametrize(
    ("changed", "code", "words"),
    [
        ({"bound": Bound(0, 1.0)}, "no_memory_limit", "all memory"),
        ({"bound": Bound(64 << 30, 1.0)}, "memory_limit_too_high", "65,536 MiB"),
        ({"bound": Bound(128 << 20, 0.0)}, "no_processor_limit", "every processor"),
        ({"bound": Bound(128 << 20, 64.0)}, "processor_limit_too_high", "64 processors"),
        ({"after": [_KILLED]}, "not_enough", "alerter is running, healthy, started again 1 times, out of memory"),
    ],
)
def test_bounds_that_are_none_or_not_enough(changed: dict[str, Any], code: str, words: str) -> None:
    _expect(judge("m1.limits", flowing=replace(FLOWING, **changed)), code, words)
