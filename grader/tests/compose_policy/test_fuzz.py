"""Whatever a file holds: a model or refusals, soon, and never an exception."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sentinel_grader.policy.compose import Composed, Resolved
from sentinel_grader.submission import Refusal

from .accepted import FILES
from .learner import ALERTER, INCLUDE, Learner
from .refusals import ELSEWHERE, IN_A_SERVICE

TEXTS = [text for text, _ in FILES.values()]
LINES = sorted({line for text in (*TEXTS, *(text for _, _, text in ELSEWHERE)) for line in text.splitlines()})
PIECES = [
    "\n", "  ", "- ", ": ", "{", "}", "[", "]", ",", "'", '"', "|", ">", "&a ", "*a", "<<: ", "!reset ", "!!int ", "#",
    "$", "${", "${A:-", "}", "---\n", "...\n", "? ", "null", "~", "yes", "0x10", "-1", "1e9", "../", "/", "\t", "\\",
    "é", "\x00", "\u2028", "\ufeff", "\r", "true", "99999999999999999999", "x-", ".", "@", "%", "`", "\ud800",
]  # fmt: skip
#: What only the model shows: what Compose itself refuses, and whether a service builds what it extends.
LATER = {"compose_refuses", "image_name_taken", "image_not_allowed"}
#: Seconds that the worst file may take; the usual one takes a hundredth.
SOON = 2.0


def judged(learner: Learner, text: str | bytes) -> Composed | list[Refusal]:
    before = time.process_time()
    found = learner.check(text)
    assert time.process_time() - before < SOON
    if isinstance(found, list):
        assert found
        assert all(one.code and one.saw.isprintable() and one.remedy.isprintable() for one in found), found
    return found


def mangled(chance: random.Random) -> str:
    text = chance.choice(TEXTS)
    for _ in range(chance.choice((1, 1, 2, 4))):
        lines = text.split("\n")
        at, place = chance.randrange(len(text) + 1), chance.randrange(len(lines) + 1)
        kind = chance.randrange(6)
        if kind == 0:
            text = text[:at] + chance.choice(PIECES) + text[at:]
        elif kind == 1:
            text = text[:at] + text[at + chance.randrange(1, 9) :]
        elif kind == 2:
            lines.insert(place, chance.choice(LINES))
            text = "\n".join(lines)
        elif kind == 3:
            _, more = chance.choice(IN_A_SERVICE)
            text = "\n".join([*lines[:place], *(f"    {line}" for line in more.split("\n")), *lines[place:]])
        elif kind == 4:
            text = "\n".join(lines[:place] + lines[place + 1 :])
        else:
            text = text[:at] + text[chance.randrange(len(text) + 1) :][:60] + text[at:]
    return text


def beside(learner: Learner) -> Learner:
    for _, files in FILES.values():
        for name, content in files.items():
            learner.put(name, content)
    return learner


@pytest.mark.usefixtures("compose")
def test_five_hundred_mangled_files_and_what_compose_makes_of_some(learner: Learner) -> None:
    """What is taken raw, Compose refuses or the second look takes: the two know the same."""
    chance = random.Random(5)
    beside(learner)
    passed: list[str] = []
    for _ in range(500):
        text = mangled(chance)
        if isinstance(judged(learner, text), Composed):
            passed.append(text)
    assert 20 < len(passed) < 500, "the generator has lost its good files, or its bad ones"
    for text in chance.sample(passed, 8):
        found = learner.resolve(text)
        assert isinstance(found, Resolved) or {one.code for one in found} <= LATER, (text, found)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(st.binary(max_size=300) | st.text(max_size=300))
def test_anything(learner: Learner, text: str | bytes) -> None:
    judged(learner, text)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(st.lists(st.sampled_from(PIECES) | st.sampled_from(LINES), max_size=25))
def test_pieces_of_compose_files(learner: Learner, pieces: list[str]) -> None:
    judged(learner, ALERTER + "".join(pieces))
    judged(learner, "\n".join(pieces))


def test_any_kind_of_value_in_any_place(learner: Learner) -> None:
    """A form that meets a kind of value it did not expect says so."""
    values = ["", "1", "'x'", "[]", "[1]", "[[]]", "[{}]", "{}", "{a: }", "{a: {b: [c]}}", "[~]", "{'': ''}", "''"]
    keys = sorted({line.split(":")[0] for _, line in IN_A_SERVICE})
    for key in (*keys, "build", "command", "environment", "healthcheck", "image", "user", "expose", "profiles"):
        text = "".join(f"  a{number}:\n    {key}: {value}\n" for number, value in enumerate(values[:12]))
        judged(learner, f"{INCLUDE}services:\n{text}")
    for section in ("networks", "volumes", "secrets", "configs", "include", "services", "models", "name"):
        for value in values:
            judged(learner, f"{section}: {value}\n")
            judged(learner, f"{section}: {{one: {value}}}\n" if value else f"{section}: {{one: }}\n")


def test_much_of_the_same(learner: Learner) -> None:
    for piece in (
        "[",
        "{",
        "- ",
        "? ",
        "&a ",
        "*a ",
        "a: ",
        "'",
        '"',
        "|\n",
        "${",
        "$$",
        "<<: ",
        "!",
        "#",
        "\n ",
        "\t",
    ):
        for size in (1_900, 20_000, 63_000):
            judged(learner, ALERTER + "    user: " + piece * (size // len(piece)))
            judged(learner, f"{piece * 60}\n" * (size // (60 * len(piece) + 1)))
