"""Words for terminals that cannot show every sign: `✓` becomes `+` there, and nothing becomes a traceback."""

from __future__ import annotations

import codecs
import io
import sys

#: What stands for the signs of our reports where the output's encoding does not know them.
_SIGNS = {
    "✓": "+", "✗": "x", "·": ".", "•": "*", "\N{EN DASH}": "-", "—": "-", "…": "...", "→": "->", "│": "|",
    "●": "*", "○": "o", "⟨": "<", "⟩": ">", "━": "=", "─": "-",
}  # fmt: skip
_HANDLER = "sentinel.signs"


def _spelt(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeEncodeError)
    return "".join(_SIGNS.get(sign, "?") for sign in error.object[error.start : error.end]), error.end


def be_readable_anywhere() -> None:
    """Have what is printed from now on spelt in the signs that the terminal, the pipe or the CI log knows."""
    codecs.register_error(_HANDLER, _spelt)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_HANDLER)
