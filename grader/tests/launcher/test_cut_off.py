"""Whatever cuts an installation off, the next start finishes it; and two at once do not disturb each other."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time

import pytest

from .checkouts import Checkout, load

pytestmark = pytest.mark.install

KILLS = 8


def test_killed_at_any_moment_the_next_start_finishes(new: Checkout) -> None:
    """Every other time what it started is left running, as `kill -9` of one process does."""
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    moments = random.Random(seed)
    for number in range(KILLS):
        process = new.begin("up")
        time.sleep(moments.uniform(0.05, 4))
        if number % 2:
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
        print(f"kill {number + 1}: {process.communicate()[1].strip().splitlines()[-1:]}")
    last = new.start("up")
    assert last.answer["missing"] == [], "no package is half there"
    assert {"flit_core", "h11", "sentinel-grader"} <= set(last.answer["packages"])
    assert {path.name for path in new.root.iterdir()} == {"sentinel", "grader", ".venv"}
    assert not (new.venv / "sentinel.stamp.new").exists()
    assert new.start("up").said == ""


def test_what_a_killed_start_left_running_is_waited_for(new: Checkout) -> None:
    """Else two would write into one .venv."""
    killed = new.begin("up")
    while not (new.venv / "pyvenv.cfg").exists():  # the first command is at work
        time.sleep(0.01)
    killed.kill()
    after = new.begin("up")
    try:
        _wait_for(after, "waiting for it")
    finally:
        for process in (killed, after):
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()


def test_from_the_first_file_that_goes_it_no_longer_counts_as_installed(
    ready: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(_: str) -> None:
        assert not (ready.venv / "sentinel.stamp").exists()
        raise KeyboardInterrupt

    (ready.venv / "bin" / "python").unlink()
    launcher = load(ready.launcher)
    monkeypatch.setattr("shutil.rmtree", killed)
    assert launcher.main(["up"]) == 130


def test_ctrl_c_ends_it_with_one_line(new: Checkout) -> None:
    process = new.begin("up")
    _wait_for(process, "[1/3]")
    time.sleep(0.5)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert said == "sentinel: interrupted. The next start finishes the installation.\n"
    assert not (new.venv / "sentinel.stamp").exists()


def test_of_two_at_once_one_installs_and_the_other_waits(new: Checkout) -> None:
    both = [new.begin("up"), new.begin("up")]
    said = [process.communicate(timeout=120)[1] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    waited, installed = sorted(said, key=len)
    assert waited == "sentinel: another start is setting up .venv: waiting for it\n"
    assert "waiting" not in installed


def _wait_for(process: subprocess.Popen[str], words: str) -> None:
    """Until it has said this."""
    assert process.stderr
    while words not in (said := process.stderr.readline()):
        assert said, f"it ended without {words!r}"
