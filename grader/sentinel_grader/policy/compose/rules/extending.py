"""`include` and `extends`: the course's own file, and files beside this one."""

from __future__ import annotations

import re

from sentinel_grader.policy.compose.forms import either, listing, no, only, single, table
from sentinel_grader.policy.compose.judge import Form, Judge
from sentinel_grader.policy.compose.scalars import name
from sentinel_grader.policy.compose.tree import Listing, Scalar, Table, Value
from sentinel_grader.submission.refusal import shown

#: The course's own file, from where a learner's lies.
COURSE_FILE = "../docker-compose.yaml"
_BESIDE = re.compile(r"(?:\./)?([\w-][\w.-]*\.ya?ml)", re.ASCII)


def _path(value: Value, judge: Judge) -> None:
    course = judge.course.path
    remedy = f"Write `include: [{course}]`." if course else "Delete it: this file stands alone."
    scalar = single(value, judge, remedy)
    if not scalar:
        return
    if scalar.text != course or not course:
        saw = f"names `{shown(scalar.text, 100)}`; only the course's own file may be included, where there is one."
        judge.refuse("include_not_allowed", value, saw, f"{remedy} A service may `extends` one in a file beside this.")
        return
    given = judge.folder / course
    if not given.is_file() or given.read_bytes() != judge.course.content:
        judge.refuse("include_not_allowed", value, "names a file that is not the course's own.", "Put it back.")


def _paths(value: Value, judge: Judge) -> None:
    """Several paths in one entry are laid one over the other, which would change the course's services."""
    listing(_path, 1)(value, judge)


def _of_the_course(value: Value, judge: Judge) -> None:
    folder = judge.course.path.rpartition("/")[0] or "."
    only(folder, why="the course's paths start from the course's folder")(value, judge)


INCLUDE: dict[str, Form] = {
    "env_file": no("variables are set by nobody in a grade"),
    "path": either(scalar=_path, listing=_paths),
    "project_directory": _of_the_course,
}
include: Form = listing(either(scalar=_path, table=table(INCLUDE, needs=("path",))), 1)


def includes_course(tree: Table) -> bool:
    """Whether the course's own file is included. The tree has been judged."""
    value = tree.get("include")
    return isinstance(value, Listing) and bool(value.items)


def extends(value: Value, judge: Judge) -> None:
    either(scalar=_own, table=table(EXTENDS, needs=("service",)))(value, judge)
    if isinstance(value, Table) and value.get("file") is None:
        with judge.within("service"):
            _own(value.get("service") or value, judge)


def _own(value: Value, judge: Judge) -> None:
    if isinstance(value, Scalar) and value.text not in judge.services:
        saw = f"names `{shown(value.text, 60)}`, and no service of your own has that name."
        judge.refuse("no_such_service", value, saw, "Extend a service that stands in this file.")


def _file(value: Value, judge: Judge) -> None:
    scalar = single(value, judge, "Name a file beside this one.")
    if scalar and not beside(scalar.text):
        saw = f"names `{shown(scalar.text, 100)}`, which does not lie beside this file."
        judge.refuse("extends_not_allowed", value, saw, "Name a file beside this one, such as ./common.yaml.")


def beside(written: str) -> str | None:
    """The name of a YAML file in the same folder, as `extends` may name it."""
    match = _BESIDE.fullmatch(written)
    return match[1] if match else None


EXTENDS: dict[str, Form] = {"file": _file, "service": name}


def extended_files(tree: Table) -> list[Scalar]:
    """The files that services of this file extend."""
    found: list[Scalar] = []
    services = tree.get("services")
    for _, service in services if isinstance(services, Table) else ():
        below = service.get("extends") if isinstance(service, Table) else None
        file = below.get("file") if isinstance(below, Table) else None
        if isinstance(file, Scalar) and beside(file.text):
            found.append(file)
    return found
