"""What a lesson asks the runner to do: its README, read into blocks.

A block is a ```bash fence, the ```text fence that shows its output, and the directives before it. A directive is an
HTML comment, which GitHub does not show:

    <!-- lesson: needs engine -->           also cluster, registry: without it the block is skipped, and so the rest
    <!-- lesson: exits 1 -->                any other exit status fails
    <!-- lesson: within 300 s -->           the deadline, 120 s if none is given
    <!-- lesson: shown only, because ... --> not run, but counted and reported with its reason

Above the title, a directive holds for the whole lesson.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from markdown_it import MarkdownIt
from markdown_it.token import Token

NEEDS = ("engine", "cluster", "registry")


class LessonError(Exception):
    """The lesson itself is written so that it cannot be run as it reads."""


@dataclass(frozen=True)
class Block:
    """One step of a lesson. `line` is the line of its ```bash; `output` is None where the lesson shows none."""

    line: int = 0
    command: str = ""
    output: str | None = None
    output_line: int = 0
    needs: frozenset[str] = field(default_factory=frozenset)
    exits: int = 0
    within: float = 120.0
    shown_only: str = ""


def read(text: str) -> list[Block]:
    """The blocks of a lesson, in order. Raises LessonError."""
    blocks: list[Block] = []
    whole = pending = Block()
    titled = open_for_output = False
    for token in MarkdownIt("commonmark").parse(text):
        if token.type == "html_block":
            for words in _directives(token):
                pending = _directed(pending, words, _line(token))
        elif token.type == "heading_open":
            whole, pending, titled = (whole, pending, True) if titled else (pending, pending, True)
        elif token.type == "fence" and token.info.strip() == "bash":
            blocks.append(replace(pending, line=_line(token), command=token.content))
            pending = whole
        elif token.type == "fence" and token.info.strip() == "text" and open_for_output:
            blocks[-1] = replace(blocks[-1], output=token.content, output_line=_line(token))
        elif token.type == "inline" and "<!-- lesson:" in token.content:
            raise LessonError(f"line {_line(token)}: a directive needs lines of its own, apart from the text")
        open_for_output = _may_show_output(token, open_for_output)
    if pending != whole:
        raise LessonError("the last directive has no ```bash block after it")
    return blocks


def _may_show_output(token: Token, so_far: bool) -> bool:
    """An output belongs to the commands before it, unless another fence, a heading or folded text comes between."""
    if token.type == "fence":
        return token.info.strip() == "bash"
    return so_far and token.type not in ("heading_open", "html_block")


def _line(token: Token) -> int:
    return token.map[0] + 1 if token.map else 0


def _directives(token: Token) -> Iterator[str]:
    if "```" in token.content:
        raise LessonError(
            f"line {_line(token)}: a fence right under HTML is not seen as one; put an empty line between"
        )
    for comment in re.findall(r"<!--(.*?)-->", token.content, re.DOTALL):
        name, _, words = comment.strip().partition(":")
        if name == "lesson":
            yield " ".join(words.split())


def _directed(block: Block, words: str, line: int) -> Block:
    """`block` with one directive more."""
    match words.split():
        case ["needs", need] if need in NEEDS:
            return replace(block, needs=block.needs | {need})
        case ["exits", status] if status.isdigit():
            return replace(block, exits=int(status))
        case ["within", seconds, "s"] if seconds.isdigit():
            return replace(block, within=float(seconds))
        case ["shown", "only,", "because", _, *_]:
            return replace(block, shown_only=words)
    raise LessonError(f"line {line}: unknown directive {words!r}; see CONTRIBUTING.md for those there are")
