"""Parser directives: `# syntax=`, `# escape=` and `# check=` at the top of a Dockerfile.

Versions of BuildKit disagree on which comments count: 0.8 (Engine 20.10) looks for `# syntax=` past directives that
it does not know, later ones stop there but look past a `#!` line. So every comment before the first instruction that
could be one is looked at, and whatever is not in the one plain place is refused.
https://docs.docker.com/reference/dockerfile/#parser-directives
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sentinel_grader.policy.refused import Refused
from sentinel_grader.submission.refusal import shown

#: The names of Docker's own front end. It is built into every engine: the line need not be followed.
_STANDARD = re.compile(r"(?:docker\.io/)?docker/dockerfile(?::1(?:\.\d{1,3}){0,2})?")
_DIRECTIVE = re.compile(r"#\s*(syntax|escape|check)\s*=\s*(.*?)\s*", re.IGNORECASE | re.DOTALL)
_PLAIN = re.compile(r"#[ \t]*([a-z]+)[ \t]*=[ \t]*(\S+)[ \t]*\r?")


@dataclass(frozen=True)
class Directives:
    """What the top of the file says. `lines` are the directives' own."""

    syntax: str = ""
    escape: str = "\\"
    lines: tuple[int, ...] = ()


def directives_of(lines: Sequence[str]) -> Directives:
    """Read the directives. Raises Refused for foreign ones, for misplaced ones and for those given twice."""
    values: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        text = line.strip(" \t\r")
        if text and not text.startswith("#"):
            break
        if match := _DIRECTIVE.fullmatch(text):
            _take(values, match[1].lower(), number, line)
    return Directives(values.get("syntax", ""), values.get("escape", "\\"), tuple(range(1, len(values) + 1)))


def _take(values: dict[str, str], name: str, number: int, line: str) -> None:
    plain = _PLAIN.fullmatch(line)
    # Up to BuildKit 0.12, `check` is unknown and ends the directives: what follows it would not count there.
    if not plain or plain[1] != name or number != len(values) + 1 or values.keys() & {name, "check"}:
        saw = f"`{shown(line.strip(), 60)}` is a parser directive, but not a plain one at the top of the file."
        remedy = f"Write `# {name}=…` once, in the first lines, with nothing above but other directives, or delete it."
        raise Refused("directive_misplaced", number, saw, remedy)
    values[name] = plain[2]
    if name == "syntax" and not _STANDARD.fullmatch(plain[2]):
        saw = f"`# syntax={shown(plain[2], 60)}` has the file read by a program other than Docker's own."
        raise Refused("foreign_syntax", number, saw, "Delete the line, or name docker/dockerfile:1.")
    if name == "escape" and plain[2] not in ("\\", "`"):
        saw = f"`{shown(plain[2], 20)}` cannot be the escape character."
        raise Refused("bad_escape", number, saw, "Delete the line: the backslash is the usual one.")
