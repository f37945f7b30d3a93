"""The program: its verbs' common options, its exit statuses, and words for every expected failure."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape

from sentinel_grader import __version__

if TYPE_CHECKING:
    from sentinel_grader.environment.docker import Engine

app = typer.Typer(
    name="sentinel",
    help="Learn containers, Kubernetes and deployment on one real system, graded by what runs.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

#: Exit statuses besides 0: see README.md.
USAGE, ENVIRONMENT, INTERRUPTED = 3, 4, 130

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs instead of words for people.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before installing what is missing.")]


def main() -> None:
    """Run a verb; turn every expected failure into words and an exit status."""
    from sentinel_grader.environment.problem import Problem
    from sentinel_grader.reports.encoding import be_readable_anywhere

    be_readable_anywhere()
    try:
        status = app(standalone_mode=False)
    except Problem as problem:
        print_problem(problem.what, problem.remedy)
        status = ENVIRONMENT
    except (KeyboardInterrupt, typer.Abort):
        status = INTERRUPTED
    except typer.Exit as ended:  # Typer makes one of Ctrl-C as well
        status = ended.exit_code
    except Exception as error:
        status = _usage(error)
    if status == INTERRUPTED:
        Console(stderr=True).print("Interrupted. Run it again to go on.")
    sys.exit(status if isinstance(status, int) else 0)


def print_problem(what: str, remedy: str) -> None:
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


def print_json(value: object) -> None:
    sys.stdout.write(json.dumps(value, indent=2, default=str) + "\n")


@app.callback(invoke_without_command=True)
def sentinel(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    if version:
        sys.stdout.write(f"sentinel {__version__}\n")
        raise typer.Exit


def prepare(yes: bool) -> Engine:
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
