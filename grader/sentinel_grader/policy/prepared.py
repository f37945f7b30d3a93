"""The text that is built: the learner's, line for line, less what only matters elsewhere."""

from __future__ import annotations

import hashlib

from sentinel_grader.policy.model import Dockerfile, Flag
from sentinel_grader.policy.rules.run import mount_fields


def prepared_text(dockerfile: Dockerfile, *, cache_key: str = "") -> str:
    """The Dockerfile with the same number of lines, for BuildKit's built-in front end.

    Parser directives are blanked: the standard `# syntax=` would be pulled from a registry, `# check=` turns lint into
    failures; an escape character that differs is said again in the first line, where every version reads it.
    With `cache_key`, such as a submission's hash, every cache mount gets an id that only this key has: BuildKit shares
    caches by id between all builds of an engine, and one learner could leave a wheel there for the next.
    """
    lines = list(dockerfile.lines)
    for number in dockerfile.directive_lines:
        lines[number - 1] = "#" + "\r" * lines[number - 1].endswith("\r")
    if dockerfile.escape != "\\":
        lines[0] = f"# escape={dockerfile.escape}" + "\r" * lines[0].endswith("\r")
    if cache_key:
        # From the right, so that what is still to be replaced stays where it was.
        for flag in sorted(_caches(dockerfile), key=lambda flag: flag.column, reverse=True):
            line = lines[flag.line - 1]
            end = flag.column + len(flag.text)
            lines[flag.line - 1] = line[: flag.column] + _keyed(flag, cache_key) + line[end:]
    return "\n".join(lines)


def _caches(dockerfile: Dockerfile) -> list[Flag]:
    return [
        flag
        for stage in dockerfile.stages
        for instruction in stage.all_of("RUN")
        for flag in instruction.flags
        if flag.name == "mount" and mount_fields(flag).get("type") == "cache"
    ]


def _keyed(flag: Flag, cache_key: str) -> str:
    fields = mount_fields(flag)
    target = fields.get("target") or fields.get("dst") or fields.get("destination") or ""
    old = fields.pop("id", target)  # as BuildKit does: without an id, the target is it
    new = hashlib.sha256(f"{cache_key}\0{old}".encode()).hexdigest()[:32]
    parts = [f"{key}={value}" if value else key for key, value in fields.items()]
    return f"--mount={','.join([*parts, f'id=sentinel-{new}'])}"
