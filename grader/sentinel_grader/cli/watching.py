"""The verb that answers as one saves."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sentinel_grader.cli.app import Yes, app, prepare
from sentinel_grader.paths import ROOT


@app.command()
def watch(
    target: Annotated[str | None, typer.Argument(help="Where to begin: a task (1.2); else the first not done.")] = None,
    submission: Annotated[Path, typer.Option(help="A checkout of the course; only its exercises are read.")] = ROOT,
    yes: Yes = False,
) -> int:
    """Judge what depends on a file as you save it, one task after another. Keys: n hint, t, g, q."""
    from sentinel_grader import course

    try:
        course.select(target or "1")
    except course.UnknownTarget as unknown:
        raise typer.BadParameter(str(unknown)) from unknown
    engine = prepare(yes)
    from sentinel_grader.watching import verb

    verb.run(target, submission, engine)
    return 0
