"""What others build on the same engine is nobody's fault."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest

from sentinel_grader.checks.module_01.origin import package_layers
from sentinel_grader.grading import Grade, grade
from sentinel_grader.observe.image import Image
from sentinel_grader.observe.outcome import Recorded
from sentinel_grader.observe.rebuild import Rebuild
from sentinel_grader.observe.store import Store
from sentinel_grader.result import Verdict

from ..mutants.matrix import engine
from ..mutants.mutant import lay_patch, lay_solution
from ..mutants.task_2 import INSTALL

pytestmark = [pytest.mark.engine, pytest.mark.timeout(300)]


def _graded(submission: Path, id_: str) -> Grade:
    return grade([id_], submission, engine(), store=Store(None))


def test_packages_that_somebody_else_installed_meanwhile_make_no_edit_expensive(tmp_path: Path) -> None:
    """Theirs hold the same, so that BuildKit takes them for the next image; but not for the one that it has already."""
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    lay_solution(ours)
    lay_solution(theirs)
    _graded(ours, "m1.builds")
    lay_patch(theirs, {"Dockerfile": (INSTALL, INSTALL.replace("RUN", f"RUN : {uuid.uuid4()} &&"))}, "theirs")
    _graded(theirs, "m1.builds")
    graded = _graded(ours, "m1.layer_cache")
    image, rebuild = (graded.outcomes[name] for name in ("image", "rebuild"))
    assert isinstance(image, Recorded)
    assert isinstance(rebuild, Recorded)
    assert isinstance(image.data, Image)
    assert isinstance(rebuild.data, Rebuild)
    assert graded.result.checks[0].verdict is Verdict.PASSED
    if package_layers(image.data)[0].diff_id in rebuild.data.after_edits[0]:
        pytest.skip("this engine took the image's own packages, so that there was nothing to mistake")
