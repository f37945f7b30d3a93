"""What Sentinel started and installed on this machine, so that `down --all` undoes that and nothing else."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from sentinel_grader.paths import state_folder


@dataclass
class Journal:
    """One JSON file in the state folder; read at the start, written after each change."""

    #: Process id of the engine that we started, and its start time in clock ticks since boot, which tells it from a
    #: later process with the same id (field 22 of https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html).
    engine_pid: int | None = None
    engine_started_at: str | None = None
    #: The engine was started through systemd.
    engine_unit: bool = False
    #: Packages that were installed, by name.
    packages: list[str] = field(default_factory=list)
    #: The Docker configuration file that names our plugin folder.
    plugins_config: str | None = None

    @staticmethod
    def _path() -> Path:
        return state_folder() / "journal.json"

    @classmethod
    def read(cls) -> Journal:
        try:
            return cls(**json.loads(cls._path().read_text()))
        except (FileNotFoundError, ValueError, TypeError):
            return cls()

    def write(self) -> None:
        new = self._path().with_suffix(".new")
        new.write_text(json.dumps(asdict(self), indent=2) + "\n")
        new.replace(self._path())
