"""Sketches: any percentile within 1 %, and adding them up loses nothing."""

from __future__ import annotations

from array import array

import pytest
from backend.stores import sketch
from backend_plain import nearest_rank
from hypothesis import given
from hypothesis import strategies as st

latencies = st.one_of(st.just(0.0), st.floats(sketch.LEAST, 86_400_000), st.floats(1, 100))
PERCENTS = (1, 50, 95, 99, 100)


def percentiles(some: list[bytes], others: list[bytes]) -> list[float]:
    both = (sketch.Steps.of(some), sketch.Steps.of(others))
    return [sketch.percentile(*both, percent) for percent in PERCENTS]


def of(values: list[float]) -> bytes:
    return sketch.pack(map(sketch.code, values))


@given(latencies)
def test_the_middle_of_a_bin_is_within_half_a_percent_of_all_in_it(latency: float) -> None:
    number = sketch.code(latency) >> 20
    assert 0 <= number < 4096
    assert sketch.middle(number) == pytest.approx(latency, rel=sketch.ACCURACY * 1.0001)


@given(st.floats(0, sketch.LEAST, exclude_max=True))
def test_what_is_shorter_than_a_nanosecond_counts_as_nothing(latency: float) -> None:
    assert sketch.middle(sketch.code(latency) >> 20) == 0


@given(st.lists(latencies, min_size=1, max_size=300))
def test_percentiles_are_within_one_percent_of_the_nearest_rank(values: list[float]) -> None:
    half = len(values) // 2
    found = percentiles([of(values[:half])], [of(values[half:])])
    exact = [nearest_rank(sorted(values), percent) for percent in PERCENTS]
    assert found == pytest.approx(exact, rel=0.01)


@given(st.lists(st.lists(latencies, min_size=1), min_size=1, max_size=5))
def test_adding_up_is_the_same_as_one_sketch_of_all(parts: list[list[float]]) -> None:
    together = [value for part in parts for value in part]
    combined = sketch.combine([of(part) for part in parts])
    assert sketch.combine([combined, b""]) == sketch.combine([of(together), b""])
    assert percentiles([combined], []) == percentiles([], [of(together)])
    assert percentiles(list(map(of, parts)), []) == percentiles([combined], [])


def test_a_bin_may_hold_more_than_one_number_can_count() -> None:
    many = array("I", [(sketch.code(5.0) & ~0xFFFFF) | 0xFFFFF]).tobytes()
    combined = sketch.combine([many, many, many])
    count = 3 * 0xFFFFF
    assert sum(code & 0xFFFFF for code in array("I", combined)) == count
    assert percentiles([combined], [of([1.0, 900.0])]) == pytest.approx([5, 5, 5, 5, 900], rel=0.01)
