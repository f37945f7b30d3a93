"""What a grade does with the engine, written down as it does it: commands, calls of its API, requests of an agent.

Only where somebody asked for it (`bench grade`, which makes its baseline of it): else nothing is kept.
"""

from __future__ import annotations

import itertools
import json
import re
import shutil
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import msgspec

#: The observation at work. A thread that is started aside needs a copy of the context to be counted to it.
AT_WORK: ContextVar[str] = ContextVar("observation", default="")
#: The thread of it that is at work: () is its own; (2,) the second that it started aside; (2, 1) the first of that one.
LANE: ContextVar[tuple[int, ...]] = ContextVar("lane", default=())
#: Where copies of build contexts lie, below the log's folder.
CONTEXTS = "contexts"
#: The option of a build that names its Dockerfile.
FILE = "--file="
#: Calls whose answers tell what later ones mean: the ids of new things, and the addresses of containers.
_TELLING = re.compile(r"^/(containers|networks)/create$|^/networks$|^/containers/[^/]+/json$")


class Ran(msgspec.Struct, frozen=True, tag=True):
    """A command of the docker client. `folders`: where those that it names were copied to, since they go at its end;
    `stdin`: what it was fed."""

    observation: str
    began: float
    seconds: float
    command: list[str]
    environment: dict[str, str]
    status: int | None
    folders: dict[str, str] = {}
    stdin: str = ""
    lane: tuple[int, ...] = ()


class Called(msgspec.Struct, frozen=True, tag=True):
    """A call of the engine's API. `seconds` are those until its answer began; `answer` is kept where it tells more."""

    observation: str
    began: float
    seconds: float
    method: str
    path: str
    query: str
    body: Any
    status: int
    answer: Any = None
    lane: tuple[int, ...] = ()


class Asked(msgspec.Struct, frozen=True, tag=True):
    """A request that the agent in `container` was given, and its answer."""

    observation: str
    began: float
    seconds: float
    container: str
    ask: dict[str, Any]
    answer: dict[str, Any]
    lane: tuple[int, ...] = ()


Entry = Ran | Called | Asked


class Log:
    """A grade's entries, in the order in which they ended. `folder` is where copies go; without, nothing is kept."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder, self._lock, self._numbers = folder, threading.Lock(), itertools.count(1)
        self.entries: list[Entry] = []
        self.nonces: list[str] = []

    def ran(
        self,
        command: Sequence[str],
        environment: Mapping[str, str] | None,
        status: int | None,
        s: float,
        stdin: bytes = b"",
    ) -> None:
        """Take down a command that ended, after `s` seconds."""
        if self._folder:
            passing = dict.fromkeys(folder for word in command if (folder := _passing(word)))
            folders = {str(folder): self._copied(folder) for folder in passing}
            words, variables, fed = list(command), dict(environment or {}), stdin.decode(errors="replace")
            began = time.time() - s
            self._add(Ran(AT_WORK.get(), began, s, words, variables, status, folders, fed, LANE.get()))

    def called(self, response: Any, *_more: object, **_settings: object) -> None:
        """Take down a call, as a hook of the `requests` library."""
        if self._folder:
            asked, s = response.request, response.elapsed.total_seconds()
            path, _, query = re.sub(r"^/v[\d.]+(?=/)", "", asked.path_url).partition("?")
            answer = response.json() if _TELLING.match(path) and response.ok else None
            body = json.loads(asked.body) if asked.body else None
            began, status = time.time() - s, response.status_code
            self._add(Called(AT_WORK.get(), began, s, asked.method, path, query, body, status, answer, LANE.get()))

    def asked(self, container: str, ask: dict[str, Any], answer: dict[str, Any], s: float) -> None:
        """Take down a request to an agent, and its answer."""
        if self._folder:
            self._add(Asked(AT_WORK.get(), time.time() - s, s, container, ask, answer, LANE.get()))

    def nonce(self, nonce: str) -> str:
        """Take down what was made up for this grade alone, so that whoever repeats it makes up something else."""
        self.nonces.append(nonce)
        return nonce

    def _add(self, entry: Entry) -> None:
        with self._lock:
            self.entries.append(entry)

    def _copied(self, folder: Path) -> str:
        assert self._folder
        place = f"{CONTEXTS}/{next(self._numbers)}"
        shutil.copytree(folder, self._folder / place, symlinks=True)
        return place


def _passing(word: str) -> Path | None:
    """The folder that goes with the grade, where a word of a command names one, or the Dockerfile in one."""
    path = Path(word.removeprefix(FILE))
    if not path.is_relative_to(tempfile.gettempdir()):
        return None
    return path if path.is_dir() else path.parent if word.startswith(FILE) and path.is_file() else None
