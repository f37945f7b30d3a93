"""Where things lie: the checkout this package was installed from, and the grader's own folders outside it."""

from __future__ import annotations

import os
from pathlib import Path

#: The checkout. The package is always installed in place (`pip install --editable`), so this is its grandparent.
ROOT = Path(__file__).resolve().parents[2]
#: What is written for people to look at; not tracked.
REPORTS = ROOT / "reports"


def state_folder() -> Path:
    """The folder for what must outlive a run: what was started, installed and built. Made on first use.

    `SENTINEL_STATE` overrides it; else it follows https://specifications.freedesktop.org/basedir-spec/latest/.
    """
    named = os.environ.get("SENTINEL_STATE")
    base = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    folder = Path(named) if named else base / "sentinel"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
