"""Task 7's judges on recordings: what the solution's looked like, and that with one thing changed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sentinel_grader.checks import module_01 as module_01
from sentinel_grader.judging import CHECKS, Unmet
from sentinel_grader.observe.outcome import Place
from sentinel_grader.observe.repair.seen import Door, Order, Owned, Part, RepairStack, Said
from sentinel_grader.result import Reason

from .record import ids_of, read

SOLUTION: Any = read()["repair_stack"].data
STACK: RepairStack = SOLUTION
AT = Place("docker-compose.yaml", 7)
ROOT, OWN = Owned(0, 0, 0o644), Owned(10001, 10001, 0o755)


def _judge(id_: str, stack: RepairStack) -> Reason | None:
    """Why the check fails; None if it does not."""
    try:
        CHECKS[id_].function(stack)
    except Unmet as unmet:
        return unmet.reason
    return None


def _with_part(service: str, **changed: Any) -> RepairStack:
    return replace(STACK, parts=[replace(one, **changed) if one.name == service else one for one in STACK.parts])


def _expect(id_: str, stack: RepairStack, code: str, words: str) -> None:
    reason = _judge(id_, stack)
    assert reason
    assert (reason.code, words in reason.saw) == (code, True), reason


@pytest.mark.parametrize("id_", ids_of("1.7"))
def test_the_solution_passes_and_what_is_refused_fails_every_check(id_: str) -> None:
    assert _judge(id_, STACK) is None
    _expect(id_, RepairStack(refused="Refused before anything ran: privileged"), "refused", "privileged")


SUBJECTS = {"host_name": "shop", "volume": "ledger", "stale_image": "prices", "memory": "search"}


@pytest.mark.parametrize(("what", "service"), SUBJECTS.items())
@pytest.mark.parametrize(
    ("changed", "code", "words"),
    [
        ({"name": "other"}, "service_deleted", "There is no service {service}"),
        ({"trouble": "The build fails: x"}, "not_built", "The image of {service} could not be built. The build fails"),
        ({"state": ""}, "not_started", "{service} was not started"),
        ({"state": "created"}, "not_started", "{service} was not started"),
        ({"state": "exited", "exit_code": 1, "log": ["a", "PermissionError"]}, "ended", "1. Its log: PermissionError"),
        ({"state": "exited", "exit_code": 0}, "ended", "ended with exit status 0"),
        ({"state": "exited", "exit_code": 137, "out_of_memory": True}, "out_of_memory", "137: killed, out of memory"),
        ({"restarts": 3}, "ended", "ended, and was started again, 3 times"),
        ({"state": "restarting", "exit_code": 137, "restarts": 2}, "out_of_memory", "seems, and was started again"),
    ],
)  # fmt: skip
def test_a_service_that_is_not_there_is_no_repair(
    what: str, service: str, changed: dict[str, Any], code: str, words: str
) -> None:
    _expect(f"m1.repair_{what}", _with_part(service, **changed), code, words.format(service=service))


@pytest.mark.parametrize("when", ["first", "moved"])
def test_an_order_that_the_shop_cannot_take_or_loses(when: str) -> None:
    words = "had another address" if when == "moved" else "POST /orders"
    refused: dict[str, Any] = {when: Order(Said(503, "status 503, 'cannot reach the queue at redis:6379'"))}
    lost: dict[str, Any] = {when: Order(Said(202))}
    _expect("m1.repair_host_name", replace(STACK, **refused), "order_refused", words)
    _expect("m1.repair_host_name", replace(STACK, **lost), "order_lost", "neither on the queue")


@pytest.mark.parametrize("seen", ["queue", "ledger"])
def test_where_the_order_is_seen_is_the_ledgers_matter(seen: str) -> None:
    assert _judge("m1.repair_host_name", replace(STACK, first=Order(Said(202), seen), moved=None)) is None


def _doors(*doors: tuple[str, str, str]) -> RepairStack:
    """The stack with these doors: the service, the address, the ports. Behind each somebody answers."""
    return replace(STACK, doors=[Door(who, host, ports, 8080, Said(200), AT) for who, host, ports in doors])


HERE = "127.0.0.1"


@pytest.mark.parametrize(
    "doors",
    [
        [("shop", HERE, "8010"), ("prices", HERE, "8012")],
        [("shop", HERE, "8010"), ("prices", "127.0.0.2", "8010")],
        [("shop", "", "8010"), ("prices", "", "")],
        [("shop", HERE, "8010-8012"), ("prices", HERE, "8013-8014")],
        [("shop", HERE, ""), ("prices", HERE, ""), ("search", HERE, "")],
    ],
)
def test_doors_that_are_apart(doors: list[tuple[str, str, str]]) -> None:
    assert _judge("m1.repair_port", _doors(*doors)) is None


@pytest.mark.parametrize(
    ("doors", "code", "words"),
    [
        ([("shop", HERE, "8010"), ("prices", HERE, "8010")], "port_clash", "shop publishes 127.0.0.1:8010:8080 and"),
        ([("shop", HERE, "8010"), ("prices", "", "8010")], "port_clash", "prices publishes 8010:8080"),
        ([("shop", "0.0.0.0", "8010"), ("prices", HERE, "8009-8011")], "port_clash", "8009-8011"),
        ([("shop", HERE, "8010"), ("prices", HERE, "8012"), ("ledger", HERE, "8012")], "port_clash", "ledger"),
        ([("shop", HERE, "8010")], "no_door", "prices publishes no port"),
        ([("prices", HERE, "8010")], "no_door", "shop publishes no port"),
    ],
)  # fmt: skip
def test_doors_that_are_not_apart_or_not_there(doors: list[tuple[str, str, str]], code: str, words: str) -> None:
    _expect("m1.repair_port", _doors(*doors), code, words)


def test_a_door_behind_which_nobody_answers() -> None:
    deaf = [replace(door, port=8081, said=Said(0, "ConnectionRefusedError")) for door in STACK.doors]
    _expect("m1.repair_port", replace(STACK, doors=deaf), "nobody_behind_the_door", "8081 nobody answered: Connection")


@pytest.mark.parametrize(
    ("changed", "code", "words"),
    [
        ({"queue": ""}, "no_queue", "no Redis"),
        ({"before": False, "words": "status 500"}, "not_written", "status 500"),
        ({"after": False}, "not_kept", "no longer had it"),
        ({"file": None}, "no_file", "orders.jsonl"),
        ({"folder": None}, "no_file", "orders.jsonl"),
        ({"file": ROOT}, "writes_as_root", "uid 0"),
        ({"folder": replace(OWN, mode=0o777)}, "open_to_all", "mode 0777"),
        ({"folder": replace(OWN, mode=0o1777)}, "open_to_all", "mode 1777"),
    ],
)
def test_a_ledger_that_does_not_write_where_it_should(changed: dict[str, Any], code: str, words: str) -> None:
    _expect("m1.repair_volume", replace(STACK, written=replace(STACK.written, **changed)), code, words)


def test_a_folder_may_be_the_groups() -> None:
    written = replace(STACK.written, folder=Owned(0, 10001, 0o775))
    assert _judge("m1.repair_volume", replace(STACK, written=written)) is None


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"version": {"version": "1.0.0", "build": "release-1.0.0"}}, "old_build"),
        ({"version": None}, "old_build"),
        ({"version": [1]}, "old_build"),
        ({"price": {"cents": STACK.priced.fair * 4 // 5}}, "old_code"),
        ({"price": "1"}, "old_code"),
    ],
)
def test_what_runs_is_old(changed: dict[str, Any], code: str) -> None:
    _expect("m1.repair_stale_image", replace(STACK, priced=replace(STACK.priced, **changed)), code, "")


@pytest.mark.parametrize(
    ("part", "found", "code", "words"),
    [
        ({}, {"answer": {"count": 0, "titles": []}}, "not_found", "with a limit of 256 MiB"),
        ({}, {"answer": None}, "not_found", "book number"),
        ({}, {"took": 12_000_000}, "not_in_memory", "12 MB"),
        ({"memory": 0}, {}, "no_limit", "no limit"),
        ({"memory": 32 << 20}, {}, "limit_too_small", "with a limit of 32 MiB: this engine"),
        ({"memory": 16 << 30}, {}, "limit_out_of_reach", "16384 MiB"),
    ],
)
def test_a_search_without_the_memory_that_it_needs(
    part: dict[str, Any], found: dict[str, Any], code: str, words: str
) -> None:
    stack = replace(_with_part("search", **part), found=replace(STACK.found, **found))
    _expect("m1.repair_memory", stack, code, words)


def test_parts_are_found_by_their_names() -> None:
    assert STACK.part("queue") == next(part for part in STACK.parts if part.name == "queue")
    assert STACK.part("nobody") is None
    assert isinstance(STACK.part("shop"), Part)
