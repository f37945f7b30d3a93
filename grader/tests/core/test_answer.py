"""Answers of a submission, as values: whatever it says is one, or none."""

from __future__ import annotations

import json

import pytest

from sentinel_grader.evidence import evidence
from sentinel_grader.observe.agent import DEPTH, Answer
from sentinel_grader.observe.outcome import Recorded


@pytest.mark.parametrize("depth", [1, DEPTH, DEPTH + 1, 900, 100_000])
@pytest.mark.parametrize("pair", ["[]", "{}"])
def test_an_answer_is_read_as_deep_as_it_can_be_shown(depth: int, pair: str) -> None:
    opened, closed = ("[", "]") if pair == "[]" else ('{"a":', "}")
    value = Answer(200, f"{opened * depth}1{closed * depth}".encode()).json
    assert (value is None) == (depth > DEPTH)
    assert evidence(("x",), {"x": Recorded(value)})


def test_what_no_text_can_hold_is_replaced() -> None:
    assert Answer(200, json.dumps({"a\ud800": ["\udfff"]}).encode()).json == {"a?": ["?"]}
