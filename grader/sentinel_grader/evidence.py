"""What a verdict rests on, short enough to read: each observation of a check as indented lines, long parts cut."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from sentinel_grader.observe.outcome import Blocked, Outcome, Recorded, SubmissionFault, Unavailable

#: Characters of a value, entries of a list, names of a mapping, and lines of an observation; what is over is counted.
MOST_TEXT, MOST_ENTRIES, MOST_NAMES, MOST_LINES = 160, 6, 24, 60
#: Characters of a list or mapping that still stands in one line.
MOST_LINE = 110


def evidence(observations: tuple[str, ...], outcomes: Mapping[str, Outcome]) -> list[str]:
    """A text for each of the observations, its first line the observation's name."""
    return [_bounded([name, *_ending(outcomes[name])]) for name in observations if name in outcomes]


def _ending(outcome: Outcome) -> Iterator[str]:
    match outcome:
        case Recorded(data=data):
            yield from _lines(msgspec.to_builtins(data), "  ")
        case SubmissionFault(code=code, saw=saw):
            yield f"  {code}: {_text(saw)}"
        case Unavailable(code=code, detail=detail):
            yield f"  not to be had: {code}: {_text(detail)}"
        case Blocked(by=by):
            yield f"  not tried, for lack of {', '.join(by)}"


def _lines(value: object, indent: str) -> Iterator[str]:
    """A value's parts, one a line, what lies in a part indented below it."""
    match value:
        case dict():
            yield from _parts([(f"{name}:", each) for name, each in value.items()], indent, MOST_NAMES)
        case list():
            yield from _parts([("-", each) for each in value], indent, MOST_ENTRIES)
        case _:
            yield indent + _text(value)


def _parts(parts: list[tuple[str, object]], indent: str, most: int) -> Iterator[str]:
    for label, value in parts[:most]:
        line = f"{indent}{label} {_flat(value)}"
        if isinstance(value, dict | list) and len(line) > MOST_LINE:
            yield f"{indent}{label}"
            yield from _lines(value, indent + "  ")
        else:
            yield line
    if len(parts) > most:
        yield f"{indent}… {len(parts) - most} more"


def _flat(value: object) -> str:
    """A value in one line: of plain ones the beginning, of others no more than tells that it is too long."""
    line = ""
    for piece in _pieces(value):
        line += piece
        if len(line) > MOST_LINE:
            break
    return line


def _pieces(value: object) -> Iterator[str]:
    match value:
        case dict() | list() if not value:
            yield "none"
        case dict():
            for number, (name, each) in enumerate(value.items()):
                yield f"{', ' if number else ''}{name}: "
                yield from _pieces(each)
        case list():
            for number, each in enumerate(value):
                yield ", " if number else "["
                yield from _pieces(each)
            yield "]"
        case _:
            yield _text(value)


def _text(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.3g}"
    text = " ⏎ ".join(value.splitlines()) if isinstance(value, str) else msgspec.json.encode(value).decode()
    return text if len(text) <= MOST_TEXT else f"{text[:MOST_TEXT]}… ({len(text):,} characters)"


def _bounded(lines: list[str]) -> str:
    more = [f"… {len(lines) - MOST_LINES} more lines"] if len(lines) > MOST_LINES else []
    return "\n".join([*lines[:MOST_LINES], *more])
