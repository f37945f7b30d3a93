"""What the agent carries back of what others wrote."""

from __future__ import annotations

import io

import pytest

from sentinel_grader.observe import agent_inside
from sentinel_grader.observe.agent import plain_json
from sentinel_grader.observe.agent_inside import MOST_REPLIES, Room, _reply
from sentinel_grader.observe.compose.flow import _id


def _said(*entries: bytes) -> io.BytesIO:
    return io.BytesIO(b"*%d\r\n" % len(entries) + b"".join(b"$%d\r\n%s\r\n" % (len(one), one) for one in entries))


def test_replies_are_read_as_far_as_there_is_room() -> None:
    assert _reply(_said(b"one", b"two"), Room(100)) == ["one", "two"]
    with pytest.raises(ConnectionError, match=f"more than {MOST_REPLIES} bytes"):
        _reply(_said(b"one", b"x" * 100), Room(100))


def test_a_reply_that_says_it_is_long_is_not_waited_for() -> None:
    with pytest.raises(ConnectionError):
        _reply(io.BytesIO(b"$%d\r\n" % (MOST_REPLIES + 1)), Room(MOST_REPLIES))
    assert agent_inside.MOST < MOST_REPLIES


@pytest.mark.parametrize(
    ("entry", "id_"),
    [
        ('{"id": "a"}', "a"),
        ('{"id": "\\ud800"}', "?"),
        ("[" * 50_000, ""),
        ("9" * 5_000, ""),
        ("[1]", ""),
        ("no entry", ""),
    ],
)
def test_the_id_of_an_entry_that_anybody_may_have_written(entry: str, id_: str) -> None:
    assert _id(entry) == id_


def test_json_that_no_text_can_hold_is_written_otherwise() -> None:
    assert plain_json('{"\\udc00": ["\\ud800"]}') == {"?": ["?"]}
