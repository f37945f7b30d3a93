"""Two hundred submissions, each made by its number alone: the same number, the same submission."""

from __future__ import annotations

import random
from pathlib import Path

from ..mutants.mutant import ALERTER, lay_solution
from .images import IMAGES
from .texts import TEXTS
from .trees import SHORT, TREES

SEED, COUNT = 2025, 200
DOCKERFILES = (*TEXTS, *IMAGES)
KINDS = tuple(make.__name__ for make in (*TREES, *DOCKERFILES))


def kind(number: int) -> str:
    """What is odd about this one, in a word."""
    return KINDS[number % len(KINDS)]


def submission(number: int, folder: Path, *, seed: int = SEED) -> Path:
    """Lay submission `number` into a new folder in `folder`, and return it: with a name like a learner's own, or one
    that no program likes."""
    chance = random.Random(f"{seed}:{number}")
    top = folder / chance.choice(["course", "my course", "é", "a\nb", "[x]", "\udcff", "-x", "%s", "::error::"])
    top.mkdir()
    lay_solution(top)
    dockerfile = top / ALERTER / "Dockerfile"
    which = number % len(KINDS)
    if which < len(TREES):
        dockerfile.write_text(SHORT)
        TREES[which](chance, top)
    else:
        text = DOCKERFILES[which - len(TREES)](chance, dockerfile.read_text())
        dockerfile.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape"))
    return top
