"""Single values that many keys share: numbers, sizes, lengths of time, names, places in a container."""

from __future__ import annotations

import re
from decimal import Decimal

from sentinel_grader.policy.compose.forms import single, text
from sentinel_grader.policy.compose.judge import Form, Judge
from sentinel_grader.policy.compose.tree import Value
from sentinel_grader.submission.refusal import shown

#: https://docs.docker.com/reference/compose-file/extension/#specifying-byte-values
_SIZE = re.compile(r"(\d{1,15}(?:\.\d{1,3})?)\s?(?:([kmg])i?)?b?", re.ASCII | re.IGNORECASE)
_UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}
#: https://docs.docker.com/reference/compose-file/extension/#specifying-durations
_DURATION = re.compile(r"(?:\d{1,9}(?:\.\d{1,9})?(?:us|ms|s|m|h))+", re.ASCII)
_PART = re.compile(r"([\d.]+)(us|ms|s|m|h)")
_SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3_600.0}
_NUMBER = re.compile(r"-?(?:\d{1,12}(?:\.\d{0,9})?|\.\d{1,9})", re.ASCII)

#: What services, networks, volumes, secrets and profiles may be called.
NAME = r"[a-zA-Z0-9][a-zA-Z0-9_.-]{0,60}"
name = text(NAME, "Use letters, digits, dot, hyphen and underscore.", "bad_name")
#: Nothing may be put over these: they show the kernel, or are how the engine makes a container.
place = text(
    r"/(?!(?:proc|sys|dev)(?:/|$))(?!(?:.*/)?\.\.(?:/|$))[\w./@+-]*",
    "Write an absolute path in the container, outside of /proc, /sys and /dev.",
    "bad_place",
)


def number(low: float, high: float, *, whole: bool = True) -> Form:
    def form(value: Value, judge: Judge) -> None:
        remedy = f"Write a {'whole ' * whole}number from {low:g} to {high:g}."
        scalar = single(value, judge, remedy)
        if not scalar:
            return
        fits = _NUMBER.fullmatch(scalar.text) and not (whole and "." in scalar.text)
        if not fits or not low <= Decimal(scalar.text) <= high:
            judge.refuse("bad_number", value, f"does not take `{shown(scalar.text, 40)}`.", remedy)

    return form


def size(low: str, high: str) -> Form:
    """A number of bytes, with or without a unit."""

    def form(value: Value, judge: Judge) -> None:
        remedy = f"Write a size from {low} to {high}, such as 256m."
        scalar = single(value, judge, remedy)
        if scalar and not bytes_of(low) <= bytes_of(scalar.text) <= bytes_of(high):
            judge.refuse("bad_size", value, f"does not take `{shown(scalar.text, 40)}`.", remedy)

    return form


def bytes_of(written: str) -> int:
    """The bytes that a size comes to; -1 for what is none."""
    match = _SIZE.fullmatch(written)
    return int(Decimal(match[1]) * _UNITS[(match[2] or "").lower()]) if match else -1


def duration(most: float, least: float = 0) -> Form:
    """A length of time of so many seconds, or none at all, which is the engine's own default."""

    def form(value: Value, judge: Judge) -> None:
        remedy = f"Write a time from {least:g} to {most:g} seconds, such as 10s."
        scalar = single(value, judge, remedy)
        seconds = seconds_of(scalar.text) if scalar else 0
        if scalar and seconds and not least <= seconds <= most:
            judge.refuse("bad_duration", value, f"does not take `{shown(scalar.text, 40)}`.", remedy)

    return form


def seconds_of(written: str) -> float:
    """The seconds that a length of time comes to; -1 for what is none."""
    if not _DURATION.fullmatch(written):
        return -1
    return sum(float(amount) * _SECONDS[unit] for amount, unit in _PART.findall(written))
