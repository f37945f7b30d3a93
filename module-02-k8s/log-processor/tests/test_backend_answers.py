"""What each answer of the backend means: stored, refused for good, or to be sent again."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from processor.backend import Refused, Stored, judge
from processor.persistence import Unavailable


def test_a_success_accounts_for_every_event() -> None:
    assert judge(202, None, b'{"accepted": 2, "duplicates": 1, "ids": ["a", "b", "c"]}', 3) == Stored(2, 1)


@pytest.mark.parametrize(
    "answer", [b"", b"ok", b"{}", b'{"accepted": 2}', b'{"accepted": 4, "duplicates": -1}', b'{"accepted": "3"}']
)
def test_a_success_that_does_not_is_none(answer: bytes) -> None:
    with pytest.raises(Unavailable, match="did not confirm all 3"):
        judge(202, None, answer, 3)


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 599])
def test_it_is_sent_again_after_what_the_backend_asks(status: int) -> None:
    with pytest.raises(Unavailable, match=f"answered {status}: full") as caught:
        judge(status, "7", b'{"detail": "full"}', 3)
    assert (caught.value.kind, caught.value.retry_after) == (str(status), 7)


@pytest.mark.parametrize("status", [301, 308, 401, 403, 404, 405, 407])
def test_a_wrong_key_or_address_makes_no_entry_dead(status: int) -> None:
    with pytest.raises(Unavailable, match="BACKEND_URL and BACKEND_API_KEY"):
        judge(status, None, b"<html>", 3)


@pytest.mark.parametrize("status", [400, 413, 415, 422, 418])
def test_any_other_is_final(status: int) -> None:
    assert judge(status, None, b'{"detail": "bad"}', 3) == Refused(f"{status} bad", {})


def test_422_names_events() -> None:
    errors = [
        {"index": 0, "field": "status", "reason": "too low"},
        {"index": 2, "field": None, "reason": "odd"},
        {"index": 3, "field": "x", "reason": "nobody sent this"},
        {"index": -1, "field": "x", "reason": "nor this"},
    ]
    found = judge(422, None, json.dumps({"detail": "bad", "errors": errors}).encode(), 3)
    assert found == Refused("422 bad", {0: "status: too low", 2: "odd"})


@given(st.integers(100, 599), st.none() | st.text(), st.binary(), st.integers(1, 1_000))
def test_any_answer_means_something(status: int, asked: str | None, answer: bytes, sent: int) -> None:
    with contextlib.suppress(Unavailable):
        assert isinstance(judge(status, asked, answer, sent), Refused)
