"""Every key of Compose's own schema is known here: taken in some form, or refused with words of its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from .learner import INCLUDE, Learner

SCHEMA = json.loads((Path(__file__).parent / "compose_schema.json").read_text())["places"]
PLACES = [(place, name) for place, names in SCHEMA.items() for name in names]
#: What stands for the name of the learner's choosing, where not every name will do.
NAMES = {"ulimits": "nofile"}


def nested(place: str, below: Any) -> Any:
    """The document that has `below` at this place."""
    parts = place.split(".") if place else []
    for number in reversed(range(len(parts))):
        part = NAMES.get(parts[number - 1], "one") if parts[number] == "*" else parts[number]
        below = [below] if part == "-" else {part: below}
    return below


def codes(learner: Learner, document: Any) -> list[str]:
    found = learner.check(json.dumps(document))
    return [one.code for one in found] if isinstance(found, list) else []


@pytest.mark.parametrize(("place", "name"), PLACES, ids=[f"{place}.{name}" for place, name in PLACES])
def test_a_key_of_the_schema_is_known(place: str, name: str, learner: Learner) -> None:
    assert "unknown_key" not in codes(learner, nested(place, {name: None}))


@pytest.mark.parametrize("place", SCHEMA)
def test_a_key_that_is_not_in_the_schema_is_refused(place: str, learner: Learner) -> None:
    """With the keys below a key that is refused whole, it is that one."""
    assert codes(learner, nested(place, {"none_of_it": "x"})), place


def test_the_schema_is_whole() -> None:
    """A place lost from the data would leave its keys untried."""
    assert len(PLACES) == 353
    assert {"provider", "use_api_socket", "post_start", "models", "gpus"} <= set(SCHEMA["services.*"])


def test_extensions_are_taken_where_compose_takes_them(learner: Learner) -> None:
    text = INCLUDE + "x-a: {b: [c]}\nservices:\n  alerter:\n    build: {context: alerter, x-a: 1}\n    x-b: [1, 2]\n"
    assert not isinstance(learner.check(text), list)


def test_a_service_may_be_called_like_an_extension_and_is_judged(learner: Learner) -> None:
    found = learner.refused("services:\n  x-tools:\n    image: python:3.13-slim\n    privileged: true\n")
    assert [(one.code, one.line) for one in found] == [("privileged", 4)]
