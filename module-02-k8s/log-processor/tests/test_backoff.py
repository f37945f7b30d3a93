"""Pauses grow, have jitter and a bound, and heed what the other side asks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st
from processor.backoff import Backoff, retry_after

seconds = st.floats(0.001, 1_000)


@given(seconds, seconds)
def test_each_pause_is_within_its_bounds(first: float, most: float) -> None:
    longest = min(first, most)
    for pause in islice(Backoff(first, most, 60).pauses(), 30):
        assert longest / 2 <= pause <= longest <= most
        longest = min(longest * 2, most)


def test_two_workers_do_not_pause_alike() -> None:
    backoff = Backoff(1, 60, 60)
    assert list(islice(backoff.pauses(), 5)) != list(islice(backoff.pauses(), 5))


@pytest.mark.parametrize(("asked", "least"), [(0, 0), (3, 3), (60, 60), (1e9, 60)])
def test_what_is_asked_for_is_the_least_up_to_a_bound(asked: float, least: float) -> None:
    assert Backoff(1, 5, 60).after(0.7, asked) == pytest.approx(least + 0.7)


@pytest.mark.parametrize(
    ("header", "expected"),
    [("7", 7), (" 7 ", 7), ("0", 0), ("9" * 400, 999_999_999), (None, 0), ("", 0), ("soon", 0), ("-1", 0), ("1.5", 0)],
)
def test_retry_after_holds_seconds(header: str | None, expected: float) -> None:
    assert retry_after(header) == expected


def test_retry_after_holds_a_date() -> None:
    now = datetime.now(UTC)
    assert 25 < retry_after(format_datetime(now + timedelta(seconds=30), usegmt=True)) <= 30
    assert retry_after(format_datetime(now - timedelta(seconds=30), usegmt=True)) == 0


@given(st.text())
def test_any_retry_after_is_a_number(header: str) -> None:
    assert retry_after(header) >= 0
