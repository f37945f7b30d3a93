"""Random recordings: whatever the types of an observation's dataclass admit and a JSON file can hold."""

from __future__ import annotations

import dataclasses
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

#: Where judges may stumble: what is empty, cut, or looks like a path, an assignment, a pattern, a command, a number.
_WORDS = (
    "", " ", "/", "//", "..", "a=b", "=", "X_TOKEN=", "PASSWORD=x", "RUN", "COPY", "COPY  ", "%s {} {0}", "(?:[", "\\",
    "usr/bin/gcc", "x-1.dist-info/METADATA", "a.whl", "10001:10001", "0", "-1", "\u0667", "scratch", "python", ":", "@",
    "::error::x", "\x1b[2J", "\0", "\n\n", "\u202e", "é" * 300, "x" * 20_000, "line\n" * 900,
)  # fmt: skip
TEXTS = st.sampled_from(_WORDS) | st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
NUMBERS = st.integers(-3, 20) | st.sampled_from([10001, 0o4755, 0o777, 45_000_000, 2**63 - 1, -(2**63)])
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
_PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: TEXTS,
    int: NUMBERS,
    float: st.floats(-1, 1e9),
    bool: st.booleans(),
    type(None): st.none(),
    object: JSON,
    Any: JSON,
}


def values(kind: Any) -> st.SearchStrategy[Any]:
    """Any value of a type that recordings are made of. Raises TypeError for others: they would not be read back."""
    if kind in _PLAIN:
        return _PLAIN[kind]
    if dataclasses.is_dataclass(kind):
        return st.deferred(lambda: st.builds(kind, **fields(kind)))  # type: ignore[arg-type]
    arguments = get_args(kind)
    match get_origin(kind):
        case origin if origin in (Union, UnionType):
            return st.one_of(*map(values, arguments))
        case origin if origin is list:
            return st.lists(values(arguments[0]), max_size=4)
        case origin if origin is tuple and arguments[1:] == (...,):
            return st.lists(values(arguments[0]), max_size=4).map(tuple)
        case origin if origin is dict:
            return st.dictionaries(values(arguments[0]), values(arguments[1]), max_size=4)
    raise TypeError(f"no recording holds {kind}")


def fields(kind: Any) -> dict[str, st.SearchStrategy[Any]]:
    """The strategies of a dataclass's fields, by their names."""
    hints = get_type_hints(kind)
    return {field.name: values(hints[field.name]) for field in dataclasses.fields(kind)}


def like(real: Any) -> st.SearchStrategy[Any]:
    """What was recorded, with some of its fields replaced, at whatever depth; or something else of the same type."""
    hints = get_type_hints(type(real))
    changed = {
        field.name: st.just(here) | (like(here) if dataclasses.is_dataclass(here) else values(hints[field.name]))
        for field in dataclasses.fields(real)
        for here in [getattr(real, field.name)]
    }
    return st.builds(type(real), **changed) | values(type(real))
