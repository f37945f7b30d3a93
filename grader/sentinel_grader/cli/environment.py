"""Verbs for what a machine must have: up, down, doctor, bases."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape

from sentinel_grader.cli.app import ENVIRONMENT, AsJson, Yes, app, print_json, print_problem

if TYPE_CHECKING:
    from sentinel_grader.environment.doctor import Finding
    from sentinel_grader.environment.progress import Progress


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
    as_json: AsJson = False,
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
        print_problem(missing.what, missing.remedy)
        progress.say("Until then, the same API without an engine (./sentinel up --embedded):")
        return embedding.run(progress)
    if as_json:
        print_json(asdict(result))
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
    from sentinel_grader import scratch
    from sentinel_grader.environment.docker import Answer, find_engine
    from sentinel_grader.environment.engine import instruction
    from sentinel_grader.environment.locking import machine_lock
    from sentinel_grader.environment.progress import Progress
    from sentinel_grader.environment.stages import down as take_down
    from sentinel_grader.environment.undo import undo_all
    from sentinel_grader.observe import kept

    progress = Progress()
    with machine_lock(progress.say):
        state = find_engine()
        if everything:
            kept.clear(engine=state.engine is not None)  # before the bases, which killed grades may still use
            scratch.sweep()
            undo_all(progress)
            return 0
        if state.answer in (Answer.STOPPED, Answer.ABSENT, Answer.NO_CLIENT):
            progress.say("No engine runs here, so nothing of Sentinel does.")
            return 0
        if state.engine is None:
            raise instruction(state)
        take_down(progress, volumes=volumes)
    return 0


@app.command()
def doctor(as_json: AsJson = False) -> int:
    """Say what this machine has and what to do. Changes nothing."""
    from sentinel_grader.environment.docker import find_engine
    from sentinel_grader.environment.doctor import State, examine
    from sentinel_grader.observe import kept

    findings = [*examine(), kept.finding(engine=find_engine().engine is not None)]
    if as_json:
        print_json([asdict(finding) for finding in findings])
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
    as_json: AsJson = False,
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
        print_json({name: asdict(image) if image else None for name, image in images.items()})
        return
    for name, image in images.items():
        kind = "not here" if image is None else "stand-in" if image.is_stand_in else "official"
        sys.stdout.write(f"{name:<20} {kind:<10} {image.digest[:19] if image else ''}".rstrip() + "\n")
