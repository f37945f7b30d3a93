"""`down --all`: away with everything that Sentinel made, started or configured; what it installed is named."""

from __future__ import annotations

from sentinel_grader.environment import engine, plugins, shell
from sentinel_grader.environment.bases.images import STAND_IN
from sentinel_grader.environment.docker import Answer, find_engine
from sentinel_grader.environment.journal import Journal
from sentinel_grader.environment.problem import Problem
from sentinel_grader.environment.progress import Progress
from sentinel_grader.environment.stages import down


def undo_all(progress: Progress) -> None:
    """Remove stages, volumes, images and stand-ins; stop the engine if it is ours; say what stays, and why."""
    if find_engine().answer is Answer.RUNNING:
        down(progress, volumes=True)
        _remove_images(progress)
    engine.stop_ours(progress)
    plugins.remove_ours()
    journal = Journal.read()
    if journal.packages:
        progress.say(
            "Installed by Sentinel and left in place, since other programs may have come to need them:\n"
            f"  apt-get purge --autoremove {' '.join(journal.packages)}"
        )


def _remove_images(progress: Progress) -> None:
    """Our own images and the stand-ins. A base that was pulled is the official one, and stays."""
    names = {name for filter_ in ("reference=sentinel/*", f"label={STAND_IN}") for name in _names(filter_)}
    if not names:
        return
    with progress.step(f"Removing {len(names)} images") as step:
        try:
            shell.run(["docker", "image", "rm", *sorted(names)], deadline=120, on_line=step.note)
        except shell.CommandFailed as failure:
            raise Problem(
                "Not all images could be removed: is a container of yours using one?", str(failure)
            ) from failure
        step.done_as(", ".join(sorted(names)))


def _names(filter_: str) -> list[str]:
    _, out, _ = shell.answer(["docker", "image", "ls", "--filter", filter_, "--format", "{{.Repository}}:{{.Tag}}"])
    return [name for name in out.split() if "<none>" not in name]
