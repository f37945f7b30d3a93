"""A grade while it runs: what is being observed and for how long, and each check as soon as it is decided.

On a terminal the lower lines move; in a pipe and in a CI log every line stays: one for each check, and a sign of life
where there is none for long. The same events give the table of `--verbose`.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Mapping
from types import TracebackType

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

from sentinel_grader.environment.progress import HEARTBEAT
from sentinel_grader.judging import Judged
from sentinel_grader.observe.schedule import Event, Moment
from sentinel_grader.reports.terminal import STYLES
from sentinel_grader.reports.text import shown
from sentinel_grader.reports.words import MARKS, NAMES

#: What BuildKit puts before a line: the number of the step, and its seconds.
_STEP = re.compile(r"^#\d+ (?:\d+\.\d+ )?")


class Display:
    """Shows a grade for the length of a `with` block. `titles` are those of the checks that will be decided, by id."""

    def __init__(
        self, console: Console, titles: Mapping[str, str], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._console, self._titles, self._clock = console, titles, clock
        self._running: dict[str, float] = {}
        self._said: dict[str, str] = {}
        self._decided: set[str] = set()
        self._shown: Live | _Heartbeat

    def __enter__(self) -> Display:
        if self._console.is_terminal:
            self._spinner = Spinner("dots")
            self._shown = Live(get_renderable=self._now, console=self._console, refresh_per_second=8, transient=True)
        else:
            self._shown = _Heartbeat(self._say_alive)
        self._shown.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._shown.__exit__(kind, error, trace)
        if self._decided:
            self._console.print()  # what was decided ends here, and the report begins

    def event(self, event: Event) -> None:
        """Take note of an observation's start or end, or what it prints: the listener that `observe` wants."""
        if event.moment is Moment.STARTED:
            self._running[event.observation] = self._clock()
        elif event.moment is Moment.SAID:
            self._said[event.observation] = shown(_STEP.sub("", event.words), most=100, lines=1)
        else:
            self._running.pop(event.observation, None)
            self._said.pop(event.observation, None)

    def judged(self, judged: Judged) -> None:
        """Show a check that is decided, once."""
        if judged.id not in self._decided:
            self._decided.add(judged.id)
            mark = (f"{MARKS[judged.verdict]} ", STYLES[judged.verdict])
            text = shown(self._titles.get(judged.id, ""), most=200, lines=1)
            if judged.rests_on:
                text = f"{NAMES[judged.verdict]}, as {', '.join(judged.rests_on)} did not pass"
            line = Text.assemble(mark, (f"{judged.id:<18}", "bold"), f" {text}")
            self._console.print(line, soft_wrap=True)

    def _now(self) -> RenderableType:
        """The lines that move: how many checks are decided, and what is running."""
        self._spinner.update(text=Text(f"{len(self._decided)} of {len(self._titles)} checks decided"))
        lines = [Text(f"  {line}", "dim", no_wrap=True, overflow="ellipsis") for line in self._lines()]
        return Group(self._spinner, *lines)

    def _lines(self) -> list[str]:
        """What is running, the longest first. A copy, as events come from another thread than this is drawn in."""
        now = self._clock()
        return [
            f"{label(name)} {now - since:.0f} s{f'  {said}' if (said := self._said.get(name)) else ''}"
            for name, since in list(self._running.items())
        ]

    def _say_alive(self) -> None:
        if lines := self._lines():
            self._console.print(Text(f"… {', '.join(lines)}", "dim"), soft_wrap=True)


def label(observation: str) -> str:
    """An observation's name in words."""
    return shown(observation, most=60, lines=1).replace("_", " ")


class _Heartbeat:
    """Calls what it is given every ten seconds for the length of a block, in a thread that ends with it."""

    def __init__(self, beat: Callable[[], None], seconds: float = HEARTBEAT) -> None:
        self._beat, self._seconds, self._over = beat, seconds, threading.Event()
        self._thread = threading.Thread(target=self._loop, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_ended: object) -> None:
        self._over.set()
        self._thread.join()

    def _loop(self) -> None:
        while not self._over.wait(self._seconds):
            self._beat()
