"""`./sentinel up`: from whatever there is to a stage that runs and has shown that it works."""

from __future__ import annotations

from dataclasses import dataclass

from sentinel_grader.environment import engine, first_log, ports, stages, work
from sentinel_grader.environment.bases import obtain
from sentinel_grader.environment.bases.images import LocalImage
from sentinel_grader.environment.consent import Consent
from sentinel_grader.environment.docker import Engine
from sentinel_grader.environment.locking import machine_lock
from sentinel_grader.environment.progress import Progress
from sentinel_grader.environment.stages import Stage


@dataclass(frozen=True)
class Up:
    """What came of it. `log` is the first log as Redis or the backend has it; "" where all ran already, so that none
    was sent. `backend`: where it is reached from here, as "host:port"."""

    stage: int
    port: int
    changed: bool
    log: str
    backend: str = ""


def prepare(stage: Stage, progress: Progress, consent: Consent) -> tuple[Engine, list[LocalImage]]:
    """Have an engine and the stage's bases. Call it under the machine's lock."""
    work.sweep()
    found = engine.ensure(progress, consent)
    progress.say(f"Engine {found.version} ({found.driver})")
    return found, obtain.ensure(stage.bases, progress)


def up(stage: Stage, progress: Progress, consent: Consent) -> Up:
    """Bring `stage` up. Raises Problem; NoEngine where there is no engine and none to be had."""
    port = ports.chosen()
    with machine_lock(progress.say):
        _, bases = prepare(stage, progress, consent)
        _mention(bases, progress)
        with progress.step("Building the images") as step:
            stages.build(stage, step)
        with progress.step(f"Starting stage {stage.number}") as step:
            changed = stages.start(stage, step)
            step.done_as("all healthy" if changed else "it ran already, nothing changed")
        log = _first_log(stage, progress) if changed else ""
    return Up(stage.number, port, changed, log, stages.address(stage, "backend", 3000) if stage.number > 1 else "")


def _first_log(stage: Stage, progress: Progress) -> str:
    with progress.step("Sending one log through") as step:
        log = first_log.send_through(stage)
        step.done_as("it is in Redis, on logs_queue:" if stage.number == 1 else "the backend has it:")
    progress.say(f"  {log}")
    return log


def _mention(bases: list[LocalImage], progress: Progress) -> None:
    """Say once which bases only stand in: the first time they are used, not at every start."""
    names = [image.name for image in bases if image.is_stand_in]
    marker = work.remembered("stand-ins-mentioned")
    if names and marker.text() != " ".join(names):
        progress.say(
            f"{' and '.join(names)} stand in for the official images: built from Debian packages, with the same names\n"
            "and layout. "
            "Where a registry can be reached, `./sentinel bases --pull` replaces them."
        )
        marker.write(" ".join(names))


def next_steps(result: Up) -> str:
    """The three commands to try next."""
    look, service, lesson = _FURTHER[result.stage]
    return (
        f"\nSentinel, stage {result.stage}, runs. Try:\n"
        f"  {first_log.curl(result.port)}\n"
        f"  {look.format(backend=result.backend)}\n"
        f"  docker compose -p sentinel logs --follow {service}\n"
        f"The lesson: {lesson}/README.md. To end it: ./sentinel down"
    )


#: By stage: where to see what became of a log, the service whose log is worth following, the lesson.
_FURTHER = {
    1: (
        "docker compose -p sentinel exec redis-queue redis-cli lrange logs_queue 0 -1",
        "log-collector",
        "module-01-containers",
    ),
    2: ("curl '{backend}/api/v1/debug/events?window=15'", "log-processor", "module-02-k8s"),
}
