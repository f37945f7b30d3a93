"""What task 7's observation sees of the stack as it was handed out: each fault for itself, and no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from sentinel_grader import pristine
from sentinel_grader.observe.compose.taken import Composing, Own
from sentinel_grader.observe.outcome import Recorded
from sentinel_grader.observe.repair.plan import FILE
from sentinel_grader.observe.repair.running import fair_price
from sentinel_grader.observe.repair.seen import RepairStack
from sentinel_grader.observe.repair.trade import queue_of
from sentinel_grader.observe.schedule import observe
from sentinel_grader.observe.session import session
from sentinel_grader.observe.store import Store


def _seen(folder: Path) -> RepairStack:
    with session(folder, {}) as here:
        outcome = observe(["repair_stack"], here, Store(None), jobs=1)["repair_stack"]
    assert isinstance(outcome, Recorded), outcome
    assert isinstance(outcome.data, RepairStack)
    return outcome.data


@pytest.mark.engine
@pytest.mark.timeout(300)
def test_the_broken_stack_is_seen_as_it_is(tmp_path: Path) -> None:
    pristine.lay(tmp_path, solved=False)
    seen = _seen(tmp_path)
    assert {part.name: (part.state, part.exit_code, part.restarts) for part in seen.parts} == {
        "shop": ("running", 0, 0),
        "queue": ("running", 0, 0),
        "prices": ("running", 0, 0),
        "ledger": ("exited", 1, 0),
        "search": ("exited", 137, 0),
    }
    # Of search it may be missing: https://github.com/moby/moby/issues/41929. The check is content with 137.
    assert {part.name for part in seen.parts if part.out_of_memory} <= {"search"}
    limits = {part.name: part.memory >> 20 for part in seen.parts if part.memory}
    assert limits == {"search": 32}
    assert sorted(door.words for door in seen.doors if door.said.status) == ["127.0.0.1:8010:8080"] * 2
    assert (seen.first.said.status, seen.first.seen, seen.moved) == (503, "", None)
    assert (seen.written.queue, seen.written.before, seen.written.file) == ("queue", False, None)
    assert seen.priced.build == "release-1.0.0"
    assert seen.priced.cents == seen.priced.fair * 4 // 5
    assert (seen.found.is_right, seen.found.took) == (False, 0)


@pytest.mark.engine
@pytest.mark.timeout(300)
def test_a_service_whose_image_cannot_be_built_hides_no_other(tmp_path: Path) -> None:
    """And one that everybody waits for is waited for by nobody then."""
    pristine.lay(tmp_path, solved=True)
    folder = (tmp_path / FILE).parent
    (folder / "search" / "Dockerfile").write_text("FROM python:3.13-slim\nRUN echo no room >&2; false\n")
    file = folder / "docker-compose.yaml"
    file.write_text(file.read_text().replace("depends_on: [queue]", "depends_on: [queue, search]"))
    seen = _seen(tmp_path)
    part = seen.part("search")
    assert part
    assert "no room" in part.trouble
    assert part.state == ""
    assert (seen.first.seen, seen.written.after) == ("ledger", True)
    assert seen.moved
    assert seen.moved.said.status == 202


@pytest.mark.engine
def test_what_the_policy_refuses_is_recorded_with_its_line(tmp_path: Path) -> None:
    """And nothing is built or brought up."""
    pristine.lay(tmp_path, solved=True)
    file = tmp_path / FILE
    file.write_text(file.read_text().replace("  queue:\n", "  queue:\n    privileged: true\n"))
    line = file.read_text().splitlines().index("    privileged: true") + 1
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sentinel_grader.observe.repair.running.plant", lambda _scope: pytest.fail("it went on"))
        seen = _seen(tmp_path)
    assert "privileged" in seen.refused
    assert {place.line for place in seen.places.values()} == {line}
    assert seen.parts == []


@pytest.mark.parametrize(
    ("images", "queue"),
    [
        ({"queue": "redis:8", "cache": "redis:8"}, "queue"),
        ({"shop": "", "redis": "redis:8"}, "redis"),
        ({"queue": "python:3.13-slim"}, ""),
        ({}, ""),
    ],
)
def test_the_queue_is_the_service_that_runs_a_redis(images: dict[str, str], queue: str) -> None:
    model = {"services": {name: {"image": image} for name, image in images.items()}}
    assert queue_of(Composing(FILE, [Own(name, image, None) for name, image in images.items()], model)) == queue


def test_a_fair_price_is_what_the_code_reckons() -> None:
    code = pristine.contents()["module-01-containers/exercises/repair/prices/__main__.py"].decode()
    assert '"cents": 900 + int(request.rest[-6:]) % 2000' in code
    assert [fair_price(number) for number in (9_780_000_000_001, 9_780_123_456_789)] == [901, 1689]
