"""Whatever is handed in gets a verdict: by the grader's own function, and by its command line."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # comes with check-jsonschema
import pytest

from sentinel_grader import course, result
from sentinel_grader.environment.docker import version_number
from sentinel_grader.grading import grade
from sentinel_grader.observe.store import Store
from sentinel_grader.paths import ROOT
from sentinel_grader.policy.features import understood_by
from sentinel_grader.reports import html, junit
from sentinel_grader.result import EXIT, Overall, Reason, Result, Verdict, from_json, to_json

from ..mutants.matrix import all_checks, engine
from .generated import COUNT, KINDS, SEED, kind, submission
from .trees import TRAPPED

pytestmark = [pytest.mark.engine, pytest.mark.timeout(300)]
#: Those whose image may build, and is then looked at from all sides.
LONG = {"cut", "settings", "files"}
#: Each kind but these once; the others take minutes.
QUICK = {number for number in range(len(KINDS)) if kind(number) not in LONG}
#: Those that are also handed in at the command line: trees above all, since names and paths are odd in there.
BY_COMMAND = (0, 4, 13, 2, 1, 3, 8, 16, 19, 20)
QUICK_BY_COMMAND = set(BY_COMMAND[:3])
SCHEMA = json.loads(result.SCHEMA_FILE.read_text())


def numbers(some: Iterable[int], quick: set[int]) -> list[Any]:
    return [pytest.param(number, id=f"{number}-{kind(number)}", marks=[] if number in quick else [pytest.mark.slow])
            for number in some]  # fmt: skip


def has_verdicts(text: str, asked: list[str]) -> Result:
    """The result in a JSON text: as the published schema has it, a verdict for each check, and none owed by us."""
    jsonschema.validate(json.loads(text), SCHEMA)
    read = from_json(text)
    assert [each.id for each in read.checks] == asked
    owed = {each.id: each.reason for each in read.checks if each.verdict is Verdict.NOT_GRADED and each.reason}
    if too_old(owed.values()):  # what an engine does not know, it cannot be asked for: the one thing that is owed
        return read
    assert owed == {}
    assert read.verdict is Overall.FAILED, "none of these does what is asked"
    for each in read.checks:
        assert (each.reason is None) == (each.verdict is Verdict.PASSED)
        assert not each.reason or each.reason.saw.strip()
    return read


def too_old(reasons: Collection[Reason]) -> bool:
    """Whether these are about an instruction that this engine's BuildKit does not know."""
    heredocs = understood_by(version_number(engine().version)) >= (1, 4)
    codes = {each.code for each in reasons} - {"rests_on_not_graded"}
    return not heredocs and codes == {"dockerfile_frontend_too_old"}


@pytest.mark.parametrize("number", numbers(range(COUNT), QUICK))
def test_whatever_is_handed_in_gets_a_verdict(number: int, tmp_path: Path) -> None:
    top = submission(number, tmp_path)
    print(f"seed {SEED}, submission {number}, {kind(number)}: {os.fsencode(top)!r}")  # shown if it fails
    graded = grade(all_checks(), top, engine(), store=Store(None)).result
    has_verdicts(to_json(graded), all_checks())
    html.write(graded, tmp_path / "report.html")
    junit.write(graded, tmp_path / "junit.xml")
    assert not (top / TRAPPED).exists()


@pytest.mark.parametrize("number", numbers(BY_COMMAND, QUICK_BY_COMMAND))
def test_the_command_line_says_so_too(number: int, tmp_path: Path) -> None:
    """Exit status 1, in words, and not a traceback."""
    told = tmp_path / "result.json"
    done = sentinel("grade", "1", "--yes", "--submission", str(submission(number, tmp_path)), "--json", str(told))
    assert done.returncode == EXIT[Overall.FAILED] == 1, done.stdout + done.stderr
    has_verdicts(told.read_text(), [id_ for id_ in course.select("1") if id_ in all_checks()])


def test_what_cannot_be_graded_is_no_grade(tmp_path: Path) -> None:
    """3: the command line is wrong; 4: the machine is not as it must be."""
    assert sentinel("grade", "1.99", "--yes").returncode == 3
    assert sentinel("grade", "1", "--yes", "--submission", str(tmp_path / "nowhere")).returncode == 4
    assert sentinel("grade", "1", "--yes", DOCKER_HOST=f"unix://{tmp_path}/nobody.sock").returncode == 4


def sentinel(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run ./sentinel from elsewhere; no traceback, whatever comes of it."""
    done = subprocess.run(
        [ROOT / "sentinel", *arguments],
        cwd="/",
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        errors="replace",
        timeout=280,
    )
    assert "Traceback" not in done.stdout + done.stderr, done.stdout + done.stderr
    return done


def test_there_is_some_of_every_kind() -> None:
    assert {kind(number) for number in QUICK} | LONG == set(KINDS)
    assert len({kind(number) for number in BY_COMMAND}) == len(BY_COMMAND) >= 10
