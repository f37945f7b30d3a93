"""What a watch says: line by line, on a terminal and in a pipe alike. While a grade runs, reports/live.py shows it."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.text import Text

from sentinel_grader import course, earlier, task_verbs
from sentinel_grader.grading import Grade
from sentinel_grader.judging import CHECKS, Judged
from sentinel_grader.observe.schedule import Event, Moment
from sentinel_grader.reports import changed, reuse, terminal
from sentinel_grader.reports.live import Display
from sentinel_grader.reports.text import shown
from sentinel_grader.result import Overall
from sentinel_grader.watching.plan import Stage

#: The keys, and what each does.
KEYS: Mapping[str, str] = {"n": "next hint", "t": "only this task", "g": "full grade", "q": "quit"}
#: Of files that were saved at once, so many are named.
_NAMED = 3


class Screen:
    """Says what happens in the watch of one submission."""

    def __init__(self, console: Console, submission: Path, *, by_key: bool) -> None:
        self._console, self._submission, self._by_key = console, submission, by_key

    def welcome(self, folders: Sequence[Path]) -> None:
        """What is watched."""
        names = ", ".join(folder.relative_to(self._submission).as_posix() for folder in folders)
        self._say(f"Watching {names}: save a file, and what depends on it is judged again.")

    def grading(self, stage: Stage, why: str) -> None:
        """What begins now."""
        self._console.print()
        self._console.print(Text(f"{time.strftime('%H:%M:%S')}  {why}: grading {stage.words}", "bold"), soft_wrap=True)

    def waiting(self, stage: Stage, *, only: bool) -> None:
        """What is waited for, and what can be typed meanwhile."""
        keys = " · ".join(f"{key} {what}" for key, what in KEYS.items())
        and_enter = "" if self._by_key else " (and Enter)"
        alone = ", and only this one" if only else ""
        self._console.print(f"[dim]Waiting for a save. Now: {escape(stage.words)}{alone}.[/dim]", soft_wrap=True)
        self._console.print(f"{keys}{and_enter}", soft_wrap=True)

    def saved(self, files: Sequence[str], consequence: str) -> None:
        """What was saved, and what comes of it where no grade begins at once."""
        self._say(f"{saved(files)}: {consequence}.")

    def ended(self, graded: Grade, view: View, *, again: bool) -> None:
        """The report of a grade; after an edit, with what stands since nothing that it rests on changed."""
        standing = view.stand if again else 0
        if standing:
            checks = "1 check stands as it was" if standing == 1 else f"{standing} checks stand as they were"
            self._console.print(f"[dim]{checks}.[/dim]")
        if words := reuse.words(view.events):
            self._console.print(f"[dim]{words}[/dim]")
        terminal.render(earlier.with_notes(graded.result, graded.beside), self._console)
        for words in changed.words(graded):
            self._say(words)

    def trouble(self, words: str, *, graded: bool) -> None:
        """Why there is no grade; or why something of one is left."""
        what = "What the grade made could not all be removed" if graded else "Nothing could be graded"
        self._console.print(f"[yellow]·[/yellow] {what}: {escape(words)}.", soft_wrap=True)
        self._say("  g tries once more; ./sentinel doctor says what this machine lacks.")

    def done(self, stage: Stage, then: Stage | None) -> None:
        """A task is right; what is next."""
        what = f"{stage.words[0].upper()}{stage.words[1:]}: done."
        further = f" Next is {then.words}." if then else " That was the last one: all that there is has passed."
        self._console.print(f"[green]✓[/green] {escape(what + further)}", soft_wrap=True)

    def hint(self, stage: Stage) -> None:
        """The next hint for what did not pass."""
        task_verbs.hint(stage.ids, self._console, checkout=self._submission)

    def say(self, words: str) -> None:
        """A sentence."""
        self._say(words)

    def _say(self, words: str) -> None:
        self._console.print(escape(words), soft_wrap=True)

    def view(self, stage: Stage, *, again: bool) -> View:
        """Where a grade shows itself while it runs."""
        return View(self._console, stage, again=again)


class View:
    """A grade while it runs. In one after an edit, a check whose observations all stand is not told of again."""

    def __init__(self, console: Console, stage: Stage, *, again: bool) -> None:
        titles = {id_: course.checks()[id_].title for id_ in stage.ids}
        self._display, self._again = Display(console, titles), again
        self._made, self.events, self.stand = set[str](), list[Event](), 0

    def __enter__(self) -> View:
        self._display.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._display.__exit__(None, None, None)

    def event(self, event: Event) -> None:
        """The listener that a grade wants."""
        if event.moment is Moment.ENDED:
            self._made.add(event.observation)
        if event.moment is not Moment.SAID:
            self.events.append(event)
        self._display.event(event)

    def judged(self, judged: Judged) -> None:
        """A check that is decided."""
        rests_on = {each.name for each in CHECKS.registry.closure(CHECKS[judged.id].observations)}
        if self._again and not rests_on & self._made:
            self.stand += 1
        else:
            self._display.judged(judged)


def saved(files: Sequence[str]) -> str:
    """`Dockerfile was saved`."""
    names = [shown(Path(file).name, most=60, lines=1) for file in files[:_NAMED]]
    more = [f"{len(files) - _NAMED} more"] if len(files) > _NAMED else []
    named = ", ".join(names + more) or "Something"
    return f"{named} {'was' if len(files) < 2 else 'were'} saved"


def is_right(graded: Grade) -> bool:
    """Whether all that was graded passed."""
    return graded.result.verdict is Overall.PASSED
