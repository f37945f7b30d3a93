"""Folders for work in progress, which a later run takes away if an earlier one was killed in the middle."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sentinel_grader.environment import shell
from sentinel_grader.paths import state_folder


def _home() -> Path:
    home = state_folder() / "work"
    home.mkdir(exist_ok=True)
    return home


@contextlib.contextmanager
def folder(purpose: str) -> Iterator[Path]:
    """A fresh folder for the block, removed after it."""
    made = Path(tempfile.mkdtemp(prefix=f"{purpose}-", dir=_home()))
    made.chmod(0o755)  # mmdebstrap and apt drop privileges inside
    try:
        yield made
    finally:
        _remove(made)


def sweep() -> None:
    """Remove what killed runs left. Call it under the machine's lock: then nobody is at work in there."""
    for left in _home().iterdir():
        _remove(left)


@dataclass(frozen=True)
class Remembered:
    """A short text that outlives the run."""

    path: Path

    def text(self) -> str:
        return self.path.read_text() if self.path.exists() else ""

    def write(self, text: str) -> None:
        self.path.write_text(text)


def remembered(name: str) -> Remembered:
    """The text kept under `name` in the state folder; "" before it was first written."""
    return Remembered(state_folder() / name)


def _remove(path: Path) -> None:
    # A root file system in the making has /proc and /sys mounted in it: never delete through a mount.
    with contextlib.suppress(FileNotFoundError):
        mounts = [line.split()[1] for line in Path("/proc/self/mounts").read_text().splitlines()]
        for mount in reversed([mount for mount in mounts if mount.startswith(f"{path}/")]):
            shell.answer(["umount", "--lazy", mount])
    shutil.rmtree(path, ignore_errors=True)
