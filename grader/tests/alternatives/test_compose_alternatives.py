"""There is more than one way to bring all up together: Compose files unlike the shipped one pass task 5, all the same.

long      long syntax everywhere, its own health check, limits and restart under `deploy`, hardened
anchors   YAML anchors, a profile, a secret from a file, a quota of the processor, two addresses of one port
spread    `extends` from another file, an environment file, variables, a Dockerfile elsewhere, a network of its own
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from sentinel_grader import course

from ..mutants.matrix import differences, engine, expected, graded
from ..mutants.mutant import ALERTER, lay_solution

HERE = Path(__file__).parent / "compose"
NAMES = sorted(path.name for path in HERE.iterdir())
#: Enough to see quickly that nothing but the shipped solution's own way is refused.
QUICK = {"anchors"}


def test_there_are_some() -> None:
    assert set(NAMES) > QUICK


@pytest.mark.engine
@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name in QUICK else [pytest.mark.slow]) for name in NAMES]
)
def test_an_alternative_passes_task_5(name: str, tmp_path: Path) -> None:
    lay_solution(tmp_path)
    shutil.copytree(HERE / name, (tmp_path / ALERTER).parent, dirs_exist_ok=True)
    ids = course.select("1.5")
    must = expected(())
    assert differences(graded(tmp_path, engine(), ids), {id_: must[id_] for id_ in ids}) == []
