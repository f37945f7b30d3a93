"""The course in one place: its modules, their tasks, and the checks of each with their points.

A check is one line here and one small function in checks/; everything that shows titles, points or order (`tasks`,
every report, the tests) reads it from here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

#: What a whole module is worth.
MODULE_POINTS = 100


@dataclass(frozen=True)
class CheckInfo:
    """What a check is called and worth. `id` is the name that other tests and hints use; it never changes."""

    id: str
    title: str
    points: int


@dataclass(frozen=True)
class Task:
    """A task of a module. `files` are those that a learner edits for it, inside the module's `exercises/`."""

    number: int
    title: str
    files: tuple[str, ...]
    checks: tuple[CheckInfo, ...]


@dataclass(frozen=True)
class Module:
    number: int
    title: str
    folder: str
    tasks: tuple[Task, ...]


_IMAGE_FILES = ("alerter/Dockerfile", "alerter/.dockerignore")
#: Of the service's code, those that its two flaws are in.
_FLAWED_FILES = ("alerter/alerter/connection.py", "alerter/alerter/queue.py", "alerter/alerter/worker.py")

MODULES = (
    Module(
        1,
        "Containers",
        "module-01-containers",
        (
            Task(
                1,
                "A first image",
                _IMAGE_FILES,
                (
                    CheckInfo("m1.builds", "The image builds from a clean copy", 4),
                    CheckInfo("m1.pinned_base", "Its base is one of the course's, with a version", 2),
                    CheckInfo("m1.starts", "It starts and answers", 3),
                    CheckInfo("m1.alerts", "An error on the queue becomes an alert", 4),
                ),
            ),
            Task(
                2,
                "Multi-stage and small",
                _IMAGE_FILES,
                (
                    CheckInfo("m1.multi_stage", "What runs was made in a builder stage", 3),
                    CheckInfo("m1.no_toolchain", "No compiler, header or package cache in any layer", 3),
                    CheckInfo("m1.size", "At most 45 MB over the base", 3),
                    CheckInfo("m1.size_25", "At most 25 MB over the base", 2),
                    CheckInfo("m1.size_18", "At most 18 MB over the base", 1),
                    CheckInfo("m1.layer_cache", "An edit of the code does not install everything again", 3),
                    CheckInfo("m1.clean_context", "Secrets and junk never reach the engine", 3),
                    CheckInfo("m1.no_secrets", "Nothing secret in any layer", 3),
                ),
            ),
            Task(
                3,
                "Non-root and hardened",
                _IMAGE_FILES,
                (
                    CheckInfo("m1.non_root", "No process runs as root", 4),
                    CheckInfo("m1.numeric_user", "The user is a number", 2),
                    CheckInfo("m1.read_only", "It works with a read-only root and no capabilities", 3),
                    CheckInfo("m1.immutable_app", "It cannot change its own code", 3),
                ),
            ),
            Task(
                4,
                "Signals and health",
                _IMAGE_FILES,
                (
                    CheckInfo("m1.graceful_stop", "Told to stop, it finishes what it has in hand", 4),
                    CheckInfo("m1.health_dependency", "It says so when Redis is away, and when it is back", 4),
                    CheckInfo("m1.health_dead", "Its HEALTHCHECK notices a dead service", 2),
                    CheckInfo("m1.logs", "What it says is in the engine's log at once", 3),
                ),
            ),
            Task(
                5,
                "Compose",
                ("docker-compose.yaml",),
                (
                    CheckInfo("m1.compose_up", "One command brings all up, in order", 3),
                    CheckInfo("m1.log_flow", "Each log becomes one alert", 5),
                    CheckInfo("m1.persistent", "Alerts outlive the containers", 3),
                    CheckInfo("m1.isolated", "Only what must be reachable is", 3),
                    CheckInfo("m1.restarts", "A crash heals", 2),
                    CheckInfo("m1.limits", "What it may take is bounded, and enough", 2),
                ),
            ),
            Task(
                6,
                "Twelve-factor and no loss",
                _FLAWED_FILES,
                (
                    CheckInfo("m1.env_config", "All that it is told, the environment tells it", 3),
                    CheckInfo("m1.degrades", "It outlives its Redis", 3),
                    CheckInfo("m1.no_loss", "An accepted log is never lost", 4),
                ),
            ),
            Task(
                7,
                "Repair a broken stack",
                ("repair/docker-compose.yaml", "repair/ledger/Dockerfile", "repair/prices/Dockerfile"),
                (
                    CheckInfo("m1.repair_host_name", "The shop reaches its queue", 2),
                    CheckInfo("m1.repair_port", "Every service has a door of its own", 1),
                    CheckInfo("m1.repair_volume", "The ledger writes on its volume", 2),
                    CheckInfo("m1.repair_stale_image", "What runs is what was built just now", 2),
                    CheckInfo("m1.repair_memory", "The search has the memory that it needs, and a limit", 2),
                ),
            ),
            Task(
                8,
                "The decision card",
                ("notebook.ipynb",),
                (CheckInfo("m1.decision_card", "The card decides cases that nobody has seen", 4),),
            ),
        ),
    ),
)


class UnknownTarget(Exception):
    """Words that name no module, task or check."""


def checks() -> dict[str, CheckInfo]:
    """Every check by its id, in the course's order."""
    return {check.id: check for module in MODULES for task in module.tasks for check in task.checks}


def task_of(check_id: str) -> tuple[Module, Task]:
    """Where a check belongs."""
    return next((module, task) for module, task, check in _all() if check.id == check_id)


def select(target: str) -> list[str]:
    """The check ids that a target names: `1` a module, `1.3` a task, else a check's id. Raises UnknownTarget."""
    found = [
        check.id
        for module, task, check in _all()
        if target in (str(module.number), f"{module.number}.{task.number}", check.id)
    ]
    if not found:
        tasks = ", ".join(f"{module.number}.{task.number}" for module in MODULES for task in module.tasks)
        raise UnknownTarget(
            f"There is no {target!r}: give a task ({tasks}), a module (1), or a check such as m1.builds."
        )
    return found


def _all() -> Iterator[tuple[Module, Task, CheckInfo]]:
    for module in MODULES:
        for task in module.tasks:
            for check in task.checks:
                yield module, task, check
