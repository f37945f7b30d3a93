"""The verbs of `./sentinel`. What they do stands elsewhere; here they get their words, options and exit statuses."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape

from sentinel_grader import __version__
from sentinel_grader.paths import REPORTS, ROOT

if TYPE_CHECKING:
    from sentinel_grader.environment.docker import Engine
    from sentinel_grader.environment.doctor import Finding
    from sentinel_grader.environment.progress import Progress

app = typer.Typer(
    name="sentinel",
    help="Learn containers, Kubernetes and deployment on one real system, graded by what runs.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

#: Exit statuses besides 0: see README.md.
USAGE, ENVIRONMENT, INTERRUPTED = 3, 4, 130

Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs instead of words for people.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before installing what is missing.")]


def main() -> None:
    """Run a verb; turn every expected failure into words and an exit status."""
    from sentinel_grader.environment.problem import Problem
    from sentinel_grader.reports.encoding import be_readable_anywhere

    be_readable_anywhere()
    try:
        status = app(standalone_mode=False)
    except Problem as problem:
        _print_problem(problem.what, problem.remedy)
        status = ENVIRONMENT
    except (KeyboardInterrupt, typer.Abort):
        Console(stderr=True).print("Interrupted. Run it again to go on.")
        status = INTERRUPTED
    except typer.Exit as ended:
        status = ended.exit_code
    except Exception as error:
        status = _usage(error)
    sys.exit(status if isinstance(status, int) else 0)


def _print_problem(what: str, remedy: str) -> None:
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    console.print(f"[red]✗[/red] {escape(what)}")
    if remedy:
        console.print(f"  → {escape(remedy.strip())}")


def _usage(error: Exception) -> int:
    """Typer's own complaints about options and arguments, in its own words. Anything else is a bug of ours.

    Typer carries a copy of Click without a public name for Click's exceptions: they are known by their `show`.
    """
    show = getattr(error, "show", None)
    if show is None:
        raise error
    show()
    return USAGE


def _print_json(value: object) -> None:
    sys.stdout.write(json.dumps(value, indent=2, default=str) + "\n")


@app.callback(invoke_without_command=True)
def sentinel(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    if version:
        sys.stdout.write(f"sentinel {__version__}\n")
        raise typer.Exit


def _known_stage(number: int) -> int:
    from sentinel_grader.environment.stages import STAGES

    if number not in STAGES:
        raise typer.BadParameter(f"there is no stage {number}; there is {', '.join(map(str, STAGES))}")
    return number


@app.command()
def up(
    stage: Annotated[int, typer.Argument(help="Which stage of Sentinel.", callback=_known_stage)] = 1,
    embedded: Annotated[bool, typer.Option(help="No engine: one process, its queue in memory.")] = False,
    yes: Yes = False,
    as_json: Json = False,
) -> int:
    """Set up all that is needed and run Sentinel, until `down`."""
    from sentinel_grader.environment import embedded as embedding
    from sentinel_grader.environment import up as upping
    from sentinel_grader.environment.consent import consent
    from sentinel_grader.environment.problem import NoEngine
    from sentinel_grader.environment.progress import Progress
    from sentinel_grader.environment.stages import STAGES

    progress = Progress()
    if embedded:
        return embedding.run(progress)
    try:
        result = upping.up(STAGES[stage], progress, consent(progress, yes=yes))
    except NoEngine as missing:
        _print_problem(missing.what, missing.remedy)
        progress.say("Until then, the same API without an engine (./sentinel up --embedded):")
        return embedding.run(progress)
    if as_json:
        _print_json(asdict(result))
    else:
        progress.say(upping.next_steps(result))
    return 0


@app.command()
def down(
    volumes: Annotated[bool, typer.Option("-v", "--volumes", help="Also remove the data.")] = False,
    everything: Annotated[
        bool, typer.Option("--all", help="Also remove images and stand-ins, and stop what Sentinel started.")
    ] = False,
) -> int:
    """Stop Sentinel. Its data stays, unless -v."""
    from sentinel_grader.environment.docker import Answer, find_engine
    from sentinel_grader.environment.engine import instruction
    from sentinel_grader.environment.locking import machine_lock
    from sentinel_grader.environment.progress import Progress
    from sentinel_grader.environment.stages import STAGES
    from sentinel_grader.environment.stages import down as take_down
    from sentinel_grader.environment.undo import undo_all

    progress = Progress()
    with machine_lock(progress.say):
        if everything:
            undo_all(progress)
            return 0
        state = find_engine()
        if state.answer in (Answer.STOPPED, Answer.ABSENT, Answer.NO_CLIENT):
            progress.say("No engine runs here, so nothing of Sentinel does.")
            return 0
        if state.engine is None:
            raise instruction(state)
        for stage in STAGES.values():
            take_down(stage, progress, volumes=volumes)
    return 0


@app.command()
def doctor(as_json: Json = False) -> int:
    """Say what this machine has and what to do. Changes nothing."""
    from sentinel_grader.environment.doctor import State, examine

    findings = examine()
    if as_json:
        _print_json([asdict(finding) for finding in findings])
    else:
        _print_findings(findings)
    return ENVIRONMENT if any(finding.state is State.WRONG for finding in findings) else 0


def _print_findings(findings: list[Finding]) -> None:
    console = Console(highlight=False, soft_wrap=True)
    marks = {"fine": "[green]✓[/green]", "note": "[yellow]·[/yellow]", "wrong": "[red]✗[/red]"}
    for finding in findings:
        console.print(f"{marks[finding.state.value]} {finding.subject:<9} {escape(finding.seen)}")
        if finding.remedy:
            console.print(f"  {'':<9} → {escape(finding.remedy)}")


@app.command()
def bases(
    pull: Annotated[bool, typer.Option("--pull", help="Replace stand-ins by what a registry has.")] = False,
    source: Annotated[Path | None, typer.Option("--from", help="Take the bases from this tar.", metavar="TAR")] = None,
    save: Annotated[Path | None, typer.Option("--save", help="Write the bases to this tar.", metavar="TAR")] = None,
    show: Annotated[bool, typer.Option("--list", help="Only show which are here.")] = False,
    yes: Yes = False,
    as_json: Json = False,
) -> int:
    """Have the base images: here already, pulled, from a tar, or built from Debian packages.

    With one TAR both to take from and to save to, it is a cache: it need not be there, and is written if it lacks any.
    """
    from sentinel_grader.environment import engine, work
    from sentinel_grader.environment.bases import obtain
    from sentinel_grader.environment.bases.catalogue import recipes
    from sentinel_grader.environment.consent import consent
    from sentinel_grader.environment.locking import machine_lock
    from sentinel_grader.environment.progress import Progress

    progress = Progress()
    if not show:
        with machine_lock(progress.say):
            work.sweep()
            engine.ensure(progress, consent(progress, yes=yes))
            if source and save and source.resolve() == save.resolve() and not pull:
                obtain.keep_in(source, recipes(), progress)
            else:
                _get_bases(source, save, pull, progress)
    _print_bases(as_json)
    return 0


def _get_bases(source: Path | None, save: Path | None, pull: bool, progress: Progress) -> None:
    from sentinel_grader.environment.bases import obtain
    from sentinel_grader.environment.bases.catalogue import recipes

    if source:
        obtain.load(source, progress)
    if pull or not source:
        obtain.ensure(recipes(), progress, pull_again=pull)
    if save:
        obtain.save(save, recipes(), progress)


def _print_bases(as_json: bool) -> None:
    from sentinel_grader.environment.bases.catalogue import recipes
    from sentinel_grader.environment.bases.images import local_image

    images = {name: local_image(name) for name in recipes()}
    if as_json:
        _print_json({name: asdict(image) if image else None for name, image in images.items()})
        return
    for name, image in images.items():
        kind = "not here" if image is None else "stand-in" if image.is_stand_in else "official"
        sys.stdout.write(f"{name:<20} {kind:<10} {image.digest[:19] if image else ''}".rstrip() + "\n")


@app.command("test")
def run_tests(
    places: Annotated[list[str] | None, typer.Argument(help="Files or folders of tests; all of them if none.")] = None,
    keyword: Annotated[str, typer.Option("-k", help="Only tests whose name matches, as in pytest.")] = "",
    unit: Annotated[bool, typer.Option("--unit", help="Only what needs no engine: seconds.")] = False,
    engine: Annotated[bool, typer.Option("--engine", help="Only what needs an engine, lessons among it.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="Also what takes long.")] = False,
    yes: Yes = False,
) -> int:
    """Set up all that is needed and run the project's own tests."""
    if unit and (engine or everything):
        raise typer.BadParameter("--unit leaves out what --engine and --all ask for: give one of them")
    from sentinel_grader import testing

    if not unit:
        _prepare(yes)
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

    _prepare(yes)
    json_file.parent.mkdir(parents=True, exist_ok=True)
    return run(json_file)


