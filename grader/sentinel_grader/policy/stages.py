"""FROM: which stages there are, and what each rests on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from sentinel_grader.policy.images import allowed_image
from sentinel_grader.policy.model import Instruction, Stage
from sentinel_grader.policy.refused import Refused
from sentinel_grader.policy.rules.context import Context, check_flags, need
from sentinel_grader.policy.rules.settings import pairs_of
from sentinel_grader.policy.words import expanded, unquoted, variables_in
from sentinel_grader.submission.refusal import shown

MOST_STAGES = 20
_STAGE_NAME = re.compile(r"[a-z][a-z0-9_.-]{0,60}")
#: What BuildKit will not have as a stage's name: it means something else already.
_RESERVED = frozenset({"scratch", "context"})
#: BuildKit knows these, and we do not: the machine that grades may be another than the learner's.
_PLATFORM = ("PLATFORM", "OS", "ARCH", "VARIANT", "OSVERSION")
_UNKNOWN: dict[str, str | None] = {f"{side}{part}": None for side in ("BUILD", "TARGET") for part in _PLATFORM}
#: The two that every engine can give; a processor named outright may not be there.
_NATIVE = r"\$(?:BUILDPLATFORM|TARGETPLATFORM|\{BUILDPLATFORM\}|\{TARGETPLATFORM\})"


@dataclass
class Arguments:
    """The ARGs before the first FROM, as far as they can be known. `given` are the grader's own build arguments."""

    given: Mapping[str, str]
    escape: str
    values: dict[str, str | None] = field(default_factory=dict)
    in_bases: set[str] = field(default_factory=set)

    def declare(self, instruction: Instruction) -> None:
        for name, raw in pairs_of(instruction, self.escape):
            # Given twice, the last one counts or the one with a value: that depends on BuildKit's version.
            value = None if name in self.values else self._value(raw)
            self.values[name] = self.given.get(name, value)

    def _value(self, raw: str | None) -> str | None:
        if raw is None:
            return ""
        plain = unquoted(raw)
        if plain is None:
            return None
        text, expands = plain
        return expanded(text, self.values | _UNKNOWN) if expands else text

    def base(self, written: str) -> str | None:
        self.in_bases |= variables_in(written) & self.values.keys()
        plain = not set("'\"\\`<") & set(written)
        return expanded(written, self.values | _UNKNOWN) if plain else None


def stage_of(instruction: Instruction, arguments: Arguments, context: Context) -> Stage:
    """The stage that a FROM begins. Raises Refused."""
    check_flags(instruction, {"platform": _NATIVE})
    words = instruction.words
    good = len(words) == 1 or (len(words) == 3 and words[1].upper() == "AS")
    need(good, instruction, "names one image, and perhaps AS a name", "Write FROM python:3.13-slim AS build.")
    index = len(context.earlier)
    if index >= MOST_STAGES:
        raise Refused("too_many_stages", instruction.line, f"It has more than {MOST_STAGES} stages.", "Join some.")
    name = words[2].lower() if len(words) == 3 else ""
    if name and (not words[2].isascii() or not _STAGE_NAME.fullmatch(name) or name in _RESERVED):
        saw = f"`{shown(words[2], 60)}` cannot be a stage's name."
        raise Refused("bad_stage_name", instruction.line, saw, "Use letters, digits and hyphens, a letter first.")
    if name and any(stage.name == name for stage in context.earlier):
        raise Refused("bad_stage_name", instruction.line, f"There is a stage {name} above already.", "Rename one.")
    base = arguments.base(words[0])
    if not base:
        saw = f"It cannot be known here which image `{shown(words[0], 60)}` is."
        remedy = "Name the image, or give each ARG in it a plain default above the first FROM."
        raise Refused("base_unknown", instruction.line, saw, remedy)
    parent = next((stage.index for stage in context.earlier if stage.name == base.lower()), None)
    image = None if parent is not None else allowed_image(base, context.allowed, instruction.line)
    return Stage(index, name, base, instruction.line, image, parent, end_line=instruction.end_line)
