"""Verbs for who learns: grade, tasks, hint, reset."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import Annotated

import typer
from rich.console import Console

from sentinel_grader.cli.app import AsJson, Yes, app, prepare, print_json
from sentinel_grader.paths import ROOT

Targets = Annotated[list[str], typer.Argument(help="A task (1.2), a module (1) or a check (m1.non_root).")]


def _ids(targets: list[str]) -> list[str]:
    from sentinel_grader import course

    try:
        return list(dict.fromkeys(id_ for target in targets for id_ in course.select(target)))
    except course.UnknownTarget as unknown:
        raise typer.BadParameter(str(unknown)) from unknown


@contextlib.contextmanager
def _loading(module: str) -> Iterator[None]:
    """Load a module during the block: what it waits for others is a tenth of a short grade."""
    loading = Thread(target=import_module, args=[module])
    loading.start()
    try:
        yield
    finally:
        loading.join()


@app.command()
def grade(
    targets: Targets,
    submission: Annotated[Path, typer.Option(help="A checkout of the course; only its exercises are read.")] = ROOT,
    solutions: Annotated[bool, typer.Option("--solutions", help="Grade the course's own solutions.")] = False,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the result.", metavar="FILE")] = None,
    html_file: Annotated[Path | None, typer.Option("--html", help="Write a page.", metavar="FILE")] = None,
    junit_file: Annotated[Path | None, typer.Option("--junit", help="Write JUnit XML.", metavar="FILE")] = None,
    github: Annotated[bool, typer.Option("--github", help="Job summary and annotations, in GitHub Actions.")] = False,
    incomplete_ok: Annotated[
        bool, typer.Option("--incomplete-ok", help="Exit 0, not 2, where nothing failed and something is pending.")
    ] = False,
    only: Annotated[
        bool, typer.Option("--only", help="Only what is named: no look at earlier tasks that a change may have broken.")
    ] = False,
    jobs: Annotated[int, typer.Option(help="Observations at once; 0: twice the processors.", min=0)] = 0,
    verbose: Annotated[bool, typer.Option("--verbose", help="Every observation and its seconds.")] = False,
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave the containers until the next grade, to look at.")
    ] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Observe all anew, reuse nothing.")] = False,
    trace: Annotated[Path | None, typer.Option(help="Write what was done when.", metavar="FOLDER", hidden=True)] = None,
    yes: Yes = False,
) -> int:
    """Grade exercises by what they do. Exits 0 if all passed, 1 if not, 2 if something could not be graded."""
    ids = _ids(targets)
    with _loading("sentinel_grader.grade_verb"):
        engine = prepare(yes)
    from sentinel_grader import grade_verb
    from sentinel_grader.grade_verb import Options, Reports

    reports = Reports(json_file, html_file, junit_file, github)
    options = Options(solutions=solutions, only=only, jobs=jobs, verbose=verbose, keep=keep, fresh=fresh, trace=trace)
    result = grade_verb.run(ids, submission, engine, reports, options)
    return grade_verb.status(result, Console(highlight=False, soft_wrap=True), incomplete_ok=incomplete_ok)


@app.command()
def tasks(as_json: AsJson = False) -> int:
    """Show the tasks, and what is done of them in this checkout."""
    from sentinel_grader import task_verbs

    if as_json:
        print_json(task_verbs.as_json())
    else:
        task_verbs.show(Console(highlight=False, soft_wrap=True))
    return 0


@app.command()
def hint(
    targets: Targets,
    everything: Annotated[bool, typer.Option("--all", help="Show all hints, not only the next one.")] = False,
) -> int:
    """Show the next hint for what has not passed yet."""
    from sentinel_grader import task_verbs

    task_verbs.hint(_ids(targets), Console(highlight=False, soft_wrap=True), everything=everything)
    return 0


@app.command()
def reset(target: Annotated[str, typer.Argument(help="A task, such as 1.2.")]) -> int:
    """Put a task's starter files back; yours are kept beside them."""
    from sentinel_grader import task_verbs

    task_verbs.reset(_ids([target]), Console(highlight=False, soft_wrap=True))
    return 0
