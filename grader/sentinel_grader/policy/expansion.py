"""How long a value becomes once variables are put in.

BuildKit puts them in without bound, in the engine itself: forty lines of `ARG B=$A$A`, each named in the next, come to
a terabyte of its memory before anything is built. So a bound on the length is worked out here; nothing is put in yet.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from sentinel_grader.policy.model import Instruction
from sentinel_grader.policy.refused import Refused
from sentinel_grader.policy.rules.settings import pairs_of

#: Characters that an instruction may come to; a learner's longest PATH has some hundreds.
MOST_EXPANDED = 200_000
#: What a variable of the base's is taken for.
_UNKNOWN = 300
#: In these, BuildKit leaves variables to the shell; flags aside.
_TO_THE_SHELL = frozenset({"RUN", "CMD", "ENTRYPOINT", "SHELL", "HEALTHCHECK"})
_NAMED = re.compile(r"\$\{?([A-Za-z_]\w*)", re.ASCII)
#: ${NAME/pattern/word} may put in the word for every character.
_REPLACED = re.compile(r"\$\{\w+/", re.ASCII)


@dataclass
class Lengths:
    """The most characters that each variable may have come to by now."""

    escape: str
    known: dict[str, int] = field(default_factory=dict)

    def check(self, instruction: Instruction) -> None:
        """Refuse an instruction that would become too long; else remember what it sets."""
        texts = [flag.text for flag in instruction.flags]
        if instruction.keyword not in _TO_THE_SHELL:
            texts += [instruction.value, *(heredoc.content for heredoc in instruction.heredocs)]
        if sum(map(self._of, texts)) > MOST_EXPANDED:
            saw = f"With its variables put in, this {instruction.keyword} has more than {MOST_EXPANDED} characters."
            raise Refused("value_too_long", instruction.line, saw, "Say it with fewer variables of variables.")
        if instruction.keyword in ("ARG", "ENV"):
            for name, raw in pairs_of(instruction, self.escape):
                self.known[name] = self._of(raw) if raw is not None else self.known.get(name, _UNKNOWN)

    def _of(self, text: str) -> int:
        length = len(text) + sum(self.known.get(match[1], _UNKNOWN) for match in _NAMED.finditer(text))
        return length * length if _REPLACED.search(text) else length
