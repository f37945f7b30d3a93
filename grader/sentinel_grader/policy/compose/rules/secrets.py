"""Secrets and configs: files beside the Compose file, and text in it."""

from __future__ import annotations

from sentinel_grader.policy.compose.files import existing
from sentinel_grader.policy.compose.forms import either, listing, no, only, table, text, words
from sentinel_grader.policy.compose.judge import Form, Judge
from sentinel_grader.policy.compose.rules.pairs import labels
from sentinel_grader.policy.compose.scalars import name
from sentinel_grader.policy.compose.tree import Value

_OUTSIDE = "it would be taken from whoever runs this"
_SWARM = "it is for a swarm"


def _file(value: Value, judge: Judge) -> None:
    existing(value, judge)


_COMMON: dict[str, Form] = {
    "environment": no(_OUTSIDE, "Write `file:` with a file beside this one.", "value_from_outside"),
    "external": only("false", why=_OUTSIDE, code="external"),
    "file": _file,
    "labels": labels,
    "template_driver": no(_SWARM),
}
SECRET: dict[str, Form] = {**_COMMON, "driver": no(_SWARM), "driver_opts": no(_SWARM)}
CONFIG: dict[str, Form] = {**_COMMON, "content": words(16_000)}

_ID = text(r"\d{1,7}", "Write a number, in quotes.")
GRANT: dict[str, Form] = {
    "gid": _ID,
    "mode": text(r"\d{1,6}|0o[0-7]{3,4}", "Write a mode such as 0440."),
    "source": name,
    "target": text(r"(?!(?:.*/)?\.\.(?:/|$))(?!/(?:proc|sys|dev)(?:/|$))[\w./-]+", "Write a plain path.", "bad_place"),
    "uid": _ID,
}
#: What a service says it needs of them.
granted: Form = listing(either(scalar=name, table=table(GRANT, needs=("source",))), 20)
