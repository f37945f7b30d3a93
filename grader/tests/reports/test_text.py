"""What a stranger wrote is shown without tricks: visibly, briefly, and never like another text."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentinel_grader.reports.text import shown

from .strategies import CHARACTERS, HOSTILE, TEXTS

_TINY = st.lists(st.sampled_from(["a", "\n", ":", "::", "#", "[", "⟨", "⟩", "\t", "⟨tab⟩", "U+003A", " ", "\u200b"]))
_SIMILAR = _TINY.map("".join) | st.text(CHARACTERS)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("plain: a::b, #1 ##x", "plain: a::b, #1 ##x"),
        ("größer 長い 🎉", "größer 長い 🎉"),
        ("\x1b[31mred", "⟨ESC⟩[31mred"),
        ("a\r\nb\tc\0", "a⟨CR⟩\nb⟨tab⟩c⟨NUL⟩"),
        ("\u202egnp.exe", "⟨U+202E⟩gnp.exe"),
        ("\udc80", "⟨U+DC80⟩"),
        ("no\u00a0break", "no⟨U+00A0⟩break"),
        ("⟨U+202E⟩", "⟨U+27E8⟩U+202E⟨U+27E9⟩"),
        ("  ::error::x", "  ⟨U+003A⟩:error::x"),
        ("a ##[error]x", "a #⟨U+0023⟩[error]x"),
        ("##vso[x]", "#⟨U+0023⟩vso[x]"),
    ],
)
def test_tricks_are_made_visible_and_nothing_else_is_touched(text: str, said: str) -> None:
    assert shown(text) == said


def test_on_one_line_a_line_end_is_visible() -> None:
    assert shown("a\nb", lines=1) == "a⟨LF⟩b"


def test_what_is_left_out_is_counted_and_told_apart() -> None:
    long, other = "a" * 1000 + "x" + "b" * 1000, "a" * 1000 + "y" + "b" * 1000
    assert re.fullmatch(
        r"a{66}⟨… 1902 of 2001 characters left out, sha256 of all [0-9a-f]{16} …⟩b{33}", shown(long, most=100)
    )
    assert shown(long, most=100) != shown(other, most=100)


def test_of_many_lines_the_first_and_the_last_stay() -> None:
    said = shown("\n".join(map(str, range(1000))), lines=9).splitlines()
    assert (said[0], said[-1], len(said)) == ("0", "999", 8)


@given(TEXTS, st.integers(3, 300), st.integers(1, 12))
def test_nothing_hides_commands_or_fills_the_page(text: str, most: int, lines: int) -> None:
    said = shown(text, most=most, lines=lines)
    assert not [each for each in said if each != "\n" and each != " " and unicodedata.category(each)[0] in "CZ"]
    assert said.count("\n") < max(lines, 2)
    assert len(said) <= 10 * most + 100
    assert not re.search(r"^\s*::|##\w*\[", said, re.MULTILINE)


@given(_SIMILAR, _SIMILAR, st.sampled_from([(4000, 40), (6, 40), (4000, 3), (4000, 1), (3, 1)]))
def test_two_texts_that_differ_are_shown_differently(one: str, other: str, bounds: tuple[int, int]) -> None:
    most, lines = bounds
    same = shown(one, most=most, lines=lines) == shown(other, most=most, lines=lines)
    assert same == (one == other)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_shown_text_is_as_safe_shown_again(text: str) -> None:
    assert not re.search(r"^\s*::|##\w*\[", shown(shown(text)), re.MULTILINE)
