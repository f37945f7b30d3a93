"""What is expected of a service that is told to stop in the middle of its work."""

from __future__ import annotations

from sentinel_grader.judging import expect
from sentinel_grader.observe.outcome import Place
from sentinel_grader.observe.stopping import KILLED, PROMPT, Stopping

#: Done, or ended by SIGTERM: 128 + 15.
WELL_ENDED = (0, 143)


def expect_to_finish(stopping: Stopping, at: Place | None, before: str = "") -> None:
    """That it finishes what it has in hand, and ends in time. Each sentence begins with what stands `before`."""
    delay = f"WORK_DELAY_MS={stopping.delay * 1000:.0f}"
    expect(
        stopping.taken,
        saw=f"{before}With {delay} it took no entry from the queue",
        expected="an entry in hand when it is told to stop",
        at=at,
        code="took_no_entry",
    )
    by = f" by {stopping.signal}" if stopping.signal not in ("", "SIGTERM", "15") else ""
    expect(
        stopping.exit_code in WELL_ENDED,
        saw=f"{before}Told to stop{by}, it ended after {stopping.seconds:.1f} s with exit status {stopping.exit_code}"
        + (": it was killed" if stopping.exit_code == KILLED else ""),
        expected="exit status 0, or 143, by which some programs say that SIGTERM ended them",
        at=at,
        code="killed",
    )
    expect(
        stopping.answer.status == 200,
        saw=f"{before}The request that it had in hand when it was told to stop{by} ended with {stopping.answer.words}",
        expected="its answer, status 200, before the end",
        at=at,
        code="request_dropped",
    )
    expect(
        stopping.answer.at > stopping.delay * 0.9,
        saw=f"{before}With {delay}, GET /alerts was answered after {stopping.answer.at:.1f} s, before it was told to "
        "stop",
        expected="a service that gets its settings",
        at=at,
        code="no_delay",
    )
    expect(
        stopping.seconds <= PROMPT,
        saw=f"{before}It took {stopping.seconds:.1f} s to stop",
        expected=f"an end within {PROMPT:.0f} s",
        at=at,
        code="slow_to_stop",
    )
    expect(
        stopping.raised == 1,
        saw=f"{before}The entry that it had in hand raised {stopping.raised} alerts, once another container had looked "
        "for it",
        expected="one: an entry that is finished, or put back for the next to find",
        at=at,
        code="entry_dropped",
    )
