"""How long to wait before the next attempt: back-off with jitter, and a circuit breaker."""

from __future__ import annotations

import random

from sentinel_sdk.settings import Settings

_LONGEST_RETRY_AFTER = 300.0  # seconds: a header must not silence an application for a day


class Patience:
    """Counts failures in a row.

    The wait doubles with each, up to a bound, and part of it is drawn: or all processes that a backend lost at one
    moment would come back at one moment. After `breaker_failures` the circuit is open: one attempt in
    `breaker_seconds` is all that a backend gets that is down, until one succeeds.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._failures = 0
        self._random = random.SystemRandom()  # not the application's, which it may have seeded: see ids.py

    @property
    def circuit_open(self) -> bool:
        """Whether the backend is hardly tried any more."""
        return self._failures >= self._settings.breaker_failures

    def succeeded(self) -> None:
        """The backend answered as it should."""
        self._failures = 0

    def failed(self, retry_after: float | None = None) -> float:
        """The seconds to wait after one more failure.

        Args:
            retry_after: the wait that the backend asked for; the answer is never less, within reason.
        """
        self._failures += 1
        doubled = self._settings.backoff_seconds * 2.0 ** min(self._failures - 1, 60)
        longest = self._settings.breaker_seconds if self.circuit_open else self._settings.backoff_longest
        wait = longest if self.circuit_open else min(doubled, longest)
        return max(wait * self._random.uniform(0.5, 1.0), min(retry_after or 0.0, _LONGEST_RETRY_AFTER))
