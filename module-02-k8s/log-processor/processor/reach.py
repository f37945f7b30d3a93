"""Whether somebody answers, as the last try told."""

from __future__ import annotations

import logging
import time

_logger = logging.getLogger(__name__)


class Reach:
    """Redis, or the backend. When it is lost and when it is back stands in the log, once, however often it is tried."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.error: str | None = None  # why the last try failed; None: it did not
        self._lost_at = 0.0

    def failed(self, why: str) -> None:
        """A try failed."""
        if self.error is None:
            self._lost_at = time.monotonic()
            _logger.error("%s lost", self.name, extra={"why": why})
        self.error = why

    def answered(self) -> None:
        """A try succeeded."""
        if self.error is not None:
            _logger.info("%s back", self.name, extra={"after_seconds": round(self.lost_for(), 1)})
        self.error = None

    def lost_for(self) -> float:
        """Seconds since it was lost; 0 where it is not."""
        return 0 if self.error is None else time.monotonic() - self._lost_at
