"""A grade's trace: when each observation began and ended, when each check was decided, and what the engine was asked.

`./sentinel grade --trace FOLDER` writes it; `bench grade` draws and measures from it.
"""

from __future__ import annotations

import resource
import shutil
import time
from pathlib import Path

import msgspec

from sentinel_grader.judging import Judged
from sentinel_grader.observe.log import CONTEXTS, Entry, Log
from sentinel_grader.observe.schedule import Event, Moment
from sentinel_grader.result import Overall

FILE = "trace.json"


class Span(msgspec.Struct, frozen=True):
    """An observation at work, from when to when (seconds since the epoch); both the same where it was used again."""

    observation: str
    began: float
    ended: float
    reused: bool = False


class Decided(msgspec.Struct, frozen=True):
    """A check, the verdict it came to, and when."""

    check: str
    verdict: str
    at: float


class Trace(msgspec.Struct):
    """A whole grade. Times are seconds since the epoch; `own_s` and `children_s` are processor time."""

    began: float
    ended: float = 0.0
    verdict: str = ""
    own_s: float = 0.0
    children_s: float = 0.0
    spans: list[Span] = []
    decided: list[Decided] = []
    log: list[Entry] = []
    nonces: list[str] = []


class Tracer:
    """Writes a trace into `folder`; None: listens, and writes nothing."""

    def __init__(self, folder: Path | None) -> None:
        if folder:
            shutil.rmtree(folder / CONTEXTS, ignore_errors=True)  # of an earlier one
            folder.mkdir(parents=True, exist_ok=True)
        self._folder, self.log = folder, Log(folder)
        self._trace, self._open = Trace(time.time()), dict[str, float]()

    def event(self, event: Event) -> None:
        """Take down an observation's start or end."""
        now = time.time()
        if event.moment is Moment.STARTED:
            self._open[event.observation] = now
        elif event.moment in (Moment.ENDED, Moment.REUSED):
            began = self._open.pop(event.observation, now)
            self._trace.spans.append(Span(event.observation, began, now, event.moment is Moment.REUSED))

    def judged(self, judged: Judged) -> None:
        """Take down a check's verdict."""
        self._trace.decided.append(Decided(judged.id, judged.verdict.value, time.time()))

    def write(self, verdict: Overall) -> None:
        """Write it all, with the processor time that this process and its children took."""
        if not self._folder:
            return
        own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        trace = self._trace
        trace.ended, trace.verdict = time.time(), verdict.value
        trace.own_s, trace.children_s = own.ru_utime + own.ru_stime, children.ru_utime + children.ru_stime
        trace.log, trace.nonces = self.log.entries, self.log.nonces
        (self._folder / FILE).write_bytes(msgspec.json.format(msgspec.json.encode(trace)))


def read(folder: Path) -> Trace:
    """The trace that a grade left in `folder`. Raises OSError or msgspec.MsgspecError where there is none."""
    return msgspec.json.decode((folder / FILE).read_bytes(), type=Trace)
