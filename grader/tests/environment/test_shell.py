"""External commands: deadlines, interrupts, and nobody left behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from sentinel_grader.environment import shell
from sentinel_grader.environment.shell import CommandFailed


def _gone(process_id: int, within: float = 5.0) -> bool:
    until = time.monotonic() + within
    while time.monotonic() < until:
        try:
            if psutil.Process(process_id).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.02)
    return False


def test_a_command_s_lines_come_as_it_prints_them() -> None:
    lines: list[str] = []
    out = shell.run(["sh", "-c", "echo one; echo two >&2"], deadline=5, on_line=lines.append)
    assert lines == ["one", "two"]
    assert out == "one\ntwo\n"


def test_a_failure_tells_the_status_and_the_last_lines() -> None:
    with pytest.raises(CommandFailed) as failure:
        shell.run(["sh", "-c", "for i in $(seq 100); do echo line $i; done; exit 7"], deadline=5)
    assert failure.value.status == 7
    assert "line 100" in str(failure.value)
    assert "line 92" not in str(failure.value)


def test_a_command_that_does_not_end_is_ended_with_all_it_started(tmp_path: Path) -> None:
    with pytest.raises(CommandFailed) as failure:
        shell.run(["sh", "-c", f"sleep 60 & echo $! > {tmp_path}/child; wait"], deadline=0.5)
    assert failure.value.status is None
    assert _gone(int((tmp_path / "child").read_text()))


def test_a_command_that_stays_silent_is_given_up_before_its_deadline() -> None:
    started = time.monotonic()
    with pytest.raises(CommandFailed):
        shell.run(["sleep", "60"], deadline=60, first_word=(threading.Event(), 0.3))
    assert time.monotonic() - started < 10


def _talk(said: threading.Event) -> str:
    return shell.run(
        ["sh", "-c", "echo word; sleep 1; echo end"],
        deadline=30,
        first_word=(said, 0.5),
        on_line=lambda _line: said.set(),
    )


def test_a_command_that_spoke_in_time_may_go_on() -> None:
    assert _talk(threading.Event()) == "word\nend\n"


@pytest.mark.skipif(not shutil.which("setpriv"), reason="setpriv (util-linux) is only there on Linux")
def test_a_command_ends_when_we_are_killed(tmp_path: Path) -> None:
    program = f"""
from sentinel_grader.environment import shell
shell.run(["sh", "-c", "echo $$ > {tmp_path}/child; exec sleep 60"], deadline=60)
"""
    ours = subprocess.Popen([sys.executable, "-c", program], env={**os.environ, "SENTINEL_STATE": str(tmp_path)})
    while not (tmp_path / "child").exists() or not (tmp_path / "child").read_text().strip():
        time.sleep(0.02)
    ours.kill()
    ours.wait()
    assert _gone(int((tmp_path / "child").read_text()))


@pytest.mark.parametrize(("finishes", "expected"), [(True, "finished"), (False, "")])
def test_ctrl_c_ends_a_command_unless_it_must_finish(tmp_path: Path, finishes: bool, expected: str) -> None:
    waits = f"while [ ! -e {tmp_path}/go ]; do sleep 0.05; done"
    program = f"""
from sentinel_grader.environment import shell
command = ["sh", "-c", "echo > {tmp_path}/started; {waits}; echo finished > {tmp_path}/result"]
try:
    shell.run(command, deadline=60, finish_on_interrupt={finishes})
except KeyboardInterrupt:
    raise SystemExit(130)
"""
    ours = subprocess.Popen([sys.executable, "-c", program], env={**os.environ, "SENTINEL_STATE": str(tmp_path)})
    while not (tmp_path / "started").exists():
        time.sleep(0.02)
    ours.send_signal(signal.SIGINT)
    if not finishes:
        assert ours.wait(20) == 130
    (tmp_path / "go").touch()
    assert ours.wait(20) == 130
    time.sleep(0 if finishes else 0.5)  # had the command gone on, its result would be there by now
    result = tmp_path / "result"
    assert (result.read_text().strip() if result.exists() else "") == expected


def test_a_question_to_a_program_that_is_not_there() -> None:
    assert shell.answer(["no-such-program-anywhere"])[0] == 127


def test_a_question_that_is_not_answered() -> None:
    assert shell.answer(["sleep", "30"], deadline=0.2)[0] == 124
