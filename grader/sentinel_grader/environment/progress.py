"""Progress for people: one line a step, alive while it runs, and the same words in a pipe or a CI log."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.markup import escape

#: In a pipe, a step that takes longer than this many seconds says that it is still at work, and on what.
HEARTBEAT = 10.0


class Step:
    """What is being done now. `note` shows where it stands; `done_as` is the sentence that stays."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.latest = ""
        self.result = ""

    def note(self, line: str) -> None:
        self.latest = line

    def done_as(self, result: str) -> None:
        self.result = result


class Progress:
    """Steps on a console: a spinner on a terminal, plain lines elsewhere."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(stderr=True, highlight=False, soft_wrap=True)

    def say(self, line: str) -> None:
        self.console.print(escape(line))

    @contextlib.contextmanager
    def step(self, title: str) -> Iterator[Step]:
        """Show `title` while the block runs, then what became of it, with its seconds."""
        step, started = Step(title), time.monotonic()
        shown = self._spinner(step, started) if self.console.is_terminal else self._heartbeat(step, started)
        try:
            with shown:
                yield step
        except BaseException:
            self.console.print(f"[red]✗[/red] {escape(title)}")
            raise
        seconds = time.monotonic() - started
        text = f"{title}: {step.result}" if step.result else title
        self.console.print(
            f"[green]✓[/green] {escape(text)}" + (f" [dim]({seconds:.1f} s)[/dim]" if seconds >= 1 else "")
        )

    @contextlib.contextmanager
    def _spinner(self, step: Step, started: float) -> Iterator[None]:
        with self.console.status("") as status, _every(0.2) as each:
            each(lambda: status.update(self._line(step, started)))
            yield

    @contextlib.contextmanager
    def _heartbeat(self, step: Step, started: float) -> Iterator[None]:
        with _every(HEARTBEAT) as each:
            each(lambda: self.console.print(f"  … {self._line(step, started)}"))
            yield

    def _line(self, step: Step, started: float) -> str:
        line = f"{step.title} [dim]{time.monotonic() - started:.0f} s[/dim] "
        room = max(10, self.console.width - len(step.title) - 16)
        return line + f"[dim]{escape(step.latest[:room])}[/dim]"


@contextlib.contextmanager
def _every(seconds: float) -> Iterator[Callable[[Callable[[], None]], None]]:
    """Call what is given every so many seconds, in a thread that ends with the block."""
    over = threading.Event()
    threads: list[threading.Thread] = []

    def each(action: Callable[[], None]) -> None:
        def loop() -> None:
            while not over.wait(seconds):
                action()

        threads.append(threading.Thread(target=loop, daemon=True))
        threads[-1].start()

    try:
        yield each
    finally:
        over.set()
        for thread in threads:
            thread.join()
