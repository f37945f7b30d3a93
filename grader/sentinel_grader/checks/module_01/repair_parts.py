"""The services of task 7's stack: whether one is there at all, which each check asks first, and its doors."""

from __future__ import annotations

from sentinel_grader.judging import expect
from sentinel_grader.observe.outcome import Place
from sentinel_grader.observe.repair.seen import Door, Part, RepairStack


def place_of(stack: RepairStack, name: str) -> Place:
    """Where in the file what is wrong with a service stands."""
    return stack.places.get(name) or Place("")


def expect_there(stack: RepairStack, name: str, how: str = "", *, running: bool = True) -> None:
    """That the service is there, was built and runs, as it did from the beginning."""
    part, at = stack.part(name), place_of(stack, name)
    expect(
        not stack.refused,
        saw=f"The stack cannot be brought up. {stack.refused}",
        expected="a stack that runs",
        at=at,
        code="refused",
    )
    expect(
        part, saw=f"There is no service {name} in the file", expected=f"{name}, mended", at=at, code="service_deleted"
    )
    assert part
    expect(
        not part.trouble,
        saw=f"The image of {name} could not be built. {part.trouble}",
        expected="an image",
        at=at,
        code="not_built",
    )
    ended = part.state in ("exited", "dead", "restarting") or part.restarts
    expect(
        not running or not ended,
        saw=f"{name}{f' {how}' if how else ''} {_end_of(part)}",
        expected=f"{name} running",
        at=at,
        code="out_of_memory" if _no_memory(part) else "ended",
    )
    expect(
        part.state not in ("", "created"),
        saw=f"{name} was not started. Compose said: {stack.said or 'nothing'}",
        expected=f"{name} running",
        at=at,
        code="not_started",
    )


def _no_memory(part: Part) -> bool:
    """An engine can hear of the end before it hears why, and then says nothing of memory:
    https://github.com/moby/moby/issues/41929."""
    return part.out_of_memory or part.exit_code == 137


def _end_of(part: Part) -> str:
    """How it ended, with what it said last."""
    words = f"ended with exit status {part.exit_code}" if part.exit_code or not part.restarts else "ended"
    if _no_memory(part):
        words += f": killed, out of memory{' (OOMKilled)' if part.out_of_memory else ', as it seems'}"
    words += f", and was started again, {part.restarts} times" if part.restarts else ""
    return words + (f". Its log: {' '.join(part.log[-1:])}" if part.log else "")


def clash(one: Door, other: Door) -> bool:
    """Whether both may want the same port at the same address."""
    everywhere = {"", "0.0.0.0", "::"}
    same_address = one.host == other.host or bool({one.host, other.host} & everywhere)
    return same_address and bool(_numbers(one) & _numbers(other))


def _numbers(door: Door) -> set[int]:
    """The ports that the engine may take; none where it takes any that is free."""
    parts = door.published.split("-")
    ends = [int(part) for part in (parts[0], parts[-1]) if part.isascii() and part.isdecimal() and len(part) <= 5]
    return set(range(ends[0], ends[1] + 1)) if len(ends) == 2 else set()
