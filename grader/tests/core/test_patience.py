"""Who hangs is waited for as long as agreed; who is slow since the machine is busy, longer, and not for ever."""

from __future__ import annotations

import pytest

from sentinel_grader.observe.patience import BUSY, MOST, Patience


@pytest.mark.parametrize(
    ("slowdowns", "expected"),
    [
        ([1.0], 20),
        ([BUSY - 0.1], 20),
        ([4.0], 80),
        ([1.0] * 10 + [5.0] * 200, 10 + 50),
        ([5.0] * 50 + [1.0] * 200, 50 + 10),
        ([1000.0], MOST * 20),
    ],
    ids=["alone", "its own work", "busy", "busy later on", "busy at first", "no end in sight"],
)
def test_the_clock_goes_as_fast_as_work_does(slowdowns: list[float], expected: float) -> None:
    now, asked = [100.0], iter([*slowdowns, *[slowdowns[-1]] * 1000])
    patience = Patience(20, lambda: next(asked), lambda: now[0])
    while patience.lasts():
        now[0] += 0.1
    assert now[0] - 100 == pytest.approx(expected, rel=0.1)


def test_the_machine_is_asked_about_once_a_second_and_no_more() -> None:
    now, asked = [0.0], list[float]()

    def slowdown() -> float:
        asked.append(now[0])
        return 1.0

    patience = Patience(20, slowdown, lambda: now[0])
    while patience.lasts():
        now[0] += 0.1
    assert len(asked) == pytest.approx(20, abs=2)
