"""Temporary folders: gone after their block, and with the next grade after a kill."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from sentinel_grader import scratch

_HOLDS = """\
import sys, time
from sentinel_grader import scratch
with scratch.folder("held") as folder:
    (folder / "file").write_text("here")
    print(folder, flush=True)
    time.sleep(60)
"""


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state folder and a folder for temporary files, for the test alone."""
    monkeypatch.setenv("SENTINEL_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    return tmp_path / "tmp"


def test_a_folder_is_gone_after_its_block_also_after_a_mistake(place: Path) -> None:
    def work() -> None:
        with scratch.folder("a") as folder:
            (folder / "deep").mkdir()
            assert folder.parent == place
            assert folder.stat().st_mode & 0o777 == 0o700
            raise RuntimeError

    with pytest.raises(RuntimeError):
        work()
    assert list(place.iterdir()) == []


def test_what_a_killed_grade_left_is_swept_and_nothing_else(place: Path) -> None:
    """Not a folder in use, nor one that only has such a name."""
    (place / "sentinel-held-0123456789ab").mkdir()
    with subprocess.Popen([sys.executable, "-c", _HOLDS], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        held = Path(process.stdout.readline().strip())
        with scratch.folder("ours") as ours:
            scratch.sweep()
            assert (held / "file").exists()
            assert ours.exists()
        process.send_signal(signal.SIGKILL)
    scratch.sweep()
    assert [path.name for path in place.iterdir()] == ["sentinel-held-0123456789ab"]
