"""The text that is built: the learner's, line for line, less what would let builds see each other's."""

from __future__ import annotations

import hashlib
import posixpath

from sentinel_grader.policy.model import Dockerfile, Flag
from sentinel_grader.policy.rules.run import TARGETS, mount_fields


def prepared_text(dockerfile: Dockerfile) -> str:
    """The Dockerfile with the same number of lines, for BuildKit's built-in front end; build no other text.

    Parser directives are blanked: the standard `# syntax=` would be pulled from a registry, `# check=` turns lint into
    failures; an escape character that differs is said again in the first line, where every version reads it.

    Cache mounts lose `id` and `sharing`, and get their target in its shortest form: only then, together with
    `cache_argument`, are they and the layers made with them this submission's own. With an id or a `sharing`, BuildKit
    leaves the id out of the layer's key (`checkShouldClearCacheOpts` in solver/llbsolver/ops/exec.go): one learner
    could put a wheel into a cache of theirs, run the next learner's very line, and the next learner's build would be
    given that layer (test_against_buildkit.py tries). Without `sharing=locked`, two stages that run apt at once may
    get in each other's way.
    """
    lines = list(dockerfile.lines)
    for number in dockerfile.directive_lines:
        lines[number - 1] = "#" + "\r" * lines[number - 1].endswith("\r")
    if dockerfile.escape != "\\":
        lines[0] = f"# escape={dockerfile.escape}" + "\r" * lines[0].endswith("\r")
    # From the right, so that what is still to be replaced stays where it was.
    for flag in sorted(_caches(dockerfile), key=lambda flag: flag.column, reverse=True):
        line = lines[flag.line - 1]
        lines[flag.line - 1] = line[: flag.column] + _plain(flag) + line[flag.column + len(flag.text) :]
    return "\n".join(lines)


def cache_argument(key: str) -> str:
    """The build argument that keeps caches apart, for all builds of what `key` names (a submission's hash, say)."""
    return f"BUILDKIT_CACHE_MOUNT_NS={hashlib.sha256(key.encode()).hexdigest()[:32]}"


def _caches(dockerfile: Dockerfile) -> list[Flag]:
    return [
        flag
        for stage in dockerfile.stages
        for instruction in stage.all_of("RUN")
        for flag in instruction.flags
        if flag.name == "mount" and mount_fields(flag).get("type") == "cache"
    ]


def _plain(flag: Flag) -> str:
    fields = {key: value for key, value in mount_fields(flag).items() if key not in ("id", "sharing")}
    for key in TARGETS & fields.keys():
        fields[key] = "/" + posixpath.normpath(fields[key]).lstrip("/")
    return "--mount=" + ",".join(f"{key}={value}" if value else key for key, value in fields.items())
