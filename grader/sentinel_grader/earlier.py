"""Earlier tasks, looked at again: a change for a later one can break what was right before.

Of each check that passed it is remembered what its observations may have seen of the submission, as a hash. If that is
another one now, the check is judged again, beside what was asked for. Its verdict changes nothing of that result; that
it no longer passes is said in a note.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path

import msgspec

from sentinel_grader import course
from sentinel_grader.judging import CHECKS
from sentinel_grader.learner import Progress
from sentinel_grader.reports.text import shown
from sentinel_grader.result import CheckResult, Note, Result, Verdict

#: A note's code, for programs.
NO_LONGER = "no_longer_passes"
#: Characters of what was seen that a note quotes.
_QUOTED = 160


def beside(ids: Collection[str], checkout: Path) -> Callable[[Mapping[str, str]], list[str]]:
    """For a grade of `ids`: the checks of earlier tasks to judge besides. None where no whole task is graded: whoever
    asks for one check wants to know of that one."""
    progress = Progress.read(checkout)

    def changed(contents: Mapping[str, str]) -> list[str]:
        return [id_ for id_ in _before(ids) if progress.passed_on.get(id_, now := seen_by(id_, contents)) != now]

    return changed


def _before(ids: Collection[str]) -> list[str]:
    """The checks of the tasks before the last one that `ids` hold as a whole, but for those among them."""
    whole = [
        (module, task)
        for module, task in dict.fromkeys(map(course.task_of, ids))
        if {check.id for check in task.checks} <= set(ids)
    ]
    if not whole:
        return []
    module, last = whole[-1]
    earlier = (check.id for task in module.tasks if task.number < last.number for check in task.checks)
    return [id_ for id_ in earlier if id_ not in ids]


def seen_by(id_: str, contents: Mapping[str, str]) -> str:
    """What a check's observations may see of a submission, as one hash."""
    parts = sorted(f"{name} {contents.get(name, '')}" for name in CHECKS[id_].observations)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def remember(result: Result, besides: Iterable[CheckResult], contents: Mapping[str, str], checkout: Path) -> None:
    """Keep the verdicts of a grade of this checkout, and of what passed, on what. What could not be judged besides
    stays as it was."""
    progress = Progress.read(checkout)
    judged = [*result.checks, *(check for check in besides if check.verdict is not Verdict.NOT_GRADED)]
    progress.verdicts |= {check.id: check.verdict for check in judged}
    progress.passed_on |= {check.id: seen_by(check.id, contents) for check in judged if check.verdict is Verdict.PASSED}
    progress.write(checkout)


def with_notes(result: Result, besides: Iterable[CheckResult]) -> Result:
    """The result with a note for each earlier task of which something no longer passes."""
    lost = dict[str, list[CheckResult]]()
    for check in besides:
        if check.verdict in (Verdict.FAILED, Verdict.SKIPPED):
            lost.setdefault(f"{check.module}.{check.task}", []).append(check)
    notes = [_note(result, task, checks) for task, checks in lost.items()]
    return msgspec.structs.replace(result, notes=notes) if notes else result


def words(besides: Iterable[CheckResult]) -> str:
    """That earlier checks were looked at, which takes its time; "" where none was."""
    tasks = dict.fromkeys(f"{check.module}.{check.task}" for check in besides)
    if not tasks:
        return ""
    return f"Also looked at, as files changed since it passed: task {', '.join(tasks)}. Without: --only."


def _note(result: Result, task: str, lost: list[CheckResult]) -> Note:
    ids = [check.id for check in lost]
    failed = next((check for check in lost if check.verdict is Verdict.FAILED and check.reason), None)
    saw = f" ({shown(failed.reason.saw, most=_QUOTED, lines=1)})" if failed and failed.reason else ""
    words = f"task {task} no longer is: {', '.join(ids)} passed before, and no longer {_does(ids)}{saw}."
    graded = ", ".join(dict.fromkeys(f"{check.module}.{check.task}" for check in result.checks))
    right = all(check.verdict is Verdict.PASSED for check in result.checks)
    return Note(
        code=NO_LONGER, task=task, checks=ids, words=f"Task {graded} is {'' if right else 'not '}right, and {words}"
    )


def _does(ids: list[str]) -> str:
    return "does" if len(ids) == 1 else "do"
