"""The result as JSON, schema `sentinel/result/v1`: all of it, as it is, in ASCII.

Programs get a submission's text unchanged. ASCII with escapes is the same text to them, and hides or commands nothing
where a person, or the log of a CI, meets the file.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import msgspec

from sentinel_grader.result import Result, from_json, totals

_SURROGATE = re.compile("[\ud800-\udfff]")


def render(result: Result) -> str:
    """The result as JSON. Raises ValueError where its sums are not those of its checks: a mistake of ours."""
    text = _escaped(json.dumps(_storable(msgspec.to_builtins(result)), indent=2)) + "\n"
    again = from_json(text)
    if totals(again.checks) != (again.points, again.max_points, again.points_pending, again.verdict):
        raise ValueError(f"the result's sums are not those of its checks: {totals(again.checks)}")
    return text


def write(result: Result, path: Path) -> None:
    path.write_text(render(result), encoding="utf-8")


def _storable(value: object) -> object:
    """`value` with lone surrogates, of names that are not UTF-8, made visible: JSON has no room for them (RFC 8259)."""
    match value:
        case str():
            return _SURROGATE.sub(lambda found: f"⟨U+{ord(found[0]):04X}⟩", value)
        case list():
            return [_storable(item) for item in value]
        case dict():
            return {_storable(key): _storable(item) for key, item in value.items()}
        case _:
            return value


def _escaped(text: str) -> str:
    """The same JSON without what a CI's log would take for a command (see `text`), and without DEL."""
    return re.sub(r"(?<=#)#(?=\w*\[)", r"\\u0023", text).replace("\x7f", "\\u007f")
