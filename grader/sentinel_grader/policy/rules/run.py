"""RUN: what runs is the learner's business, in BuildKit's sandbox; what it is given is ours."""

from __future__ import annotations

import re

from sentinel_grader.policy.model import Flag, Instruction
from sentinel_grader.policy.refused import Refused
from sentinel_grader.policy.rules.context import Context, check_flags, need
from sentinel_grader.submission.refusal import shown

_SWITCH = r"|true|false"
_PATH = r".+"
_NUMBER = r"\d{1,7}"
#: The keys that a mount of each type may have, and the form of their values. `$` only where a path is wanted.
#: https://docs.docker.com/reference/dockerfile/#run---mount
TARGETS = frozenset({"target", "dst", "destination"})
_ANY = {"type": r"\w+", **dict.fromkeys(TARGETS, _PATH)}
_READ_ONLY = {"ro": _SWITCH, "readonly": _SWITCH, "rw": _SWITCH, "readwrite": _SWITCH}
_SOURCE = {"from": r"[^$]+", "source": _PATH, "src": _PATH}
_OWNER = {"mode": r"[0-7]{3,4}", "uid": _NUMBER, "gid": _NUMBER}
_ID = {"id": r"[\w./:@-]{1,200}"}
MOUNTS = {
    "bind": {**_ANY, **_READ_ONLY, **_SOURCE},
    # Where it lies is also what it is called: prepared.py says why nothing may be left open there.
    "cache": {
        **_ANY,
        **dict.fromkeys(TARGETS, r"/[^$]+"),
        **_READ_ONLY,
        **_SOURCE,
        **_OWNER,
        **_ID,
        "sharing": "shared|private|locked",
    },
    "tmpfs": {**_ANY, "size": r"\d{1,9}[kKmMgG]?[bB]?"},
    # The grader has no secrets to give: a build must do without, which is BuildKit's own default.
    "secret": {**_ANY, **_OWNER, **_ID, "env": r"\w+", "required": "false"},
}


def run(instruction: Instruction, context: Context) -> None:
    check_flags(instruction, {"mount": r".+", "network": "default|none"}, several=("mount",))
    need(instruction.words, instruction, "has nothing to run", "Name a command.")
    for flag in instruction.flags:
        if flag.name == "mount":
            _mount(flag, context)


def mount_fields(flag: Flag) -> dict[str, str]:
    """The keys and values of a mount. Raises Refused. A key alone has the value ""."""
    fields: dict[str, str] = {}
    for part in (flag.value or "").split(","):
        key, _, value = part.partition("=")
        if key in fields:
            raise _refused(flag, f"has {shown(key, 30)} twice")
        fields[key] = value
    return fields


def _mount(flag: Flag, context: Context) -> None:
    fields = mount_fields(flag)
    kind = fields.get("type", "bind")
    if kind not in MOUNTS:
        raise _refused(flag, f"is of the type {shown(kind, 30)}; {', '.join(MOUNTS)} may be used")
    for key, value in fields.items():
        form = MOUNTS[kind].get(key)
        if form is None:
            raise _refused(flag, f"has the key `{shown(key, 30)}`, which a {kind} mount may not have here")
        if not re.fullmatch(form, value, re.ASCII) or ("$" in value and form is not _PATH):
            raise _refused(flag, f"has {key}={shown(value, 40)}, which is not a value for it here")
    targets = len(fields.keys() & TARGETS)
    if targets > 1 or (kind != "secret" and not targets):
        raise _refused(flag, "needs one target")
    if "from" in fields:
        context.check_source(fields["from"], flag.line, numbers=False)


def _refused(flag: Flag, saw: str) -> Refused:
    return Refused("mount_not_allowed", flag.line, f"`{shown(flag.text, 80)}` {saw}.",
                   "Write `--mount=type=cache,target=/root/.cache/pip`, or do without.")  # fmt: skip
