"""The critical path of a grade: a chain without a gap, from what ended last back to the start."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from sentinel_grader.bench.grade.critical import AFTER, BEFORE, critical_path
from sentinel_grader.tracing import Span

NEEDS = {"build": (), "run": ("build",), "image": ("build",), "modes": ("image",)}


def test_it_goes_back_along_what_each_observation_builds_on() -> None:
    spans = [Span("build", 1, 2), Span("run", 2, 3), Span("image", 2.01, 6), Span("modes", 6, 8)]
    path = critical_path(spans, NEEDS, began=0, ended=9)
    assert [part.what for part in path] == [BEFORE, "build", "image", "modes", AFTER]
    assert [part.after for part in path] == ["", "", "build", "image", ""]
    assert not any(part.for_place for part in path)


def test_one_that_waited_for_a_place_follows_whoever_left_it() -> None:
    spans = [Span("build", 1, 2), Span("run", 2, 5), Span("image", 5.01, 7)]
    path = critical_path(spans, NEEDS, began=0, ended=7.5)
    assert [part.what for part in path] == [BEFORE, "build", "run", "image", AFTER]
    assert (path[3].after, path[3].for_place) == ("run", True)
    assert (path[2].after, path[2].for_place) == ("build", False)


def test_what_nobody_waited_for_is_not_on_it() -> None:
    spans = [Span("build", 1, 2), Span("run", 2, 9), Span("image", 2, 4), Span("modes", 4, 8.9)]
    assert [part.what for part in critical_path(spans, NEEDS, 0, 10)] == [BEFORE, "build", "run", AFTER]


def test_a_grade_without_observations_is_all_setting_up() -> None:
    assert [(part.what, part.seconds) for part in critical_path([], {}, 1, 3)] == [(BEFORE, 2), (AFTER, 0)]


_TIMES = st.floats(0, 50, allow_nan=False)


@given(st.dictionaries(st.sampled_from(sorted(NEEDS)), st.tuples(_TIMES, _TIMES), min_size=1))
def test_its_seconds_are_those_of_the_grade(times: dict[str, tuple[float, float]]) -> None:
    spans = [Span(name, 1 + min(pair), 1 + max(pair)) for name, pair in times.items()]
    ended = max(span.ended for span in spans) + 1
    path = critical_path(spans, NEEDS, 0, ended)
    assert (path[0].began, path[-1].ended) == (0, ended)
    assert all(one.ended == other.began for one, other in pairwise(path))
    assert len({part.what for part in path}) == len(path)
