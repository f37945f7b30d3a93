"""What Compose makes of a file that the raw check let pass: asked for with an empty environment, and judged again.

`docker compose config` starts nothing and asks no engine. It reads files, and would fetch what is remote; so it only
ever gets to see what `check_compose` has passed, has no PATH to run git by, and its remote loaders are switched off.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sentinel_grader.environment.problem import Problem
from sentinel_grader.policy.compose.asking import DEADLINE, Asked, ask
from sentinel_grader.policy.compose.check import COMPOSE_FILE, check_compose, course_of, services_of, told
from sentinel_grader.policy.compose.judge import Judge
from sentinel_grader.policy.compose.model import Composed, Resolved
from sentinel_grader.policy.compose.rules import top
from sentinel_grader.policy.compose.rules.extending import COURSE_FILE
from sentinel_grader.policy.compose.tree import Table, from_json, table_at
from sentinel_grader.submission.refusal import Refusal, shown

#: The project that the model is made for, where nobody names another: part of networks' and volumes' names.
PROJECT = "sentinel-policy"
_SECTIONS = ("services", "networks", "volumes")


def resolved(
    folder: Path,
    course_file: Path,
    *,
    allowed_bases: Sequence[str],
    name: str = COMPOSE_FILE,
    include: str | None = COURSE_FILE,
    project: str = PROJECT,
) -> Resolved | list[Refusal]:
    """The model that Compose makes of the learner's file, or why it may not run: the raw check first, then this one.

    The arguments are those of `check_compose`; `project` is the name that the model will run under. Raises Problem
    where this machine has no Compose, or one that cannot read the course's own file.
    """
    folder = folder.resolve()
    composed = check_compose(folder, course_file, allowed_bases=allowed_bases, name=name, include=include)
    if not isinstance(composed, Composed):
        return composed
    ours = _ours(folder / include if include and composed.includes_course else course_file, project)
    asked = ask(folder / name.rpartition("/")[2], project)
    if asked.status != 0 or asked.cut:
        return [_not_resolved(asked, folder, composed)]
    model = _parsed(asked.out)
    judge = Judge(name, folder, course_of(course_file, include), allowed_bases, composed.tree, project)
    return judge_model(Case(composed, ours, model), judge, asked.out)


@dataclass(frozen=True)
class Case:
    """The raw file as judged, the course's own model, and the learner's."""

    composed: Composed
    ours: dict[str, Any]
    model: dict[str, Any]


def judge_model(case: Case, judge: Judge, text: str) -> Resolved | list[Refusal]:
    """The model judged, by the rules of the raw file and against it."""
    tree = from_json(case.model)
    assert isinstance(tree, Table)
    judge.services = frozenset(table_at(tree, "services").names())
    top(tree, judge)
    for section in _SECTIONS:
        _check_section(section, case, judge)
    if judge.refusals:
        return told(judge.refusals)
    return Resolved(case.composed, judge.project, services_of(tree, judge), case.model, text)


def _check_section(section: str, case: Case, judge: Judge) -> None:
    """The course's own parts are as the course has them, and there is nothing that nobody wrote."""
    raw = set(table_at(case.composed.tree, section).names())
    raw |= {"default"} if section == "networks" else set()
    ours = case.ours.get(section, {}) if case.composed.includes_course else {}
    found = case.model.get(section, {})
    for each in found:
        with judge.within(section), judge.within(each):
            if each in ours and found[each] != ours[each]:
                saw = "is not as the course's own file has it."
                judge.refuse("of_the_course", None, saw, "Leave the course's services, networks and volumes alone.")
            elif each not in ours and each not in raw:
                judge.refuse("of_nobody", None, "is in the model, and this file does not declare it.", "Declare it.")


def _ours(course_file: Path, project: str) -> dict[str, Any]:
    asked = ask(course_file, project)
    if asked.status != 0 or asked.cut:
        why = asked.error.strip() or "it did not answer"
        raise Problem(f"docker compose cannot read the course's own file: {why}.", "Run `./sentinel doctor`.")
    return _parsed(asked.out)


def _parsed(out: str) -> dict[str, Any]:
    try:
        model = json.loads(out)
    except (ValueError, RecursionError):
        model = None
    if not isinstance(model, dict):
        raise Problem("docker compose printed something other than a model.", "Run `./sentinel doctor`.")
    return model


def _not_resolved(asked: Asked, folder: Path, composed: Composed) -> Refusal:
    """Compose's own words, without the paths of this machine, and with the line of what they name."""
    where = shown(composed.name)
    if asked.cut or asked.status is None:
        saw = f"Compose did not make a model of it within {DEADLINE:.0f} s, or one that is too large."
        return Refusal("compose_never_ends", where, saw, remedy="Make it smaller.")
    lines = [line for line in asked.error.splitlines() if line.strip() and "level=warning" not in line]
    words = " ".join(lines[-1:]).replace(f"{folder}{os.sep}", "").strip()
    saw = f"Compose refuses it: {shown(words or 'it gives no reason', 300)}."
    return Refusal("compose_refuses", where, saw, _line_in(words, composed), "Mend that, and try again.")


def _line_in(words: str, composed: Composed) -> int | None:
    if found := re.search(r"\bline (\d{1,4})\b", words):
        return int(found[1])
    if found := re.search(r"\b(?:services|networks|volumes|secrets|configs)(?:\.[\w-]+)+", words):
        return composed.line_of(*found[0].split("."))
    named = (composed.service(word) for word in re.findall(r"[\w.-]+", words))
    return next((service.line for service in named if service), None)
