"""What a grade leaves on the engine: nothing; with `--keep`, or after a kill, until the next one begins."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sentinel_grader.observe.engine import connect
from sentinel_grader.observe.leftovers import LABEL, clear
from sentinel_grader.observe.session import session
from sentinel_grader.observe.stand import stand

pytestmark = [pytest.mark.engine, pytest.mark.timeout(300)]

_WORKS = """\
import sys, time
from pathlib import Path
from sentinel_grader.observe.session import session
from sentinel_grader.observe.stand import stand
with session(Path(sys.argv[1]), {}) as running, stand(running):
    print(running.run, flush=True)
    time.sleep(300)
"""


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SENTINEL_STATE", str(tmp_path / "state"))


def _there(run: str) -> tuple[int, int]:
    """How many containers and networks are there of a run."""
    engine, ours = connect(), {"label": f"{LABEL}={run}"}
    return len(engine.containers.list(all=True, filters=ours)), len(engine.networks.list(filters=ours))


def test_a_stand_is_gone_with_its_session(tmp_path: Path) -> None:
    with session(tmp_path, {}) as running, stand(running):
        assert _there(running.run) == (2, 1)
    assert _there(running.run) == (0, 0)


def test_what_is_kept_stays_until_the_next_grade(tmp_path: Path) -> None:
    with session(tmp_path, {}, keep=True) as running, stand(running):
        pass
    assert _there(running.run) == (2, 1)
    with session(tmp_path, {}):
        assert _there(running.run) == (0, 0)


@pytest.mark.parametrize("by", ["the next grade", "down --all"])
def test_what_a_killed_grade_left_is_removed(tmp_path: Path, by: str) -> None:
    with subprocess.Popen([sys.executable, "-c", _WORKS, str(tmp_path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        run = process.stdout.readline().strip()
        with session(tmp_path, {}):
            assert _there(run) == (2, 1), "a grade that is under way is left alone"
        process.send_signal(signal.SIGKILL)
    assert _there(run) == (2, 1)
    if by == "down --all":
        clear()
    else:
        with session(tmp_path, {}):
            pass
    assert _there(run) == (0, 0)
