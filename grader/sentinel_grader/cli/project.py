"""Verbs for the project itself: test, bench."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sentinel_grader.cli.app import INTERRUPTED, Yes, app, prepare
from sentinel_grader.paths import REPORTS


@app.command("test")
def run_tests(
    places: Annotated[list[str] | None, typer.Argument(help="Files or folders of tests; all of them if none.")] = None,
    keyword: Annotated[str, typer.Option("-k", help="Only tests whose name matches, as in pytest.")] = "",
    unit: Annotated[bool, typer.Option("--unit", help="Only what needs no engine: two minutes.")] = False,
    engine: Annotated[bool, typer.Option("--engine", help="Only what needs an engine, lessons among it.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="Also what takes long.")] = False,
    yes: Yes = False,
) -> int:
    """Set up all that is needed and run the project's own tests."""
    if unit and (engine or everything):
        raise typer.BadParameter("--unit leaves out what --engine and --all ask for: give one of them")
    from sentinel_grader import testing

    if not unit:
        prepare(yes)
    if not (unit or engine or places or keyword):
        apart = testing.without_engine(everything=everything)
        first = testing.run(apart, keyword="", places=[], side_by_side=True)
        if first == INTERRUPTED:
            return first
        marks = testing.marks(unit=False, engine=True, everything=everything)
        return testing.run(marks, keyword="", places=[], side_by_side=False) or first
    marks = testing.marks(unit=unit, engine=engine, everything=everything)
    return testing.run(marks, keyword=keyword, places=places or [], side_by_side=unit)


bench = typer.Typer(help="Measure, side by side in one run.", no_args_is_help=True)
app.add_typer(bench, name="bench")


@bench.command()
def ingest(
    json_file: Annotated[Path, typer.Option("--json", help="Where to save the figures.", metavar="FILE")] = REPORTS
    / "bench-ingest.json",
    yes: Yes = False,
) -> int:
    """What one log costs the collector, beside the usual way to write it. Exits 1 over a bound."""
    from sentinel_grader.bench.ingest import ingest as run

    prepare(yes)
    json_file.parent.mkdir(parents=True, exist_ok=True)
    return run(json_file)


@bench.command("grade")
def bench_grade(
    json_file: Annotated[Path, typer.Option("--json", help="Where to save the figures.", metavar="FILE")] = REPORTS
    / "bench-grade.json",
    whole: Annotated[bool, typer.Option("--whole", help="Module 1 whole, and not tasks 1 to 3 of it.")] = False,
    rounds: Annotated[int, typer.Option(help="How often grade and baseline take turns.", min=1)] = 3,
    at_once: Annotated[int, typer.Option(help="Most submissions to grade at once.", min=1, max=4)] = 4,
    yes: Yes = False,
) -> int:
    """A whole grade, beside its own work on the engine one thing after another. Exits 1 over a bound."""
    from sentinel_grader.bench.grade import measure, report

    prepare(yes)
    targets = measure.MODULE if whole else measure.FIRST_TASKS
    return report.grade(json_file, targets, rounds=rounds, most_at_once=at_once)


@bench.command("watch")
def bench_watch(
    json_file: Annotated[Path, typer.Option("--json", help="Where to save the figures.", metavar="FILE")] = REPORTS
    / "bench-watch.json",
    rounds: Annotated[int, typer.Option(help="How often watch and hand take turns.", min=1)] = 3,
    yes: Yes = False,
) -> int:
    """From a save to the verdicts, beside rebuilding and starting again by hand. Exits 1 over a bound."""
    from sentinel_grader.bench.watch import report

    prepare(yes)
    return report.watch(json_file, rounds=rounds)
