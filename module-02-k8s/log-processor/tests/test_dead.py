"""What is put on the list of the dead can be read, and the entry be had back from it."""

from __future__ import annotations

import json
from base64 import b64decode
from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st
from processor.dead import document


@given(st.text())
def test_text_stands_as_it_is(text: str) -> None:
    assert json.loads(document(text.encode(errors="replace"), "why"))["entry"] == text.encode(errors="replace").decode()


@given(st.binary().filter(lambda item: item.decode(errors="ignore").encode() != item))
def test_what_is_not_utf8_stands_in_base64(item: bytes) -> None:
    assert b64decode(json.loads(document(item, "why"))["entry"]) == item


def test_it_says_why_and_since_when() -> None:
    found = json.loads(document(b"x", "r" * 10_000))
    assert set(found) == {"entry", "reason", "at"}
    assert found["reason"] == "r" * 500
    assert datetime.fromisoformat(found["at"]).utcoffset() is not None
