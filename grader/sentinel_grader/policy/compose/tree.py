"""A Compose file as values that know their line: what the reader makes of YAML, and what the rules judge.

A value is a `Scalar`, a `Listing` or a `Table`. Text stays text: whether `yes` or `0x10` is a string is for Compose to
say, and its versions do not agree; the rules take only what reads the same everywhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Scalar:
    """A single value. `is_null` is nothing at all, or `null` without quotes; `line` is None where none is known.

    `first` is the line that its text begins in: one below, where it follows a `|`; None where its lines are folded.
    """

    text: str
    line: int | None = None
    is_null: bool = False
    first: int | None = None


@dataclass(frozen=True)
class Listing:
    items: tuple[Value, ...]
    line: int | None = None


@dataclass(frozen=True)
class Table:
    """A mapping; merge keys have been followed, no key is there twice."""

    entries: tuple[tuple[Scalar, Value], ...]
    line: int | None = None

    def __iter__(self) -> Iterator[tuple[Scalar, Value]]:
        return iter(self.entries)

    def get(self, name: str) -> Value | None:
        return next((value for key, value in self.entries if key.text == name), None)

    def names(self) -> list[str]:
        return [key.text for key, _ in self.entries]


Value = Scalar | Listing | Table


def table_at(value: Value | None, *path: str) -> Table:
    """The table below `value` at this path; an empty one where there is none."""
    for name in path:
        value = value.get(name) if isinstance(value, Table) else None
    return value if isinstance(value, Table) else Table(())


def texts_of(value: Value | None) -> list[str]:
    """The texts of a scalar or of a list's scalars."""
    if isinstance(value, Scalar):
        return [] if value.is_null else [value.text]
    return [item.text for item in value.items if isinstance(item, Scalar)] if isinstance(value, Listing) else []


def line_of(value: Value | None, path: tuple[str, ...]) -> int | None:
    """The line of what stands at `path`, or of the nearest thing above it; list items are named by number."""
    line: int | None = None
    for part in path:
        if isinstance(value, Table):
            key = next((key for key, _ in value if key.text == part), None)
            line, value = (key.line, value.get(part)) if key else (line, None)
        elif isinstance(value, Listing) and part.isdigit() and int(part) < len(value.items):
            value = value.items[int(part)]
            line = value.line
        else:
            return line
    return line


def from_json(value: Any) -> Value:
    """What `docker compose config` printed, as such values. It writes `$$` for each `$`."""
    if isinstance(value, dict):
        return Table(tuple((Scalar(str(key)), from_json(below)) for key, below in value.items()))
    if isinstance(value, list):
        return Listing(tuple(from_json(item) for item in value))
    if isinstance(value, str):
        return Scalar(value.replace("$$", "$"))
    return Scalar(json.dumps(value), is_null=value is None)
