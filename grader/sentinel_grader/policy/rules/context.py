"""What a rule knows besides the instruction it judges."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from sentinel_grader.policy.images import allowed_image
from sentinel_grader.policy.model import Flag, Instruction, Stage
from sentinel_grader.policy.refused import Refused
from sentinel_grader.submission.refusal import shown


@dataclass
class Context:
    """`earlier` stages, the names of all stages, the allowed repositories."""

    allowed: Sequence[str]
    escape: str = "\\"
    names: Collection[str] = ()
    earlier: list[Stage] = field(default_factory=list)

    def check_source(self, name: str, line: int, *, numbers: bool) -> None:
        """Refuse what `--from=` may not name. BuildKit takes numbers in COPY, and only there."""
        if any(name.lower() == stage.name for stage in self.earlier):
            return
        if name.lower() in self.names:
            saw = f"`{shown(name, 60)}` is this stage or a later one."
            raise Refused("stage_not_earlier", line, saw, "Copy from a stage that stands above.")
        if name.isdigit():
            if not numbers or name not in map(str, range(len(self.earlier))):
                saw = f"There is no stage {shown(name, 20)} above."
                raise Refused("no_such_stage", line, saw, "Name the stage: FROM … AS build, then --from=build.")
            return
        if "$" in name:
            saw = f"`{shown(name, 60)}` holds a variable, which Docker does not put in here."
            raise Refused("variable_source", line, saw, "Name the image in a stage of its own: FROM … AS tools.")
        allowed_image(name, self.allowed, line)


Rule = Callable[[Instruction, Context], None]


def check_flags(instruction: Instruction, forms: dict[str, str], several: Collection[str] = ()) -> None:
    """Refuse flags that `forms` does not know, whose value does not fit its pattern, or that are given twice."""
    seen: set[str] = set()
    for flag in instruction.flags:
        if flag.name not in forms:
            raise _unknown(instruction.keyword, flag, forms)
        if flag.value is None and re.fullmatch(forms[flag.name], "") is None:
            raise Refused("bad_flag", flag.line, f"`{flag.text}` has no value.", f"Write --{flag.name}=….")
        if not re.fullmatch(forms[flag.name], flag.value or ""):
            saw = f"`{shown(flag.text, 80)}` has a value that {instruction.keyword} does not take here."
            raise Refused("bad_flag", flag.line, saw, "Write a plain value, or leave the flag out.")
        if flag.name in seen and flag.name not in several:
            raise Refused("bad_flag", flag.line, f"`--{flag.name}` stands there twice.", "Keep one.")
        seen.add(flag.name)


def _unknown(keyword: str, flag: Flag, forms: dict[str, str]) -> Refused:
    known = ", ".join(f"--{name}" for name in forms) or "none"
    saw = f"`{shown(flag.text, 80)}` is not a flag that {keyword} may have here."
    return Refused("flag_not_allowed", flag.line, saw, f"Leave it out. Allowed: {known}.")


def need(good: object, instruction: Instruction, saw: str, remedy: str) -> None:
    """Refuse the instruction's form unless it is good."""
    if not good:
        raise Refused("bad_form", instruction.line, f"{instruction.keyword} {saw}.", remedy)
