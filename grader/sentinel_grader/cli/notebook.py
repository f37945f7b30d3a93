"""The verb for a lesson's notebook."""

from __future__ import annotations

from typing import Annotated

import typer

from sentinel_grader.cli.app import Yes, app


@app.command()
def notebook(
    module: Annotated[int, typer.Argument(help="The module's number.")] = 1,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open it in a browser.")] = True,
    yes: Yes = False,
) -> int:
    """Open a module's notebook in JupyterLab. Ctrl-C ends it."""
    import contextlib

    from sentinel_grader import course, pristine
    from sentinel_grader.environment import jupyter
    from sentinel_grader.environment.consent import consent
    from sentinel_grader.environment.locking import machine_lock
    from sentinel_grader.environment.progress import Progress
    from sentinel_grader.notebook import opening
    from sentinel_grader.paths import ROOT

    with_notebook = {each.number: each for each in course.MODULES if (ROOT / each.folder / pristine.NOTEBOOK).is_file()}
    if module not in with_notebook:
        raise typer.BadParameter(f"module {module} has no notebook: give {', '.join(map(str, with_notebook))}")
    progress = Progress()
    if not jupyter.is_installed():
        with machine_lock(progress.say):
            jupyter.ensure(progress, consent(progress, yes=yes))
    path, is_new = opening.own_copy(with_notebook[module])
    if is_new:
        progress.say(f"Your own copy is {path.relative_to(ROOT)}; hand it in with your exercises.")
    with contextlib.suppress(KeyboardInterrupt):
        opening.open_notebook(path, progress, browser=browser)
    progress.say("The notebook is closed.")
    return 0
