"""An attempt: a submission that tries to score more than it deserves, to be `not_graded` rather than failed, to harm
the grader or its engine, or to leave something behind.

None may succeed: the checks in `told` fail and say why, what rests on them is skipped, every other check passes, none
is `not_graded`, and afterwards nothing of it is on the engine or in the grader's temporary folders.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..mutants.mutant import Patch, lay_patch, lay_solution


@dataclass(frozen=True)
class Attempt:
    """`what` is tried, in one sentence. `told` gives for each check that must fail a word or code that its reason must
    hold. `asks` are the checks that are graded, all of them where none is named. `lay` puts down what text cannot
    (links, fifos), given the checkout. `differs` are given files of which the grade must say that they were changed.
    `within` are the most seconds that a build of it may take, where it would take for ever. `judged`: as in Mutant."""

    name: str
    what: str
    told: Mapping[str, str]
    patch: Patch = field(default_factory=dict)
    asks: tuple[str, ...] = ()
    lay: Callable[[Path], None] = lambda _checkout: None
    differs: tuple[str, ...] = ()
    within: float = 0
    judged: frozenset[str] = frozenset()

    def submission(self, folder: Path) -> Path:
        """Lay the solution, tampered with, into the new `folder`, as a learner's checkout would hold it."""
        lay_solution(folder)
        lay_patch(folder, self.patch, self.name)
        self.lay(folder)
        return folder
