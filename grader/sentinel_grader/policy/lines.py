"""Physical lines to logical ones: comments, blanks and continuation lines, as BuildKit's parser joins them.

https://github.com/moby/buildkit/blob/v0.33.1/frontend/dockerfile/parser/parser.go, `Parse`
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from sentinel_grader.policy.refused import Refused
from sentinel_grader.policy.text import check_visible

#: What one instruction may come to when its lines are joined.
MOST_JOINED = 16_000


@dataclass
class Logical:
    """One instruction's text. `starts` says where in it each physical line begins: (offset, line, column there)."""

    line: int
    end_line: int
    text: str = ""
    starts: list[tuple[int, int, int]] = field(default_factory=list)

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Line and column of text[start:end]. Raises Refused if it is spread over two lines."""
        inside = [begin for begin in self.starts if begin[0] <= start]
        offset, line, column = inside[-1]
        if any(start < begin[0] < end for begin in self.starts):
            raise Refused("split_flag", line, "This flag goes on in the next line.", "Keep each flag on one line.")
        return line, column + start - offset

    def add(self, text: str, line: int, column: int) -> None:
        self.starts.append((len(self.text), line, column))
        self.text += text
        self.end_line = line
        if len(self.text) > MOST_JOINED:
            saw = f"This instruction has more than {MOST_JOINED} characters."
            raise Refused("instruction_too_long", self.line, saw, "Put it into a script that you COPY.")


class Lines:
    """Hands out logical lines, and raw ones for heredocs."""

    def __init__(self, lines: Sequence[str], escape: str) -> None:
        self._lines = lines
        self._at = 0
        # Two escape characters do not continue a line, in no version so far; one does, blanks after it or not.
        self._goes_on = re.compile(rf"(?:^|(?<=[^{re.escape(escape)}])){re.escape(escape)}[ \t]*\Z")

    def next(self) -> Logical | None:
        """The next instruction, or None at the end of the file. Raises Refused."""
        while self._at < len(self._lines):
            number, line = self.raw()
            text = line.lstrip(" \t")
            if text and not text.startswith("#"):
                return self._joined(number, line, text)
        return None

    def raw(self) -> tuple[int, str]:
        """The next line as it is, less its line end, with its number. Raises IndexError at the end."""
        line = self._lines[self._at].removesuffix("\r")
        self._at += 1
        return self._at, line

    @property
    def at_end(self) -> bool:
        # What follows the last line feed is no line.
        return self._at >= len(self._lines) - (self._lines[-1] == "")

    def _joined(self, number: int, line: str, text: str) -> Logical:
        logical = Logical(number, number)
        content, goes_on = self._cut(text, number)
        logical.add(content, number, len(line) - len(text))
        while goes_on and not self.at_end:
            number, line = self.raw()
            logical.end_line = number
            stripped = line.lstrip(" \t")
            if stripped and not stripped.startswith("#"):
                content, goes_on = self._cut(line, number)
                logical.add(content, number, 0)
        return logical

    def _cut(self, line: str, number: int) -> tuple[str, bool]:
        """The line without the character that continues it, and whether it had one."""
        check_visible(line, number)
        end = self._goes_on.search(line)
        return (line[: end.start()], True) if end else (line, False)
