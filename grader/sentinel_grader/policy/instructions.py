"""Logical lines to instructions, with the heredocs that follow them.

A heredoc decides which lines are instructions at all, and versions of BuildKit find them differently: `<< EOF` with a
blank is one in 0.33 and none in 0.20, and a quote left open anywhere on the line makes all of them disappear. So a
line with `<<` must be plain enough for every version to agree; 0.8 (Engine 20.10), which knows no heredocs, is not to
be given one: see `Dockerfile.features`.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

from sentinel_grader.policy.lines import Lines, Logical
from sentinel_grader.policy.model import Heredoc, Instruction
from sentinel_grader.policy.refused import Refused
from sentinel_grader.policy.words import expanded, flags_of, json_list
from sentinel_grader.submission.refusal import shown

MOST_INSTRUCTIONS = 200
KEYWORDS = (
    "ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER", "RUN",
    "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR",
)  # fmt: skip
_LISTS = frozenset({"ADD", "CMD", "COPY", "ENTRYPOINT", "RUN", "SHELL", "VOLUME"})
_HEREDOCS = frozenset({"ADD", "COPY", "RUN"})
_DELIMITER = re.compile(r"""<<(-?)(?:([A-Za-z_]\w*)|"([A-Za-z_]\w*)"|'([A-Za-z_]\w*)')""", re.ASCII)


def instructions_of(lines: Lines) -> Iterator[Instruction]:
    """Every instruction in order. Raises Refused at the first line that cannot be understood for sure."""
    count = 0
    while logical := lines.next():
        count += 1
        if count > MOST_INSTRUCTIONS:
            saw = f"It has more than {MOST_INSTRUCTIONS} instructions."
            raise Refused("too_many_instructions", logical.line, saw, "Join or drop some.")
        yield _instruction(logical, lines)


def _instruction(logical: Logical, lines: Lines) -> Instruction:
    word = re.search(r"[^ \t]+", logical.text)
    written = word[0] if word else ""
    keyword = written.upper() if written.isascii() else written
    if keyword == "ONBUILD":
        saw = "ONBUILD keeps an instruction for later builds, where nobody reads it."
        raise Refused("onbuild", logical.line, saw, "Write the instruction itself where it is needed.")
    if not word or keyword not in KEYWORDS:
        raise _unknown(written, logical.line)
    flags, start = flags_of(logical, word.end())
    value = logical.text[start:].strip(" \t")
    elements = _elements(keyword, value, logical.line)
    words = tuple(value.split()) if elements is None else elements
    form = "shell" if elements is None else "exec"
    heredocs: tuple[Heredoc, ...] = ()
    if keyword in _HEREDOCS and elements is None and "<<" in logical.text:
        heredocs = _heredocs(logical, lines)
    end = heredocs[-1].line + heredocs[-1].content.count("\n") if heredocs else logical.end_line
    return Instruction(keyword, logical.line, end, flags, value, words, form, heredocs)  # type: ignore[arg-type]


def _elements(keyword: str, value: str, line: int) -> tuple[str, ...] | None:
    """The words of an instruction in exec form, or None."""
    if keyword in _LISTS:
        return json_list(value, line)
    if keyword == "HEALTHCHECK":
        kind, _, command = value.replace("\t", " ").partition(" ")
        elements = json_list(value[len(kind) :].lstrip(" \t"), line) if command else None
        return None if elements is None else (kind, *elements)
    return None


def _unknown(word: str, line: int) -> Refused:
    saw = f"`{shown(word, 40)}` is no instruction of a Dockerfile."
    near = difflib.get_close_matches(word.upper()[:20], KEYWORDS, n=1)
    remedy = f"Did you mean {near[0]}?" if near else "Does the line above it miss a backslash at its end?"
    return Refused("unknown_instruction", line, saw, remedy)


def _heredocs(logical: Logical, lines: Lines) -> tuple[Heredoc, ...]:
    words = logical.text.split()
    matches = [_DELIMITER.fullmatch(word) for word in words if "<<" in word]
    rest = " ".join(word for word in words if "<<" not in word)
    names = [match[2] or match[3] or match[4] for match in matches if match]
    plain = not set("'\"\\`") & set(rest) and expanded(rest, {}) is not None
    if len(names) < len(matches) or len(set(names)) < len(names) or not plain:
        saw = "It is not plain where the heredoc on this line begins and ends."
        remedy = "Write `<<EOF` between blanks, without quotes or backslashes elsewhere on the line."
        raise Refused("unclear_heredoc", logical.line, saw, remedy)
    if taken := [name for name in names if name.upper() in (*KEYWORDS, "ONBUILD")]:
        saw = f"This heredoc ends with `{taken[0]}`, which is an instruction's name."
        raise Refused("unclear_heredoc", logical.line, saw, "End it with EOF.")
    return tuple(_body(word, match, logical, lines) for word, match in zip(names, matches, strict=True) if match)


def _body(name: str, match: re.Match[str], logical: Logical, lines: Lines) -> Heredoc:
    content: list[str] = []
    first = 0
    while not lines.at_end:
        number, line = lines.raw()
        first = first or number
        if (line.lstrip("\t") if match[1] else line) == name:
            return Heredoc(name, "".join(f"{one}\n" for one in content), first)
        content.append(line)
    saw = f"This heredoc never ends: no line below is `{name}` and nothing else."
    raise Refused("unterminated_heredoc", logical.line, saw, f"Add the line {name}.")
