"""The commands of the lesson by which learners look at their own image work, in the order in which they stand there."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from sentinel_grader.paths import ROOT

from .exercises import SOLUTION, System, assemble, docker
from .lessons import read

README = ROOT / "module-01-containers" / "README.md"
NETWORK = "sentinel_sentinel-net"
UP = "docker compose up "
#: What makes a block another test's: the grader, a port of this machine, more of Compose than a Redis can stand in for.
OTHERS = r"\./sentinel|curl|docker compose (?!up |stop redis-queue|exec redis-queue)"


def shown_by_task() -> dict[str, list[str]]:
    """By the task's number, the blocks that the lesson only shows."""
    tasks = README.read_text(encoding="utf-8").partition("## Exercises")[2].split("\n### Task ")[1:]
    return {task[0]: [block.command for block in read(task) if block.shown_only] for task in tasks}


@pytest.mark.parametrize("task", shown_by_task())
def test_a_task_brings_the_stage_up_before_it_starts_anything_beside_it(task: str) -> None:
    """The task before may have been last week's; and what joins a network that is not there never begins."""
    if NETWORK in (typed := "".join(shown_by_task()[task])):
        assert UP in typed.partition(NETWORK)[0]


def looks() -> list[str]:
    """The blocks of the lesson by which learners look at their own image."""
    return [block for blocks in shown_by_task().values() for block in blocks if not re.search(OTHERS, block)]


def beside(system: System, block: str, mine: str) -> str:
    """A block as it is typed where `system` stands in for the stage, and a learner's container has the name `mine`."""
    block = re.sub(rf"^{UP}.*$", f"docker start {system.redis_container}", block, flags=re.MULTILINE)
    block = re.sub(r"docker compose (stop|exec) redis-queue", rf"docker \1 {system.redis_container}", block)
    block = block.replace("--publish 127.0.0.1:8001:8001 ", "")
    return block.replace("my-alerter", mine).replace(NETWORK, system.run)


@pytest.mark.engine
@pytest.mark.timeout(500)
def test_the_commands_by_which_to_look_work_on_a_finished_image(tmp_path: Path) -> None:
    assemble(tmp_path / "exercises" / "alerter", SOLUTION, mended=True)
    with System() as system:
        mine = f"{system.run}-mine"
        script = "".join(beside(system, block, mine) for block in looks())
        try:
            done = subprocess.run(
                ["bash", "-e"], input=script, cwd=tmp_path, capture_output=True, text=True, timeout=400
            )
        finally:
            docker("rm", "--force", "--volumes", mine, f"{mine}-look", check=False)
            docker("image", "rm", "--force", mine, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "user: 10001:10001" in done.stdout
    seen_by_the_engine = done.stdout.splitlines()
    assert "alerter/BUILD" in seen_by_the_engine
    assert "alerter/.env" not in seen_by_the_engine
    assert re.search(r'"alert raised".*"in-hand-\d+"', done.stdout), done.stdout
