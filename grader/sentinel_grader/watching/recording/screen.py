"""A terminal's screen, as far as our own display uses one: colours, lines that are wiped and written again."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import groupby

_PIECE = re.compile(r"\x1b\[(\?)?([0-9;]*)([A-Za-z])|\x1b.|[\r\n\b]|[^\x1b\r\n\b]+", re.DOTALL)
_COLOURS = {31: "red", 32: "green", 33: "yellow"}


@dataclass(frozen=True)
class Style:
    """How a character is shown; "" is the colour of plain text."""

    colour: str = ""
    bold: bool = False
    dim: bool = False

    def after(self, code: int) -> Style:
        """The style after one number of `ESC [ … m`."""
        match code:
            case 0:
                return Style()
            case 1:
                return replace(self, bold=True)
            case 2:
                return replace(self, dim=True)
            case 22:
                return replace(self, bold=False, dim=False)
            case 39:
                return replace(self, colour="")
            case _:
                return replace(self, colour=_COLOURS.get(code, self.colour))

    @property
    def code(self) -> str:
        """What switches it on, from plain."""
        numbers = [name for name, on in (("1", self.bold), ("2", self.dim)) if on]
        numbers += [str(number) for number, colour in _COLOURS.items() if colour == self.colour]
        return f"\x1b[{';'.join(numbers)}m" if numbers else ""


Cell = tuple[str, Style]
#: The lines of a screen, each of its cells.
Lines = tuple[tuple[Cell, ...], ...]
_BLANK: Cell = (" ", Style())


class Screen:
    """A screen of this size. What scrolls out at its top is gone."""

    def __init__(self, columns: int, rows: int) -> None:
        self._columns, self._rows = columns, rows
        self._lines: list[list[Cell]] = [[]]
        self._row = self._column = 0
        self._style = Style()

    def feed(self, text: str) -> None:
        """Show what was printed."""
        for piece in _PIECE.finditer(text):
            if piece[3]:
                self._control(piece[3], [int(number or 0) for number in piece[2].split(";")], private=bool(piece[1]))
            elif piece[0] == "\r":
                self._column = 0
            elif piece[0] == "\n":
                self._down()
            elif piece[0] == "\b":
                self._column = max(0, self._column - 1)
            elif not piece[0].startswith("\x1b"):
                for character in piece[0]:
                    self._put(character)

    def lines(self) -> Lines:
        """What is to be seen now, without blanks at the ends."""
        found = [line[:] for line in self._lines]
        for line in found:
            while line and line[-1][0] == " ":
                line.pop()
        return tuple(map(tuple, found))

    def _control(self, name: str, numbers: list[int], *, private: bool) -> None:
        if private:
            return
        match name:
            case "m":
                for number in numbers:
                    self._style = self._style.after(number)
            case "A":
                self._row = max(0, self._row - (numbers[0] or 1))
            case "H":
                self._row = self._column = 0
            case "J":
                self._lines, self._row, self._column = [[]], 0, 0
            case "K" if numbers[0] == 2:
                self._lines[self._row] = []
            case "K":
                del self._lines[self._row][self._column :]

    def _put(self, character: str) -> None:
        if self._column == self._columns:
            self._column = 0
            self._down()
        line = self._lines[self._row]
        line += [_BLANK] * (self._column + 1 - len(line))
        line[self._column] = (character, self._style)
        self._column += 1

    def _down(self) -> None:
        self._row += 1
        if self._row == len(self._lines):
            self._lines.append([])
        if self._row == self._rows:
            self._row -= 1
            del self._lines[0]


def drawn(lines: Lines) -> str:
    """What a terminal is sent to show just this."""
    return "\x1b[H\x1b[2J" + "\r\n".join(_drawn(line) for line in lines)


def _drawn(line: tuple[Cell, ...]) -> str:
    runs = groupby(line, lambda cell: cell[1])
    pieces = [(style.code, "".join(character for character, _ in cells)) for style, cells in runs]
    return "".join(f"{code}{text}\x1b[0m" if code else text for code, text in pieces)
