"""A watch at a terminal, on an engine: files are saved, keys pressed, verdicts change, and nothing is left of it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sentinel_grader import pristine
from sentinel_grader.observe.dockerfile import ALERTER, DOCKERFILE
from sentinel_grader.observe.leftovers import LABEL
from sentinel_grader.paths import ROOT
from sentinel_grader.watching.played import Played
from sentinel_grader.watching.screen import KEYS

pytestmark = [pytest.mark.engine, pytest.mark.timeout(900)]
#: Whose packages are installed before the code comes in: so a build of it is quick.
SOLUTION = ROOT / DOCKERFILE.replace("/exercises/", "/solutions/")
WAITING = " · ".join(f"{key} {what}" for key, what in KEYS.items())


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    pristine.lay(tmp_path / "checkout", solved=False)
    return tmp_path / "checkout"


@pytest.fixture
def watch(checkout: Path, tmp_path: Path) -> Callable[..., Played]:
    def played(*words: str, **environment: str) -> Played:
        command = [sys.executable, "-m", "sentinel_grader", "watch", *words, "--submission", str(checkout)]
        return Played(command, folder=ROOT, environment={"SENTINEL_STATE": str(tmp_path / "state"), **environment})

    return played


@pytest.fixture(autouse=True)
def nothing_is_left(tmp_path: Path) -> Iterator[None]:
    yield
    assert [run for run in runs(tmp_path) if objects_of(run)] == [], "a run left something on the engine"
    assert not list((tmp_path / "state" / "scratch").iterdir()), "a folder is left"


def runs(tmp_path: Path) -> list[str]:
    """The runs under way, by what they call themselves on the engine."""
    folder = tmp_path / "state" / "runs"
    return [path.name.partition(".")[2] for path in folder.iterdir()] if folder.is_dir() else []


def objects_of(run: str, *, kinds: int = 3) -> list[str]:
    """What is on the engine of a run: its containers, networks and volumes, or the first of these kinds."""
    found = list[str]()
    for kind in (["ps", "--all"], ["network", "ls"], ["volume", "ls"])[:kinds]:
        command = ["docker", *kind, "--quiet", "--filter", f"label={LABEL}={run}"]
        found += subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    return found


def begun(played: Played, tmp_path: Path) -> str:
    """The run under way, once it has a container on the engine."""
    until = time.monotonic() + 300
    while time.monotonic() < until:
        played.rest(0.05)  # it would wait for somebody to read what it prints
        for run in runs(tmp_path):
            if objects_of(run, kinds=1):
                return run
    raise AssertionError(f"no grade began: {played.text}")


def test_verdicts_follow_what_is_saved_and_ctrl_c_leaves_nothing(
    checkout: Path, tmp_path: Path, watch: Callable[..., Played]
) -> None:
    dockerfile = checkout / DOCKERFILE
    with watch("1.1") as played:
        played.wait_for(WAITING)
        assert "✗ m1.builds" in played.text
        played.type("t")
        played.wait_for("Only task 1.1")

        said = len(played.text)
        shutil.copyfile(SOLUTION, dockerfile)
        played.wait_for("13 of 13 points: passed", after=said)
        assert "Dockerfile was saved: grading task 1.1, A first image" in played.text[said:]
        played.wait_for(WAITING, after=said)

        said = len(played.text)
        right = dockerfile.read_text()
        dockerfile.write_text(right.replace('CMD ["python", "-m", "alerter"]', 'CMD ["python", "-m", "alerted"]'))
        played.wait_for(WAITING, after=said)
        assert "✗ m1.starts" in played.text[said:]
        assert "No module named alerted" in played.text[said:]
        played.type("n")
        played.wait_for("m1.starts, hint 1 of 3", after=said)

        said = len(played.text)
        for name in ("requirements.txt", "alerter/rule.py"):
            with (checkout / ALERTER / name).open("a") as file:
                file.write("# mine\n")
            words = f"{Path(name).name} was saved: it was given to you, and the course's own is graded"
            played.wait_for(words, after=said)

        said = len(played.text)
        dockerfile.write_text(right + "\n# once more\n")
        run = begun(played, tmp_path)
        dockerfile.write_text(right + "\n# and once more\n")
        played.wait_for("called off", after=said)
        played.wait_for("13 of 13 points: passed", after=said)
        played.wait_for(WAITING, after=said)
        assert objects_of(run) == []

        played.type("g")
        run = begun(played, tmp_path)
        played.type("\x03")
        assert played.end() == 130
    assert "Interrupted." in played.text
    assert objects_of(run) == []


def test_what_a_killed_watch_left_is_gone_with_the_next_one(
    checkout: Path, tmp_path: Path, watch: Callable[..., Played]
) -> None:
    shutil.copyfile(SOLUTION, checkout / DOCKERFILE)
    with watch("1.3") as played:
        run = begun(played, tmp_path)
        played.kill(signal.SIGKILL)
        assert played.end() == -signal.SIGKILL
    assert objects_of(run) != []
    with watch("1.3", NO_COLOR="1") as played:
        played.wait_for("First look")
        played.type("t")
        played.wait_for("12 of 12 points: passed")
        played.wait_for(WAITING)
        assert objects_of(run) == []
        played.type("q")
        assert played.end() == 0
    assert "nothing of it is left" in played.text
    assert "\x1b[3" not in "".join(text for _, text in played.chunks), "a colour"


def test_without_a_terminal_it_is_told_by_lines(checkout: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sentinel_grader", "watch", "--submission", str(checkout)]
    done = subprocess.run(
        command,
        input="next\nquit\n",
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "SENTINEL_STATE": str(tmp_path / "state"), "COLUMNS": "80"},
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout
    assert "hint 1 of 3" in done.stdout
    assert "grading task 1.1, A first image" in done.stdout
