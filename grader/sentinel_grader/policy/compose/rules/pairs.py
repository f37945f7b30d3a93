"""Names with values, as a mapping or as a list of `NAME=value`: environment, build arguments, labels."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sentinel_grader.policy.compose.files import existing
from sentinel_grader.policy.compose.forms import either, kind_of, listing, no, single, switch, table
from sentinel_grader.policy.compose.judge import Form, Judge
from sentinel_grader.policy.compose.source import text_of
from sentinel_grader.policy.compose.tree import Listing, Scalar, Table, Value
from sentinel_grader.policy.compose.variables import expanded
from sentinel_grader.policy.refused import Refused
from sentinel_grader.policy.rules.settings import RESERVED
from sentinel_grader.submission.refusal import Refusal, shown

MOST_PAIRS = 100
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]*", re.ASCII)
#: What a line of an environment file may be; a value in quotes ends in its line.
_VALUE = r"""'[^']*'|"[^"]*"|[^'"\s].*|"""
_LINE = re.compile(
    rf"\s*(?:#.*|(?:export\s+)?(?P<name>[A-Za-z_]\w*)\s*=[ \t]*(?P<value>{_VALUE})\s*(?:\s#.*)?)?", re.ASCII
)


def pairs_of(value: Value, judge: Judge) -> Iterator[tuple[str, Scalar]]:
    """Names and values, those that are refused left out."""
    if isinstance(value, Scalar):
        judge.refuse("wrong_kind", value, f"is {kind_of(value)}.", "Write a mapping, or a list of `NAME=value`.")
        return
    found = value.entries if isinstance(value, Table) else value.items
    if len(found) > MOST_PAIRS:
        saw = f"has {len(found)} entries; at most {MOST_PAIRS} are taken."
        judge.refuse("too_many_entries", value, saw, "Use fewer.")
    yield from _of_table(value, judge) if isinstance(value, Table) else _of_list(value, judge)


def _of_table(value: Table, judge: Judge) -> Iterator[tuple[str, Scalar]]:
    for key, below in value.entries[:MOST_PAIRS]:
        with judge.within(key.text):
            if isinstance(below, Scalar) and below.is_null:
                _no_value(key, judge)
            elif scalar := single(below, judge, "Write one value, in quotes where it is more than a word."):
                yield key.text, scalar


def _of_list(value: Listing, judge: Judge) -> Iterator[tuple[str, Scalar]]:
    for number, item in enumerate(value.items[:MOST_PAIRS]):
        with judge.within(str(number)):
            if scalar := single(item, judge, "Write `NAME=value`."):
                name, equals, text = scalar.text.partition("=")
                if equals:
                    yield name, Scalar(text, scalar.line)
                else:
                    _no_value(scalar, judge)


def _no_value(key: Scalar, judge: Judge) -> None:
    saw = "has no value: it would be taken from whoever runs this."
    judge.refuse("value_from_outside", key, saw, "Write the value, or take the line out.")


def environment(value: Value, judge: Judge) -> None:
    for name, scalar in pairs_of(value, judge):
        _check_name(name, scalar, judge)


def arguments_of(value: Value, judge: Judge) -> dict[str, str]:
    """The build arguments. Names with BUILDKIT_ steer the build itself, up to the program that reads the Dockerfile."""
    found: dict[str, str] = {}
    for name, scalar in pairs_of(value, judge):
        _check_name(name, scalar, judge)
        if name.upper().startswith("BUILDKIT_"):
            saw = f"sets `{shown(name, 60)}`: names with BUILDKIT_ steer the build itself."
            judge.refuse("reserved_name", scalar, saw, "Choose another name.")
        found[name] = scalar.text
    return found


def _check_name(name: str, scalar: Scalar, judge: Judge) -> None:
    if not _NAME.fullmatch(name) or len(name) > 100:
        saw = f"sets `{shown(name, 60)}`, which is not the name of a variable."
        judge.refuse("bad_name", scalar, saw, "Use letters, digits and underscores.")
    if len(scalar.text) > 4_000:
        saw = f"gives {shown(name, 60)} {len(scalar.text)} characters."
        judge.refuse("value_too_long", scalar, saw, "Put data into a file.")


def labels(value: Value, judge: Judge) -> None:
    for name, scalar in pairs_of(value, judge):
        if name.lower().startswith(RESERVED):
            saw = f"sets `{shown(name, 60)}`: by such labels the grader and Docker find what is theirs."
            judge.refuse("reserved_name", scalar, saw, "Choose another name.")
        elif not _LABEL.fullmatch(name) or len(name) > 200:
            saw = f"sets `{shown(name, 60)}`, which is not the name of a label."
            judge.refuse("bad_name", scalar, saw, "Use letters, digits, dots and hyphens.")


def _environment_file(value: Value, judge: Judge, *, needed: bool = True) -> None:
    path = existing(value, judge, needed=needed)
    if path is not None:
        judge.refusals += _refusals_in(path, judge)


def _refusals_in(path: str, judge: Judge) -> list[Refusal]:
    """What is refused of an environment file, with its own lines."""
    name = f"{judge.name.rpartition('/')[0]}/{path}".lstrip("/")
    try:
        for number, line in enumerate(text_of((judge.folder / path).read_bytes()).split("\n"), 1):
            match = _LINE.fullmatch(line)
            if not match:
                saw = "This line is not `NAME=value`."
                raise Refused("bad_environment_file", number, saw, "Write one variable a line; others' are not taken.")
            if match["name"] and not match["value"].startswith("'"):
                expanded(match["value"], number)
    except Refused as refused:
        return [refused.refusal(name)]
    return []


def _long(value: Value, judge: Judge) -> None:
    _LONG(value, judge)
    required = value.get("required") if isinstance(value, Table) else None
    needed = not (isinstance(required, Scalar) and required.text == "false")
    path = value.get("path") if isinstance(value, Table) else None
    if path:
        with judge.within("path"):
            _environment_file(path, judge, needed=needed)


def _later(_value: Value, _judge: Judge) -> None:
    """Judged by `_long`, which knows whether the file must be there."""


_LONG: Form = table(
    {"format": no("older versions of Compose do not know it"), "path": _later, "required": switch}, needs=("path",)
)
env_file: Form = either(scalar=_environment_file, listing=listing(either(scalar=_environment_file, table=_long), 10))
