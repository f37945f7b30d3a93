"""The raw Compose file: parsed and judged, before Compose itself gets to read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from sentinel_grader.policy.compose.judge import Course, Judge
from sentinel_grader.policy.compose.model import Composed, Service
from sentinel_grader.policy.compose.reading import tree_of
from sentinel_grader.policy.compose.rules import top
from sentinel_grader.policy.compose.rules.extending import COURSE_FILE, beside, extended_files, includes_course
from sentinel_grader.policy.compose.tree import Scalar, Table, table_at, texts_of
from sentinel_grader.policy.compose.variables import with_variables
from sentinel_grader.policy.images import image_named
from sentinel_grader.policy.refused import Refused
from sentinel_grader.submission.refusal import Refusal, shown

#: Where a learner's file lies in a submission of module 1.
COMPOSE_FILE = "module-01-containers/exercises/docker-compose.yaml"
#: More than this is not told at once.
MOST_REFUSALS = 20
_NONE: frozenset[str] = frozenset()
#: Files beside it that services may extend.
MOST_FILES = 5
#: What Compose would read instead of docker-compose.yaml, or on top of it, where no `--file` is given.
_INSTEAD = tuple(
    f"{name}{override}{ending}"
    for name in ("compose", "docker-compose")
    for override in ("", ".override")
    for ending in (".yaml", ".yml")
    if (name, override, ending) != ("docker-compose", "", ".yaml")
)


def check_compose(
    folder: Path,
    course_file: Path,
    *,
    allowed_bases: Sequence[str],
    name: str = COMPOSE_FILE,
    include: str | None = COURSE_FILE,
) -> Composed | list[Refusal]:
    """What the learner's Compose file in `folder` says, or why it may not run; never an exception for what it holds.

    `folder` is a clean copy's `exercises/`; `course_file` is the course's own Compose file, of a checkout that is
    trusted; `name` is the learner's file in the submission, for messages, and its last part is the file's name;
    `include` is how it must name the course's file, or None for one that stands alone: it includes nothing, and may
    give its services any name.
    """
    judge = Judge(name, folder, course_of(course_file, include), allowed_bases)
    refusals = [_instead(name, other) for other in _INSTEAD if (folder / other).exists()]
    tree = _judged(judge, refusals)
    if tree:
        _follow(judge, tree, refusals)
    if refusals or not tree:
        return told(refusals)
    services = services_of(tree, judge)
    return Composed(name, tree, services, includes_course(tree), tuple(sorted(judge.files)))


def told(refusals: Sequence[Refusal]) -> list[Refusal]:
    """What is told at once: each thing once, in the order of lines."""
    return sorted(dict.fromkeys(refusals), key=lambda one: (one.path, one.line or 0))[:MOST_REFUSALS]


def course_of(path: Path, include: str | None) -> Course:
    """What the course's own file declares, where it is included. It is trusted: an exception here is ours."""
    course = _course(path.read_bytes(), include or "")
    return course if include else replace(course, services=_NONE, networks=_NONE, volumes=_NONE)


@cache
def _course(content: bytes, include: str) -> Course:
    tree = with_variables(tree_of(content))
    services = table_at(tree, "services")
    named = [
        image_named(image.text)
        for _, service in services
        if isinstance(service, Table) and service.get("build") is None
        if isinstance(image := service.get("image"), Scalar)
    ]
    return Course(
        content,
        include,
        frozenset(services.names()),
        frozenset(table_at(tree, "networks").names()),
        frozenset(table_at(tree, "volumes").names()),
        frozenset(image.repository for image in named if image),
    )


def services_of(tree: Table, judge: Judge) -> tuple[Service, ...]:
    """The learner's own services, once they have been judged."""
    services = table_at(tree, "services")
    return tuple(
        Service(
            key.text,
            key.line or judge.line_of("services", key.text),
            next(iter(texts_of(service.get("image"))), ""),
            judge.builds.get(key.text),
            tuple(texts_of(service.get("profiles"))),
        )
        for key, service in services
        if isinstance(service, Table) and key.text not in judge.course.services
    )


def _judged(judge: Judge, refusals: list[Refusal]) -> Table | None:
    """The file that the judge names, read and judged; None for one that cannot be read."""
    path = judge.folder / judge.name.rpartition("/")[2]
    try:
        if not path.is_file() or path.is_symlink():
            raise Refused("no_compose_file", None, "There is no such file.", "Add it to the repository.")
        tree = with_variables(tree_of(path.read_bytes()))
    except Refused as refused:
        refusals.append(refused.refusal(judge.name))
        return None
    assert isinstance(tree, Table)
    judge.raw = tree
    judge.services = frozenset(table_at(tree, "services").names())
    top(tree, judge)
    refusals += judge.refusals
    return tree


def _follow(judge: Judge, tree: Table, refusals: list[Refusal]) -> None:
    """Judge the files that services extend, and those that these extend. Compose follows no `include` in them."""
    waiting = extended_files(tree)
    seen = {judge.name.rpartition("/")[2]}
    while waiting and len(seen) <= MOST_FILES:
        file = beside(waiting.pop(0).text)
        if file is None or file in seen:
            continue
        seen.add(file)
        judge.files.add(file)
        other = Judge(_sibling(judge.name, file), judge.folder, judge.course, judge.allowed_bases)
        if below := _judged(other, refusals):
            judge.files |= other.files
            waiting += extended_files(below)
            if below.get("include") is not None:
                saw = "Services are extended from this file, so its `include` counts for nothing."
                refusals.append(Refusal("include_not_allowed", shown(other.name), saw, remedy="Delete it here."))
    if len(seen) > MOST_FILES:
        saw = f"Services extend more than {MOST_FILES} files."
        refusals.append(Refusal("too_many_files", shown(judge.name), saw, remedy="Put them into fewer."))


def _sibling(name: str, file: str) -> str:
    return f"{name.rpartition('/')[0]}/{file}".lstrip("/")


def _instead(name: str, other: str) -> Refusal:
    saw = "Docker Compose reads this file as well as docker-compose.yaml, or instead of it; a grade does not."
    return Refusal("hidden_compose_file", shown(_sibling(name, other)), saw, remedy="Move its lines and delete it.")
