"""A mutant: the shipped solution with one mistake that people really make, and the checks that must notice it.

The kill matrix is exact: those checks fail, what rests on them is skipped, every other check passes. So a check that
notices nothing shows, and so does one that fails for a mistake that is not its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sentinel_grader import pristine

ALERTER = "module-01-containers/exercises/alerter"
#: Text that must stand in a file, and what stands there instead.
Swap = tuple[str, str]
#: For files below `exercises/alerter`, their new text or what to swap in the solution's.
Patch = Mapping[str, str | Swap | Sequence[Swap]]


@dataclass(frozen=True)
class Mutant:
    """`mistake` says in one sentence what people get wrong. `fails` are the ids of all checks that it must fail; those
    of them that own observations, and fail for what was observed, are `judged`: others are judged on the same."""

    name: str
    mistake: str
    fails: frozenset[str]
    patch: Patch
    judged: frozenset[str] = frozenset()

    def submission(self, folder: Path) -> Path:
        """Lay the solution with this mistake into the new `folder`, as a learner's checkout would hold it."""
        lay_solution(folder)
        lay_patch(folder, self.patch, self.name)
        return folder


def lay_patch(folder: Path, patch: Patch, name: str) -> None:
    """Change the exercise that was laid into `folder`; `name` is the patch's, for messages."""
    for file, change in patch.items():
        path = folder / ALERTER / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(change if isinstance(change, str) else _swapped(path.read_text(), change, name))


def lay_solution(folder: Path) -> None:
    """The starters with the solutions laid over them."""
    pristine.lay(folder, solved=True)


def _swapped(text: str, change: Swap | Sequence[Swap], name: str) -> str:
    for old, new in _swaps(change):
        assert text.count(old) == 1, f"mutant {name!r}: the solution holds {text.count(old)} times {old!r}"
        text = text.replace(old, new)
    return text


def _swaps(change: Swap | Sequence[Swap]) -> Sequence[Swap]:
    match change:
        case (str(old), str(new)):
            return [(old, new)]
        case _:
            return [(old, new) for old, new in change]
