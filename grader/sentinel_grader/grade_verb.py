"""`./sentinel grade`: the live display, the grade, the reports."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from sentinel_grader import course, earlier, pristine, scratch
from sentinel_grader.environment.docker import Engine
from sentinel_grader.environment.problem import Problem
from sentinel_grader.grading import Grade, grade
from sentinel_grader.judging import Judged
from sentinel_grader.observe import build_logs
from sentinel_grader.observe.leftovers import LABEL
from sentinel_grader.observe.outcome import OursError, SubmissionFault
from sentinel_grader.observe.schedule import Event, Moment
from sentinel_grader.observe.store import Store
from sentinel_grader.reports import changed, github, html, json, junit, reuse, terminal, verbose
from sentinel_grader.reports.live import Display
from sentinel_grader.result import EXIT, Overall, Result, Verdict
from sentinel_grader.tracing import Tracer


@dataclass(frozen=True)
class Reports:
    """Where to write what; None for what was not asked for."""

    json: Path | None = None
    html: Path | None = None
    junit: Path | None = None
    github: bool = False

    def write(self, result: Result) -> None:
        for path, writer in ((self.json, json.write), (self.html, html.write), (self.junit, junit.write)):
            if path:
                path.parent.mkdir(parents=True, exist_ok=True)
                writer(result, path)
        if self.github:
            github.report(result, sys.stdout, os.environ)


@dataclass(frozen=True)
class Options:
    """How to grade. `solutions`: the course's own, not the submission. `only`: no look at what passed before. `keep`:
    leave the containers until the next grade. `fresh`: nothing that was recorded before is used, nor is this; so it is
    with `keep`, since what was recorded before has no container. `jobs`: observations at once, 0 for twice the
    processors. `trace`: where to write what was done when."""

    solutions: bool = False
    only: bool = False
    jobs: int = 0
    verbose: bool = False
    keep: bool = False
    fresh: bool = False
    trace: Path | None = None

    def store(self) -> Store:
        return Store(None) if self.fresh or self.keep else Store.default()


def run(ids: list[str], submission: Path, engine: Engine, reports: Reports, options: Options) -> Result:
    """Grade, show and write."""
    console, tracer = Console(highlight=False), Tracer(options.trace)
    with _submission(submission, options.solutions) as checkout:
        graded, events = _graded(ids, checkout, engine, console, options, tracer)
    result = earlier.with_notes(graded.result, graded.beside)
    _show(graded, result, events, console, options)
    reports.write(result)
    if not options.solutions:
        earlier.remember(result, graded.beside, graded.contents, submission)
    tracer.write(result.verdict)
    return result


def status(result: Result, console: Console, *, incomplete_ok: bool) -> int:
    """The exit status; with `incomplete_ok`, what is pending is no failure of the job that grades, which is said."""
    if not incomplete_ok or result.verdict is not Overall.INCOMPLETE:
        return EXIT[result.verdict]
    failed = any(check.verdict is Verdict.FAILED for check in result.checks)
    mapped = EXIT[Overall.FAILED if failed else Overall.PASSED]
    console.print(f"Exit status {mapped}, not {EXIT[Overall.INCOMPLETE]}: what is pending counts as no failure here.")
    return mapped


@contextlib.contextmanager
def _submission(named: Path, solutions: bool) -> Iterator[Path]:
    """The checkout to grade; for the solutions, the starters with the solutions laid over them."""
    if not solutions:
        if not named.is_dir():
            raise Problem(f"There is no folder {named}.", "Give a checkout of the course: --submission DIR")
        yield named
        return
    with scratch.folder("solutions") as folder:
        pristine.lay(folder, solved=True)
        yield folder


def _graded(
    ids: list[str], checkout: Path, engine: Engine, console: Console, options: Options, tracer: Tracer
) -> tuple[Grade, list[Event]]:
    events = list[Event]()
    titles = {id_: course.checks()[id_].title for id_ in ids}
    with Display(console, titles) as display:

        def heard(event: Event) -> None:
            if event.moment is not Moment.SAID:
                events.append(event)
            tracer.event(event)
            display.event(event)

        def decided(judged: Judged) -> None:
            tracer.judged(judged)
            display.judged(judged)

        try:
            graded = grade(
                ids,
                checkout,
                engine,
                jobs=options.jobs,
                keep=options.keep,
                store=options.store(),
                listener=heard,
                decided=decided,
                log=tracer.log,
                beside=earlier.beside((), checkout)
                if options.only or options.solutions
                else earlier.beside(ids, checkout),
            )
        except OursError as ours:
            raise Problem(f"Nothing could be graded: {ours}.", "./sentinel doctor") from ours
    return graded, events


def _show(graded: Grade, result: Result, events: list[Event], console: Console, options: Options) -> None:
    for words in () if options.solutions else changed.words(graded):
        console.print(f"[yellow]·[/yellow] {escape(words)}", soft_wrap=True)
    if again := reuse.words(events):
        console.print(f"[dim]{again}[/dim]\n", soft_wrap=True)
    if besides := earlier.words(graded.beside):
        console.print(f"[dim]{besides}[/dim]\n", soft_wrap=True)
    terminal.render(result, console)
    for outcome in graded.outcomes.values():
        if isinstance(outcome, SubmissionFault) and (log := build_logs.kept(outcome.log)):
            console.print(f"\nThe whole log of the build:\n  {log}", soft_wrap=True)
    if options.verbose:
        verbose.print_observations(events, graded.outcomes, console)
    if options.keep:
        looking = f"docker ps --all --filter label={LABEL}={graded.run}"
        console.print(
            f"\nThe containers are left for you to look at, until the next grade:\n  {looking}", soft_wrap=True
        )
