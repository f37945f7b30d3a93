"""The one exception that a person gets to read."""

from __future__ import annotations


class Problem(Exception):
    """Something about the machine is in the way: what was seen, and what to do next.

    `what` and `remedy` are full sentences; `remedy` may hold several lines, one command each. The console script
    prints both and exits with status 4.
    """

    def __init__(self, what: str, remedy: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy


class NoEngine(Problem):
    """There is no container engine, and none can be installed from here: `up` falls back to `--embedded`."""
