"""Edits of one line each, as people make them; each time another one, so that nothing was ever built like it."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_EXERCISES = "module-01-containers/exercises"


@dataclass(frozen=True)
class Edit:
    """An edit of a file below the exercises, and the task whose verdicts tell what came of it. `by_compose`: it is
    Compose that starts it again by hand."""

    name: str
    task: str
    file: str
    change: Callable[[str], str]
    by_compose: bool = False

    def make(self, checkout: Path) -> None:
        """Make it in a checkout."""
        path = checkout / _EXERCISES / self.file
        path.write_text(self.change(path.read_text()))


def _comment(text: str) -> str:
    return f"{text.rstrip()}\n# {secrets.token_hex(4)}\n"


def _variable(text: str) -> str:
    """Another variable, before what is started."""
    before, _, after = text.rpartition("\nCMD ")
    return f"{before}\nENV EDITED={secrets.token_hex(4)}\nCMD {after}"


def _setting(text: str) -> str:
    """Another variable for the alerter."""
    line = "      REDIS_HOST: redis-queue\n"
    return text.replace(line, f"{line}      EDITED_{secrets.token_hex(4)}: x\n")


EDITS = (
    Edit("a Dockerfile line", "1.1", "alerter/Dockerfile", _variable),
    Edit("a requirement", "1.1", "alerter/requirements.txt", _comment),
    Edit("a source line", "1.1", "alerter/alerter/rule.py", _comment),
    Edit("a Compose line", "1.5", "docker-compose.yaml", _setting, by_compose=True),
    Edit("one's own source", "1.6", "alerter/alerter/queue.py", _comment),
)
