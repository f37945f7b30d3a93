"""What is said of recordings that were used again."""

from __future__ import annotations

from sentinel_grader.observe.outcome import Recorded
from sentinel_grader.observe.schedule import Event, Moment
from sentinel_grader.reports.reuse import words


def _ended(name: str, seconds: float, moment: Moment = Moment.ENDED) -> list[Event]:
    started = [Event(name, Moment.STARTED)] if moment is Moment.ENDED else []
    return [*started, Event(name, moment, Recorded(None), seconds)]


def test_nothing_is_said_where_nothing_was_used_again() -> None:
    assert words([]) == ""
    assert words(_ended("build", 3)) == ""


def test_an_unchanged_tree_is_said_to_be_one() -> None:
    events = _ended("build", 3.04, Moment.REUSED) + _ended("image", 6, Moment.REUSED)
    assert words(events) == "Nothing changed: all 2 observations used again, 9.0 s saved."


def test_what_was_made_anew_is_named_the_longest_first() -> None:
    events = _ended("bases", 3, Moment.REUSED) + _ended("build", 0.4) + _ended("clean_context", 2)
    said = "1 of 3 observations used again, 3.0 s saved; made anew: clean context, build."
    assert words(events) == said
    many = [event for number in range(9) for event in _ended(f"o{number}", number)]
    assert words(_ended("submitted", 0.01, Moment.REUSED) + many) == "", "nobody wants to read that"
    assert words(_ended("bases", 1, Moment.REUSED) + many).endswith("made anew: o8, o7, o6, o5, o4, o3 and 3 more.")


def test_what_was_blocked_is_neither() -> None:
    blocked = [Event("running", Moment.BLOCKED)]
    assert words(_ended("bases", 1, Moment.REUSED) + blocked).startswith("Nothing changed: all 1")
