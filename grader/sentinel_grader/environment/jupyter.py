"""JupyterLab for the notebooks, in an environment of its own: installed on first use, from its own lock file.

It lies in `.venv/notebook`, so it goes where .venv goes. What is installed is told by a copy of the lock, written last:
whatever cuts an installation off, the next start sees it.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from sentinel_grader.environment import shell
from sentinel_grader.environment.consent import Consent
from sentinel_grader.environment.problem import Problem
from sentinel_grader.environment.progress import Progress
from sentinel_grader.paths import ROOT

FOLDER = ROOT / ".venv" / "notebook"
LOCK = ROOT / "grader" / "requirements-notebook.lock"
#: Seconds that it may take: pip itself gives up on what does not answer long before.
_DEADLINE = 1800.0
_PIP = ("-I", "-u", "-m", "pip", "install", "--no-input", "--no-user", "--disable-pip-version-check")


def python() -> Path:
    """The environment's Python."""
    return FOLDER / "bin" / "python"


def is_installed() -> bool:
    stamp = _stamp_file()
    return stamp.is_file() and stamp.read_bytes() == _stamp() and python().exists()


def ensure(progress: Progress, consent: Consent) -> None:
    """Have JupyterLab. Raises Problem where it is declined, or cannot be installed."""
    if is_installed():
        return
    number = sum("==" in line for line in LOCK.read_text().splitlines())
    offer = f"The notebook needs JupyterLab: {number} packages, about 260 MB, into .venv/notebook of this folder. "
    if not consent(f"{offer}Nothing else on this machine changes."):
        raise Problem(
            "JupyterLab is not installed, so there is no notebook to open.",
            "Run it again, or read module-01-containers/notebook.ipynb where you like: in an editor, or on GitHub.",
        )
    try:
        _install(progress, number)
    except shell.CommandFailed as failed:
        raise Problem(
            f"JupyterLab could not be installed: {failed}",
            "pip says why in the lines above; where it could not reach its index, mend that and run it again.",
        ) from failed


def _install(progress: Progress, number: int) -> None:
    _stamp_file().unlink(missing_ok=True)
    shutil.rmtree(FOLDER, ignore_errors=True)  # pip would take half a package for a whole one
    with progress.step("Making an environment for JupyterLab"):
        shell.run([sys.executable, "-I", "-m", "venv", str(FOLDER)], deadline=_DEADLINE)
    with progress.step(f"Installing {number} packages") as step:
        shell.run(
            [str(python()), *_PIP, "--progress-bar", "off", "--require-hashes", "-r", str(LOCK)],
            deadline=_DEADLINE,
            on_line=step.note,
        )
    _stamp_file().write_bytes(_stamp())


def _stamp_file() -> Path:
    return FOLDER / "sentinel.stamp"


def _stamp() -> bytes:
    """What makes it stale when it changes: where it lies, its Python, its packages."""
    return f"{FOLDER}\n{sys.version}\n".encode() + LOCK.read_bytes()
