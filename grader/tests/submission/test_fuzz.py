"""Whatever a file holds: a model or refusals, soon, and never an exception."""

from __future__ import annotations

import random
import time

from hypothesis import given, settings
from hypothesis import strategies as st

from sentinel_grader.paths import ROOT
from sentinel_grader.policy import Dockerfile, check_dockerfile, prepared_text
from sentinel_grader.submission import Refusal

from .dockerfiles import LINES, NOISE, TOP, random_dockerfile

SOLUTION = (ROOT / "module-01-containers" / "solutions" / "alerter" / "Dockerfile").read_bytes()
#: Seconds that the worst file may take; the usual one takes a thousandth.
SOON = 2.0


def judged(text: str | bytes) -> Dockerfile | list[Refusal]:
    before = time.process_time()
    found = check_dockerfile(text, name="Dockerfile", allowed_bases=("python", "scratch"))
    assert time.process_time() - before < SOON
    if isinstance(found, Dockerfile):
        assert check_dockerfile(prepared_text(found), name="Dockerfile", allowed_bases=("python", "scratch"))
        assert found.line_of("USER") <= len(found.lines)
    else:
        assert found
        assert all(one.code and one.saw.isprintable() and one.remedy.isprintable() for one in found)
    return found


@given(st.binary(max_size=400) | st.text(max_size=400))
def test_anything(text: str | bytes) -> None:
    judged(text)


@given(st.lists(st.sampled_from([*TOP, *LINES, *NOISE, "FROM python"]) | st.text(max_size=20), max_size=30))
def test_pieces_of_dockerfiles(pieces: list[str]) -> None:
    judged("\n".join(pieces))
    judged("".join(pieces))


@given(st.integers(0, len(SOLUTION)), st.integers(0, len(SOLUTION)), st.binary(max_size=8))
def test_a_good_file_cut_and_mangled(start: int, end: int, junk: bytes) -> None:
    judged(SOLUTION[:start])
    judged(SOLUTION[:start] + junk + SOLUTION[end:])


@settings(deadline=None)
@given(
    st.sampled_from(
        ["\\", "\\\n", '"', "'", "[", "{", "$", "${A", "<<", "<<E ", "# ", "=", "--a ", "aaaaaaaaaaaaaaaaa", "̀"]
    ),
    st.sampled_from(["", "FROM python\n"]),
    st.sampled_from(["", "RUN ", "ENV ", "LABEL ", "COPY ", "FROM ", "CMD "]),
)
def test_much_of_the_same(piece: str, before: str, keyword: str) -> None:
    for size in (3_900, 15_000, 63_000):
        judged(before + keyword + piece * (size // len(piece)))


def test_ten_megabytes_in_a_line() -> None:
    assert [one.code for one in refusals(b"RUN " + b"x" * 10_000_000)] == ["file_too_large"]


def refusals(text: bytes) -> list[Refusal]:
    found = judged(text)
    assert isinstance(found, list)
    return found


def test_random_dockerfiles() -> None:
    chance = random.Random(4)
    passed = sum(isinstance(judged(random_dockerfile(chance)), Dockerfile) for _ in range(3_000))
    assert passed > 100, "the generator has lost its good files"
