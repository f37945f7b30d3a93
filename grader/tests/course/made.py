"""What a lesson makes in the engine: found by its Compose project, and by names that begin with `lesson-`."""

from __future__ import annotations

import subprocess

#: How each kind of thing is removed.
_REMOVE = {
    "container": ("rm", "--force", "--volumes"),
    "network": ("network", "rm"),
    "volume": ("volume", "rm", "--force"),
    "image": ("image", "rm", "--force"),
}
_NAME = {"ps": "{{.Names}}", "image": "{{.Repository}}:{{.Tag}}"}


def by_lesson(project: str) -> dict[str, list[str]]:
    """What of this lesson is in the engine, in the order in which it can be removed."""
    ours = f"label=com.docker.compose.project={project}"
    return {
        "container": _names("ps", "--all", "--filter", ours) + _names("ps", "--all", "--filter", "name=^/?lesson-"),
        "network": _names("network", "ls", "--filter", ours),
        "volume": _names("volume", "ls", "--filter", ours) + _names("volume", "ls", "--filter", "name=^lesson-"),
        "image": _names("image", "ls", "--filter", "reference=lesson-*"),
    }


def remove(project: str) -> None:
    """Remove what the lesson, or one before it that was killed, left in the engine."""
    for kind, names in by_lesson(project).items():
        if names:
            subprocess.run(
                ["docker", *_REMOVE[kind], *names], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
            )


def _names(*listing: str) -> list[str]:
    """The names that a `docker` listing gives; none where there is no docker, or no engine."""
    try:
        command = ["docker", *listing, "--format", _NAME.get(listing[0], "{{.Name}}")]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    except (FileNotFoundError, subprocess.TimeoutExpired):
        return []
    return done.stdout.split()
