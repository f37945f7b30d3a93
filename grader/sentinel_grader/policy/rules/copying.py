"""COPY and ADD: files come from the context, from an earlier stage, or from an allowed image, and from nowhere else."""

from __future__ import annotations

import re

from sentinel_grader.policy.model import Instruction
from sentinel_grader.policy.refused import Refused
from sentinel_grader.policy.rules.context import Context, check_flags, need
from sentinel_grader.submission.refusal import shown

_SWITCH = r"|true|false"
_COMMON = {
    "chown": r"[\w.${}:-]+",
    "chmod": r"[0-7]{3,4}|[ugoa]*[-+=][rwxXst]+(?:,[ugoa]*[-+=][rwxXst]+)*|\$\{?\w+\}?",
    "link": _SWITCH,
    "exclude": r"[^$]+",
}
_COPY = {**_COMMON, "from": r".+", "parents": _SWITCH}
_ADD = {**_COMMON, "unpack": _SWITCH}


def copy(instruction: Instruction, context: Context) -> None:
    check_flags(instruction, _COPY, several=("exclude",))
    _check_words(instruction)
    for flag in instruction.flags:
        if flag.name == "from":
            context.check_source(flag.value or "", flag.line, numbers=True)


def add(instruction: Instruction, _context: Context) -> None:
    check_flags(instruction, _ADD, several=("exclude",))
    _check_words(instruction)
    for source in instruction.words[:-1]:
        _check_local(source, instruction)


def _check_words(instruction: Instruction) -> None:
    words = instruction.words
    need(len(words) > 1, instruction, "needs something to copy and a place to put it", "Write both.")
    is_heredoc = instruction.form == "shell" and words[-1].startswith("<<")
    need(not is_heredoc, instruction, "has a heredoc where the place should stand", "Write the place last.")
    need(all(words), instruction, "has an empty name", "Name the file.")


def _check_local(source: str, instruction: Instruction) -> None:
    """Refuse whatever could be an address. BuildKit fetches https://…, git@host:…, host.git#ref and github.com/…;
    it puts variables in and takes quotes away first, so a source with any of these is none to be sure of."""
    if source.startswith("<<") and instruction.form == "shell":
        return
    odd = set(":$'\"\\`") & set(source)
    if odd or source.lower().startswith("github.com/") or re.search(r"\.git(?:#|$)", source.lower()):
        saw = f"ADD `{shown(source, 80)}` may fetch something from elsewhere."
        remedy = "COPY a file of your own; ADD may only name plain files in the context."
        raise Refused("add_remote", instruction.line, saw, remedy)
