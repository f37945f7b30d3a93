"""Whether a service of task 7's stack is there at all: what each of its checks asks first."""

from __future__ import annotations

from sentinel_grader.judging import expect
from sentinel_grader.observe.outcome import Place
from sentinel_grader.observe.repair.seen import Part, RepairStack


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
        code="out_of_memory" if part.out_of_memory or part.exit_code == 137 else "ended",
    )
    expect(
        part.state,
        saw=f"{name} was not started. Compose said: {stack.said or 'nothing'}",
        expected=f"{name} running",
        at=at,
        code="not_started",
    )


def _end_of(part: Part) -> str:
    """How it ended, with what it said last."""
    words = f"ended with exit status {part.exit_code}" if part.exit_code or not part.restarts else "ended"
    words += ": killed, out of memory (OOMKilled)" if part.out_of_memory else ""
    words += f", and was started again, {part.restarts} times" if part.restarts else ""
    return words + (f". Its log: {' '.join(part.log[-1:])}" if part.log else "")
