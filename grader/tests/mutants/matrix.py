"""What each mutant must come to, what it came to, and whether that is the same."""

from __future__ import annotations

import contextlib
import fcntl
import os
import tempfile
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sentinel_grader.environment import shell
from sentinel_grader.environment.bases.images import local_image
from sentinel_grader.environment.docker import Engine, find_engine
from sentinel_grader.grading import grade
from sentinel_grader.judging import CHECKS
from sentinel_grader.observe.registry import REGISTRY
from sentinel_grader.observe.store import Store
from sentinel_grader.paths import state_folder
from sentinel_grader.result import CheckResult

from .mutant import Mutant


@dataclass(frozen=True)
class Run:
    """A mutant that was graded: the result of every check, by its id."""

    mutant: Mutant
    results: dict[str, CheckResult]
    seconds: float

    @property
    def differences(self) -> list[str]:
        """What is otherwise than it must be, with the check's own words."""
        return differences(self.results, expected(self.mutant.fails, self.mutant.judged))


def engine() -> Engine:
    found = find_engine().engine
    assert found, "these tests need a container engine"
    return found


def run(mutant: Mutant, *, kept: Store, whole: bool = True) -> Run:
    """Grade a mutant: on every check, or on those that it must fail. Mutants that share what is `kept` are observed
    anew where they differ, and nowhere else: as a learner's work is after an edit."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="sentinel-mutant-") as folder:
        submission = mutant.submission(Path(folder))
        results = graded(submission, engine(), None if whole else sorted(mutant.fails), kept)
    return Run(mutant, results, time.monotonic() - began)


def graded(
    submission: Path, on: Engine, ids: list[str] | None = None, kept: Store | None = None
) -> dict[str, CheckResult]:
    """The result of these checks, else of every one there is, by its id. Without `kept` it is from nothing: no
    recording is read or kept."""
    result = grade(ids or all_checks(), submission, on, jobs=4, store=kept or Store(None)).result
    return {each.id: each for each in result.checks}


def differences(results: Mapping[str, CheckResult], must: Mapping[str, str]) -> list[str]:
    """What is otherwise than the verdicts in `must`, with the check's own words."""
    return [
        f"{id_} must be {must[id_]} and is {result.verdict}: {result.reason.saw if result.reason else '-'}"
        for id_, result in results.items()
        if result.verdict != must[id_]
    ]


def all_checks() -> list[str]:
    return [check.id for check in CHECKS]


def expected(fails: Iterable[str], judged: Collection[str] = ()) -> dict[str, str]:
    """The verdict that each check must come to if these fail and no other: what rests on a failed one is skipped, and
    so is what needs a skipped one. `judged` fail for what was observed, so what is made from the same observations is
    judged too."""
    verdicts: dict[str, str] = dict.fromkeys(fails, "failed")

    def verdict(id_: str) -> str:
        if id_ not in verdicts:
            lost = {verdict(need) for need in CHECKS[id_].needs} & {"failed", "skipped"}
            unseen = (owners(id_) & set(fails)) - set(judged)
            verdicts[id_] = "skipped" if lost or unseen else "passed"
        return verdicts[id_]

    return {id_: verdict(id_) for id_ in all_checks()}


def rests_on(id_: str) -> set[str]:
    """The checks that a check needs, and those that own the observations it is made from."""
    return {*CHECKS[id_].needs, *owners(id_)}


def owners(id_: str) -> set[str]:
    """The checks that tell of what a check is made from: where one fails, it cannot be judged; where one is skipped for
    a reason of its own, it can."""
    return {observation.owner for observation in REGISTRY.closure(CHECKS[id_].observations)} - {id_, ""}


def smallest_cover(mutants: Iterable[Mutant]) -> list[Mutant]:
    """For each check the first mutant that fails it and as few others as possible: enough to see each check work."""
    best: dict[str, Mutant] = {}
    for mutant in mutants:
        for id_ in mutant.fails:
            if id_ not in best or len(mutant.fails) < len(best[id_].fails):
                best[id_] = mutant
    names = {mutant.name for mutant in best.values()}
    return [mutant for mutant in mutants if mutant.name in names]


@contextmanager
def latest_python() -> Iterator[None]:
    """`python:latest`, for those that ask for it: without it and a registry, they would not even build. Tests that run
    at the same time share it; the last one takes it away, if it was ours at all."""
    name = "python:latest"
    with (state_folder() / "tests-python-latest").open("a+") as shared:
        fcntl.flock(shared, fcntl.LOCK_SH)
        if not local_image(name):
            shell.run(["docker", "tag", "python:3.13-slim", name], deadline=20)
            shared.write("ours")
            shared.flush()
        try:
            yield
        finally:
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(shared, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if os.fstat(shared.fileno()).st_size and local_image(name):
                    shell.run(["docker", "image", "rm", name], deadline=20)
                    shared.truncate(0)