@bench.command("grade")
def bench_grade(
    json_file: Annotated[Path, typer.Option("--json", help="Where to save the figures.", metavar="FILE")] = REPORTS
    / "bench-grade.json",
    rounds: Annotated[int, typer.Option(help="How often grade and baseline take turns.", min=1)] = 3,
    at_once: Annotated[int, typer.Option(help="Most submissions to grade at once.", min=1, max=4)] = 4,
    yes: Yes = False,
) -> int:
    """A whole grade, beside its own work on the engine one thing after another. Exits 1 over a bound."""
    from sentinel_grader.bench.grade import report

    _prepare(yes)
    return report.grade(json_file, rounds=rounds, most_at_once=at_once)


def _prepare(yes: bool) -> Engine:
    """Have the engine and the bases that grades, tests and measurements need; the engine that answers."""
    from sentinel_grader.environment import up as upping
    from sentinel_grader.environment.consent import consent
    from sentinel_grader.environment.locking import machine_lock
    from sentinel_grader.environment.progress import Progress
    from sentinel_grader.environment.stages import STAGES

    progress = Progress()
    with machine_lock(progress.say):
        engine, _ = upping.prepare(STAGES[1], progress, consent(progress, yes=yes))
    return engine


# --- grading ----------------------------------------------------------------------------------------------------------

