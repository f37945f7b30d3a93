"""The top of a Compose file, and what is declared there beside services."""

from __future__ import annotations

from collections.abc import Callable

from sentinel_grader.policy.compose.forms import either, kind_of, no, table, text
from sentinel_grader.policy.compose.judge import Course, Form, Judge
from sentinel_grader.policy.compose.rules import networks, secrets, volumes
from sentinel_grader.policy.compose.rules.extending import include
from sentinel_grader.policy.compose.rules.service import service
from sentinel_grader.policy.compose.scalars import name
from sentinel_grader.policy.compose.tree import Scalar, Table, Value
from sentinel_grader.submission.refusal import shown

#: Services that one file may have.
MOST_SERVICES = 8
#: Networks, `default` aside, which is there without being declared.
MOST_NETWORKS = 10


def _section(form: Form, most: int, taken: Callable[[Course], frozenset[str]] = lambda _: frozenset()) -> Form:
    """A section with names of the learner's choosing, none of them among the course's `taken`. There are no extensions
    here: for Compose, a service may be called `x-tools`."""

    def section(value: Value, judge: Judge) -> None:
        if isinstance(value, Scalar) and value.is_null:
            return
        if not isinstance(value, Table):
            judge.refuse("wrong_kind", value, f"is {kind_of(value)}; a mapping goes there.", "Write `name:` below it.")
            return
        own = [key for key, _ in value if not judge.is_taken(key.text, taken(judge.course))]
        if len(own) > most:
            saw = f"has {len(own)} entries; at most {most} are taken."
            judge.refuse("too_many_entries", own[most], saw, "Use fewer.")
        for key, below in value:
            with judge.within(key.text):
                name(key, judge)
                if key in own[:most]:
                    form(below, judge)
                elif key not in own:
                    _of_the_course(key, below, judge)

    return section


def _of_the_course(key: Scalar, below: Value, judge: Judge) -> None:
    """Newer versions of Compose lay such a thing over the course's, older ones refuse it unless it says nothing."""
    if judge.project or (isinstance(below, Scalar) and below.is_null and judge.path[0] != "services"):
        return
    saw = f"is declared by the course's own file, and may not be changed: `{shown(key.text, 60)}`."
    judge.refuse("of_the_course", key, saw, "Choose another name; what is included is there without a word.")


def _declared(keys: dict[str, Form], *, null: bool = True) -> Form:
    """An entry of a section; its real name is Compose's to give, with the project's in front."""

    def its_name(value: Value, judge: Judge) -> None:
        given = value.text if isinstance(value, Scalar) else None
        if not judge.project or given != f"{judge.project}_{judge.path[1]}":
            why = "two runs side by side would both want it, or it is others'"
            no(why, "Delete it: Compose gives it one.")(value, judge)

    return either(table=table({**keys, "name": its_name}), null=null)


TOP: dict[str, Form] = {
    "configs": _section(_declared(secrets.CONFIG, null=False), 20),
    "include": include,
    "models": no("the course has no models to give"),
    "name": text(r"[a-z0-9][a-z0-9_-]{0,60}", "Use small letters, digits, hyphen and underscore."),
    "networks": _section(_declared(networks.KEYS), MOST_NETWORKS + 1, lambda course: course.networks),
    "secrets": _section(_declared(secrets.SECRET, null=False), 20),
    "services": _section(service, MOST_SERVICES, lambda course: course.services),
    "version": text(r"[\d.]{1,8}", "Delete it: Compose has no use for it any more."),
    "volumes": _section(_declared(volumes.KEYS), 20, lambda course: course.volumes),
}
top: Form = table(TOP)
