"""What a running container says of its work: in the log that the engine keeps, and in files of its own."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import PurePosixPath

import docker
from docker.models.containers import Container

from sentinel_grader.observe.agent import Agent
from sentinel_grader.observe.patience import Patience
from sentinel_grader.observe.scope import Scope
from sentinel_grader.observe.strain import late

#: Seconds that lines are waited for, and within which they are there where nobody is in their way; files that are
#: looked into, and bytes of each.
WAITING, PROMPT, MOST_FILES, MOST_BYTES = 5.0, 1.0, 100, 4_000_000


@dataclass(frozen=True)
class LogLines:
    """Which of some words (the ids of entries that it was given) stood in `docker logs` after so many seconds, by a
    clock that goes slower on a busy machine. `files` were written while it ran, and have any of them too."""

    wanted: list[str]
    found: list[str]
    seconds: float
    files: list[str] = field(default_factory=list)

    @property
    def missing(self) -> list[str]:
        return [word for word in self.wanted if word not in self.found]


def log_lines(
    scope: Scope, talking: Agent, container: Container, words: Iterable[str], written: Iterable[str]
) -> LogLines:
    """Look for `words` in the container's log until all are there, and in the files that it has `written`."""
    wanted, found = list(words), list[str]()
    patience = Patience(WAITING, talking.slowdown)
    while patience.lasts():
        log = container.logs()
        found = [word for word in wanted if word.encode() in log]
        if len(found) == len(wanted):
            break
        scope.sleep(0.1)
    if patience.spent > PROMPT:
        late()
    looked_into = {path: _content(container, path) for path in innermost(written)[:MOST_FILES]}
    files = [path for path, content in looked_into.items() if any(word.encode() in content for word in wanted)]
    return LogLines(wanted, found, patience.spent, files)


def innermost(paths: Iterable[str]) -> list[str]:
    """Without the folders that changed only since something in them did."""
    found = set(paths)
    outer = {str(parent) for path in found for parent in PurePosixPath(path).parents}
    return sorted(found - outer)


def _content(container: Container, path: str) -> bytes:
    """What the container has there, up to a bound, in the tar that the engine makes of it; nothing if it is gone."""
    content = b""
    with contextlib.suppress(docker.errors.APIError):
        chunks, _ = container.get_archive(path)
        with contextlib.closing(chunks):
            for chunk in chunks:
                content += chunk
                if len(content) > MOST_BYTES:
                    break
    return content