Targets = Annotated[list[str], typer.Argument(help="A task (1.2), a module (1) or a check (m1.non_root).")]


def _ids(targets: list[str]) -> list[str]:
    from sentinel_grader import course

    try:
        return list(dict.fromkeys(id_ for target in targets for id_ in course.select(target)))
    except course.UnknownTarget as unknown:
        raise typer.BadParameter(str(unknown)) from unknown


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
    jobs: Annotated[int, typer.Option(help="Observations at once; 0: twice the processors.", min=0)] = 0,
    verbose: Annotated[bool, typer.Option("--verbose", help="Every observation and its seconds.")] = False,
    keep: Annotated[bool, typer.Option("--keep", help="Leave the containers, to look at.")] = False,
    trace: Annotated[Path | None, typer.Option(help="Write what was done when.", metavar="FOLDER", hidden=True)] = None,
    yes: Yes = False,
) -> int:
    """Grade exercises by what they do. Exits 0 if all passed, 1 if not, 2 if something could not be graded."""
    from sentinel_grader import grade_verb
    from sentinel_grader.grade_verb import Reports

    ids, engine = _ids(targets), _prepare(yes)
    reports = Reports(json_file, html_file, junit_file, github)
    result = grade_verb.run(
        ids, submission, engine, reports, solutions=solutions, jobs=jobs, verbose=verbose, keep=keep, trace=trace
    )
    return grade_verb.status(result, Console(highlight=False, soft_wrap=True), incomplete_ok=incomplete_ok)


@app.command()
def tasks(as_json: Json = False) -> int:
    """Show the tasks, and what is done of them in this checkout."""
    from sentinel_grader import task_verbs

    if as_json:
        _print_json(task_verbs.as_json())
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
