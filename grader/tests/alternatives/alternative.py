"""Alternative solutions: a folder here for each, with the files that differ from the shipped solution's."""

from __future__ import annotations

import shutil
from pathlib import Path

from ..mutants.mutant import ALERTER, lay_solution

HERE = Path(__file__).parent
#: What is no alternative of the image: of the Compose file, and Python's own.
_OTHERS = {"compose", "__pycache__"}
NAMES = sorted({path.relative_to(HERE).parts[0] for path in HERE.glob("*/*")} - _OTHERS)
#: Those that bring a recipe of their own; the others have the shipped one, and code of their own.
WITH_A_RECIPE = [name for name in NAMES if (HERE / name / "Dockerfile").is_file()]


def submission(name: str, folder: Path) -> Path:
    """Lay the alternative into the new `folder`, as a learner's checkout would hold it."""
    lay_solution(folder)
    shutil.copytree(HERE / name, folder / ALERTER, dirs_exist_ok=True)
    return folder
