"""There is more than one way: solutions unlike the shipped one pass every check, all the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sentinel_grader import course
from sentinel_grader.environment.docker import version_number
from sentinel_grader.policy import Dockerfile, allowed_bases, check_dockerfile

from ..cases import is_whole
from ..mutants.matrix import all_checks, differences, engine, expected, graded, rests_on
from .alternative import HERE, NAMES, WITH_A_RECIPE, submission

#: Enough to see quickly that nothing but the shipped solution's own way is refused.
QUICK = {"prefix"}
#: The tasks of the module that are about what an alternative does otherwise.
RECIPE = (1, 2, 3, 4)
#: What engines before 23 do not know: https://docs.docker.com/reference/dockerfile/.
NEWER = {"heredocs", "copy-link"}


def _verdicts(of: str, version: str) -> dict[str, str]:
    """What every check must come to on an engine of this version."""
    if of in NEWER and version_number(version) < (23,):
        built = {id_: "m1.builds" in rests_on(id_) for id_ in all_checks()}
        return {id_: "not_graded" if of_it or id_ == "m1.builds" else "passed" for id_, of_it in built.items()}
    return expected(())


@pytest.mark.engine
@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name in QUICK else [pytest.mark.slow]) for name in NAMES]
)
def test_an_alternative_passes_everything(name: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Quickly, all that its recipe is for."""
    here = engine()
    ids = None if is_whole(request) else [id_ for number in RECIPE for id_ in course.select(f"1.{number}")]
    assert differences(graded(submission(name, tmp_path), here, ids), _verdicts(name, here.version)) == []


@pytest.mark.engine
@pytest.mark.parametrize("name", sorted(NEWER))
def test_what_an_engine_is_too_old_for_is_not_graded(name: str, tmp_path: Path) -> None:
    """An old engine, by its own word; it is not asked to build anything."""
    results = graded(submission(name, tmp_path), replace(engine(), version="20.10.24"))
    assert differences(results, _verdicts(name, "20.10.24")) == []
    reason = results["m1.builds"].reason
    assert reason
    assert reason.code == "dockerfile_frontend_too_old"


@pytest.mark.parametrize("name", WITH_A_RECIPE)
def test_the_policy_lets_an_alternative_pass(name: str) -> None:
    found = check_dockerfile((HERE / name / "Dockerfile").read_bytes(), name="D", allowed_bases=allowed_bases())
    assert isinstance(found, Dockerfile), found
    assert {feature.since > (1, 2) for feature in found.features} == ({True} if name in NEWER else set())
