"""Volumes: named ones of this file, unnamed ones and tmpfs. Nothing of the engine's own machine."""

from __future__ import annotations

import re

from sentinel_grader.policy.compose.forms import either, listing, no, only, single, switch, table, text
from sentinel_grader.policy.compose.judge import Form, Judge
from sentinel_grader.policy.compose.rules.pairs import labels
from sentinel_grader.policy.compose.scalars import NAME, place, size
from sentinel_grader.policy.compose.tree import Scalar, Value
from sentinel_grader.submission.refusal import shown

_NAME = re.compile(NAME, re.ASCII)
_MODES = frozenset({"ro", "rw", "nocopy"})
_BIND = "Use a named volume; code and settings belong into the image."
_TMPFS = re.compile(
    r"(?P<path>[^:,]+)(?::(?:size=\d{1,12}[kmgKMG]?|mode=[0-7]{3,4}|uid=\d{1,7}|gid=\d{1,7}|nr_inodes=\d{1,7}|"
    r"noexec|exec|nosuid|nodev|noatime|rw|ro|,)+)?",
    re.ASCII,
)
_MODE = text(r"\d{1,6}|0o[0-7]{3,4}", "Write a mode such as 0755.")


def _short(value: Value, judge: Judge) -> None:
    scalar = single(value, judge, "Write name:/path.")
    if not scalar:
        return
    parts = scalar.text.split(":")
    if len(parts) == 1:
        place(value, judge)
        return
    _check_source(parts[0], value, judge)
    place(Scalar(parts[1], value.line), judge)
    if odd := set(",".join(parts[2:]).split(",")) - _MODES - {""}:
        saw = f"has `{shown(sorted(odd)[0], 40)}`, which is not taken here."
        judge.refuse("bad_volume", value, saw, "Write name:/path or name:/path:ro.")


def _check_source(source: str, value: Value, judge: Judge) -> None:
    if not _NAME.fullmatch(source) or len(source) == 1:
        # one letter and a colon are a drive of Windows
        saw = f"mounts `{shown(source, 80)}` of the engine's own machine."
        judge.refuse("bind_mount", value, saw, _BIND)
    elif source in judge.course.volumes:
        saw = f"mounts {shown(source, 60)}, where a service of the course's keeps its data."
        judge.refuse("volume_of_another", value, saw, "Give the service a volume of its own.")


def _source(value: Value, judge: Judge) -> None:
    if scalar := single(value, judge, "Name a volume."):
        _check_source(scalar.text, value, judge)


LONG: dict[str, Form] = {
    "bind": no("it is for mounts of the engine's own machine", _BIND, "bind_mount"),
    "consistency": no("engines have no use for it any more"),
    "image": no("what is in another image belongs into this one's Dockerfile"),
    "read_only": switch,
    "source": _source,
    "target": place,
    "tmpfs": either(table=table({"size": size("1", "64g"), "mode": _MODE}), null=True),
    "type": only("volume", "tmpfs", why="other kinds reach the engine's own machine", code="bind_mount"),
    "volume": table({"nocopy": switch, "labels": labels, "subpath": no("older engines do not know it")}),
}
of_service: Form = listing(either(scalar=_short, table=table(LONG, needs=("type", "target"))), 20)


def _tmpfs(value: Value, judge: Judge) -> None:
    scalar = single(value, judge, "Write a path, such as /tmp.")
    match = _TMPFS.fullmatch(scalar.text) if scalar else None
    if scalar and not match:
        saw = f"does not take `{shown(scalar.text, 60)}`."
        judge.refuse("bad_volume", value, saw, "Write a path, or one with options such as /tmp:size=16m,mode=1777.")
    if match:
        place(Scalar(match["path"], value.line), judge)


tmpfs: Form = either(scalar=_tmpfs, listing=listing(_tmpfs, 10))

#: At the top of the file.
KEYS: dict[str, Form] = {
    "driver": only("local", why="others keep data elsewhere"),
    "driver_opts": no("by these a volume can be any folder of the engine's own machine", code="bind_mount"),
    "external": only("false", why="a volume outside of this file is others'", code="external"),
    "labels": labels,
}
