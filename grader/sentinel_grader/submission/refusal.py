"""What is refused of a submission, and the words for it."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

#: What one message may quote of a submission.
QUOTED = 160


@dataclass(frozen=True, order=True)
class Refusal:
    """One thing in a submission that is not taken, and what to do about it.

    `code` is for programs; `path` is relative to the submission, `line` from 1; `saw` and `remedy` are sentences for
    the learner. Whatever they quote has gone through `shown`: they are safe to print, not to put into HTML unescaped.
    """

    code: str
    path: str
    saw: str
    line: int | None = None
    remedy: str = ""

    def __str__(self) -> str:
        place = self.path if self.line is None else f"{self.path}:{self.line}"
        return f"{place}: {self.saw} {self.remedy}".rstrip()


def shown(text: str, most: int = QUOTED) -> str:
    """`text` as it may be printed: what cannot be seen, or moves a terminal's cursor, is spelled out; long text says
    how much is missing, so that two different texts never look the same by being cut."""
    spelled = "".join(character if is_plain(character) else _spelled(character) for character in text[: most + 1])
    if len(text) <= most:
        return spelled
    return f"{spelled[:most]}… ({len(text)} characters)"


def is_plain(character: str) -> bool:
    """Whether a character shows as itself: a letter, mark, number, sign or the blank. Not controls, surrogates, other
    blanks, nor the invisible ones that reorder what is read (https://trojansource.codes)."""
    return character == " " or unicodedata.category(character)[0] not in "CZ"


def _spelled(character: str) -> str:
    number = ord(character)
    if 0xDC80 <= number <= 0xDCFF:  # a byte of a file name that is not UTF-8 (PEP 383)
        return f"\\x{number - 0xDC00:02x}"
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"
