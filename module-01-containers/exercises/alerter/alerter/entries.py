"""One log entry, as the log-collector puts it on the queue."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

Level = Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]
#: The levels that count, the worst last.
ERRORS: tuple[Level, ...] = ("ERROR", "CRITICAL")
Name = Annotated[str, Field(min_length=1)]


class Entry(BaseModel):
    """What the alerter reads of an entry; it may hold more."""

    model_config = ConfigDict(frozen=True)

    id: Name
    service_name: Name
    level: Level
    tenant_id: Name = "default"
    timestamp: AwareDatetime = Field(default_factory=lambda: datetime.now(UTC))

    @property
    def is_error(self) -> bool:
        """Whether it counts towards an alert."""
        return self.level in ERRORS
