"""The instructions that set something: their forms."""

from __future__ import annotations

import re

from sentinel_grader.policy.model import Instruction
from sentinel_grader.policy.refused import Refused
from sentinel_grader.policy.rules.context import Context, Rule, check_flags, need
from sentinel_grader.policy.words import quoted_words
from sentinel_grader.submission.refusal import shown

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LABEL = re.compile(r'([A-Za-z0-9._/-]+)|"([A-Za-z0-9._/-]+)"')
#: By labels of these, things are found and removed, here and by Docker's own tools.
RESERVED = ("io.sentinel", "sentinel.", "com.docker", "io.docker", "org.dockerproject", "org.testcontainers")
_DURATION = r"(?:\d+(?:\.\d+)?(?:ns|us|ms|s|m|h))+"
_HEALTH = {
    "interval": _DURATION,
    "timeout": _DURATION,
    "start-period": _DURATION,
    "start-interval": _DURATION,
    "retries": r"\d{1,3}",
}


def variable(instruction: Instruction, context: Context) -> None:
    """ARG and ENV."""
    check_flags(instruction, {})
    pairs = pairs_of(instruction, context.escape)
    need(pairs, instruction, "names nothing", "Write NAME=value.")
    for name, value in pairs:
        need(_NAME.fullmatch(name), instruction, f"has the name `{shown(name, 40)}`",
             "Use letters, digits and underscores, and no quotes around the name.")  # fmt: skip
        need(value is not None or instruction.keyword == "ARG", instruction, f"gives {name} no value", "Add =value.")
        if name.upper().startswith("BUILDKIT_"):
            saw = f"{instruction.keyword} {name}: names with BUILDKIT_ steer the build itself."
            raise Refused("reserved_name", instruction.line, saw, "Choose another name.")


def pairs_of(instruction: Instruction, escape: str) -> list[tuple[str, str | None]]:
    """Names and raw values of ARG, ENV and LABEL, `ENV name value` included."""
    words = quoted_words(instruction.value, escape)
    if instruction.keyword != "ARG" and words and "=" not in words[0]:
        name, _, value = instruction.value.replace("\t", " ").partition(" ")
        return [(name, value.strip() or None)]
    return [(name, value if equals else None) for name, equals, value in (word.partition("=") for word in words)]


def label(instruction: Instruction, context: Context) -> None:
    check_flags(instruction, {})
    pairs = pairs_of(instruction, context.escape)
    need(pairs, instruction, "names nothing", "Write name=value.")
    for name, value in pairs:
        match = _LABEL.fullmatch(name)
        need(match and value is not None, instruction, f"has `{shown(name, 40)}`", 'Write plain.name="value".')
        key = (match[1] or match[2]).lower() if match else ""
        if key.startswith(RESERVED):
            saw = f"LABEL {shown(key, 60)}: by such labels the grader and Docker find what is theirs."
            raise Refused("reserved_name", instruction.line, saw, "Choose another name.")


def command(instruction: Instruction, _context: Context) -> None:
    """CMD and ENTRYPOINT: an empty list unsets it."""
    check_flags(instruction, {})
    need(instruction.form == "exec" or instruction.value, instruction, "is empty", 'Write ["program", "argument"].')


def shell(instruction: Instruction, _context: Context) -> None:
    check_flags(instruction, {})
    need(instruction.form == "exec" and instruction.words, instruction, "is no list", 'Write ["/bin/sh", "-c"].')


def healthcheck(instruction: Instruction, _context: Context) -> None:
    check_flags(instruction, _HEALTH)
    kind = instruction.words[0].upper() if instruction.words else ""
    if kind == "NONE":
        need(len(instruction.words) == 1 and not instruction.flags, instruction, "NONE takes nothing else", "Cut it.")
        return
    need(kind == "CMD" and len(instruction.words) > 1, instruction, "names no command", "Write HEALTHCHECK CMD ….")


def words(pattern: str, example: str, *, one: bool = False) -> Rule:
    """The rule for an instruction whose words all fit `pattern`."""

    def rule(instruction: Instruction, _context: Context) -> None:
        check_flags(instruction, {})
        need(instruction.words, instruction, "is empty", f"Write {example}.")
        need(not one or len(instruction.words) == 1, instruction, "takes one word", f"Write {example}.")
        for word in instruction.words:
            need(re.fullmatch(pattern, word), instruction, f"does not take `{shown(word, 60)}`", f"Write {example}.")

    return rule
