"""The small grammars inside an instruction: flags, JSON lists, quoted words, variables."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from sentinel_grader.policy.lines import Logical
from sentinel_grader.policy.model import Flag
from sentinel_grader.policy.refused import Refused
from sentinel_grader.submission.refusal import shown

_FLAG = re.compile(r"--([a-z][a-z-]*)(?:=([!-~]*))?")
_WORD = re.compile(r"[^ \t]+")


def flags_of(logical: Logical, start: int) -> tuple[tuple[Flag, ...], int]:
    """The flags from `start` on, and where what follows them begins.

    BuildKit would also take quotes and escapes in a flag; in one without them nobody has to guess where it ends.
    """
    flags: list[Flag] = []
    position = start
    while word := _WORD.search(logical.text, position):
        if not word[0].startswith("--"):
            return tuple(flags), word.start()
        line, column = logical.place(*word.span())
        match = _FLAG.fullmatch(word[0])
        if not match or set("'\"\\`") & set(word[0]):
            saw = f"`{shown(word[0], 60)}` is no plain flag."
            raise Refused("bad_flag", line, saw, "Write `--name=value`, without quotes and backslashes.")
        flags.append(Flag(match[1], match[2], line, column))
        position = word.end()
    return tuple(flags), len(logical.text)


def json_list(text: str, line: int) -> tuple[str, ...] | None:
    """The strings of a JSON list, or None where BuildKit would not see one and take `text` as it stands.

    Raises Refused for lists of anything else, as BuildKit does, for strings that no program can be given, and for
    text behind the list: BuildKit 0.12 drops it, 0.20 takes the whole for a shell's command.
    """
    if not text.startswith("["):
        return None
    try:
        found, end = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return None
    if text[end:].strip(" \t"):
        saw = f"`{shown(text[end:].strip(), 60)}` follows a list, and versions of Docker read that differently."
        raise Refused("bad_list", line, saw, "Let the list end the instruction; in a shell's command, write `test`.")
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        saw = "This list holds something other than strings."
        raise Refused("bad_list", line, saw, 'Write ["program", "argument"], with double quotes.')
    if odd := [one for one in found if "\0" in one or _half(one)]:
        saw = f"No program can be given `{shown(odd[0], 60)}`."
        raise Refused("bad_list", line, saw, "Write the characters themselves.")
    return tuple(found)


def _half(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)


def quoted_words(text: str, escape: str) -> list[str]:
    """`text` cut at blanks that are neither quoted nor escaped; quotes stay. BuildKit's `parseWords`."""
    escaped = re.escape(escape)
    part = rf"""(?:{escaped}.?|'[^']*'?|"(?:{escaped}.?|[^"{escaped}])*"?|[^ \t'"{escaped}])"""
    return [match[0] for match in re.finditer(rf"{part}+", text)]


def unquoted(word: str) -> tuple[str, bool] | None:
    """What a word comes to, and whether variables in it count; None for words that take more than plain quotes."""
    for pattern, expands in ((r'"([^"\\`<]*)"', True), (r"'([^'$]*)'", False), (r"""([^'"\\`<]*)""", True)):
        if match := re.fullmatch(pattern, word):
            return match[1], expands
    return None


_VARIABLE = re.compile(r"\$(?:([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)(?:(:[-+])([^{}$'\"\\`<]*))?\})")


def variables_in(text: str) -> set[str]:
    """The names that `text` refers to, of all forms that `expanded` knows."""
    return {match[1] or match[2] for match in _VARIABLE.finditer(text)}


def expanded(text: str, values: Mapping[str, str | None]) -> str | None:
    """`text` with its variables put in: $NAME, ${NAME}, ${NAME:-word} and ${NAME:+word}. What is not in `values` is
    unset, which is as good as empty in these forms (not in those without the colon); what is None there cannot be
    known here. None if anything cannot be known or understood."""
    if not text.isascii():
        return None
    parts: list[str] = []
    position = 0
    for match in _VARIABLE.finditer(text):
        value = _value(match, values)
        between = text[position : match.start()]
        if value is None or "$" in between:
            return None
        parts += [between, value]
        position = match.end()
    rest = text[position:]
    return None if "$" in rest else "".join([*parts, rest])


def _value(match: re.Match[str], values: Mapping[str, str | None]) -> str | None:
    name = match[1] or match[2]
    if name in values and values[name] is None:
        return None
    value = values.get(name) or ""
    if match[3] == ":-":
        return value or match[4]
    if match[3] == ":+":
        return match[4] if value else ""
    return value
