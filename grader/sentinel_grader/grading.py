"""One grade, from a submission to a result: copy, observe, judge."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from sentinel_grader import __version__, course, pristine, scratch
from sentinel_grader.checks import module_01 as module_01  # declares its checks
from sentinel_grader.environment.bases.catalogue import recipes
from sentinel_grader.environment.bases.images import local_images
from sentinel_grader.environment.docker import Engine
from sentinel_grader.evidence import evidence
from sentinel_grader.hints import all_hints
from sentinel_grader.judging import CHECKS, Check, Judged, Judging, in_order
from sentinel_grader.observe.calling_off import CallingOff
from sentinel_grader.observe.code import code_version
from sentinel_grader.observe.keys import contents
from sentinel_grader.observe.log import Log
from sentinel_grader.observe.outcome import Outcome
from sentinel_grader.observe.schedule import Event, Listener, observe
from sentinel_grader.observe.session import session
from sentinel_grader.observe.store import Store
from sentinel_grader.observe.submitted import write_refusals
from sentinel_grader.picture import images_of
from sentinel_grader.result import CheckResult, Grader, Result, SubmissionResult, Verdict, totals
from sentinel_grader.submission import Submission, clean_copy, keep_own, lay_given_code

#: What learners edit, by folder; everything else there is given, and the course's own is laid over it.
EDITABLE = {
    "module-01-containers/exercises/alerter": ("Dockerfile", ".dockerignore"),
    "module-01-containers/exercises/repair": ("docker-compose.yaml", "ledger/Dockerfile", "prices/Dockerfile"),
}
#: Of these, the code that one task is about: there the learner's own is judged.
OWN_CODE = ("module-01-containers/exercises/alerter",)


@dataclass(frozen=True)
class Grade:
    """A result, with what is worth showing besides: the observations, and the given files that were changed. `run` is
    what the grade called itself on the engine. `contents` tells for each observation what it may have seen of the
    submission, as a hash; `beside` are checks that were judged besides, and count for nothing."""

    result: Result
    outcomes: dict[str, Outcome]
    changed_given_files: tuple[str, ...]
    run: str
    contents: Mapping[str, str] = field(default_factory=dict)
    beside: tuple[CheckResult, ...] = ()


@dataclass(frozen=True)
class Taken:
    """A submission as it is graded: its clean copy, the given files that were changed in it, and by observation a hash
    of what it may see there."""

    copy: Submission
    changed: tuple[str, ...]
    contents: Mapping[str, str]


def take(submission: Path, folder: Path, observations: Iterable[str]) -> Taken:
    """Copy `submission` into the new folder `folder`, with the course's code laid over what was given, and what lay
    there before beside it."""
    with pristine.tree() as handed_out:
        copy = clean_copy(submission, folder)
        keep_own(copy.path, OWN_CODE)
        changed = lay_given_code(copy.path, handed_out, EDITABLE)
    write_refusals(copy.path, copy.refusals, len(copy.files))
    return Taken(copy, tuple(changed), contents(observations, copy.path, CHECKS.registry))


def declared(ids: Iterable[str]) -> list[Check]:
    """These checks, and those they rest on, in the course's order."""
    return CHECKS.with_needs(in_order(ids))


def grade(
    ids: list[str],
    submission: Path,
    engine: Engine,
    *,
    jobs: int = 0,
    keep: bool = False,
    store: Store | None = None,
    listener: Listener = lambda _event: None,
    decided: Callable[[Judged], None] = lambda _judged: None,
    log: Log | None = None,
    calling_off: CallingOff | None = None,
    beside: Callable[[Mapping[str, str]], Iterable[str]] = lambda _contents: (),
    judged_all: Callable[[Grade], None] = lambda _grade: None,
) -> Grade:
    """Grade `submission` (a checkout of the course) for the checks `ids`. Raises OursError without an engine.

    `beside` names checks to judge besides, from what each observation may see (`Grade.contents`). `judged_all` is told
    of the whole while what the grade made on the engine is still being removed, which nobody has to wait for.
    """
    began, started = time.monotonic(), datetime.now(UTC)
    scratch.sweep()
    with scratch.folder("grade") as folder:
        taken = take(submission, folder / "copy", observed(CHECKS))
        more = [id_ for id_ in beside(taken.contents) if id_ not in ids]
        checks = declared([*ids, *more])
        judging = Judging(checks)

        def heard(event: Event) -> None:
            listener(event)
            if event.outcome:
                for each in judging.ended(event.observation, event.outcome):
                    if each.id in ids:
                        decided(each)

        with session(taken.copy.path, surroundings(engine), keep=keep, log=log) as running:
            outcomes = observe(
                observed(checks),
                running,
                store or Store.default(),
                jobs=jobs or (os.cpu_count() or 2) * 2,
                listener=heard,
                calling_off=calling_off,
                first=observed(declared(ids)),
            )
            judged = judging.all()
            result = _result(
                [each for each in judged if each.id in ids],
                submission,
                taken.copy,
                engine,
                started,
                time.monotonic() - began,
                dict(running.nonces),
                outcomes,
            )
            besides = tuple(check_result(each, outcomes) for each in judged if each.id in more)
            found = Grade(result, outcomes, taken.changed, running.run, taken.contents, besides)
            judged_all(found)
    return found


def observed(checks: Iterable[Check]) -> set[str]:
    """The observations that these checks judge."""
    return {name for check in checks for name in check.observations}


def surroundings(engine: Engine) -> dict[str, str]:
    """What a recording depends on besides the submission: the engine, and the bases on it."""
    bases = {f"base {image.name}": image.digest for image in local_images(recipes())}
    return {"engine": engine.version, "driver": engine.driver, "root": engine.root, **bases}


def _result(
    judged: list[Judged],
    submission: Path,
    copy: Submission,
    engine: Engine,
    started: datetime,
    seconds: float,
    nonces: dict[str, str],
    outcomes: Mapping[str, Outcome],
) -> Result:
    checks = [check_result(each, outcomes) for each in judged]
    points, maximum, pending, verdict = totals(checks)
    return Result(
        grader=Grader(version=__version__, checks_hash=code_version()[:16]),
        submission=SubmissionResult(path=_readable(submission), tree_hash=copy.tree_hash),
        engine={"version": engine.version, "driver": engine.driver, "architecture": engine.architecture},
        started_at=started.isoformat(timespec="seconds"),
        duration_s=round(seconds, 3),
        points=points,
        max_points=maximum,
        points_pending=pending,
        verdict=verdict,
        nonces=nonces,
        checks=checks,
        images=images_of(outcomes),
    )


def _readable(path: Path) -> str:
    """A path as JSON can hold it, also where a name in it is no UTF-8."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def check_result(judged: Judged, outcomes: Mapping[str, Outcome]) -> CheckResult:
    """A verdict with all that the course says of its check, and what was observed."""
    module, task = course.task_of(judged.id)
    info = course.checks()[judged.id]
    return CheckResult(
        id=judged.id,
        title=info.title,
        module=module.number,
        task=task.number,
        points=info.points if judged.verdict is Verdict.PASSED else 0,
        max_points=info.points,
        verdict=judged.verdict,
        reason=judged.reason,
        needs=list(CHECKS[judged.id].needs),
        rests_on=list(judged.rests_on),
        hints=all_hints()[judged.id],
        evidence=evidence(CHECKS[judged.id].observations, outcomes),
    )
