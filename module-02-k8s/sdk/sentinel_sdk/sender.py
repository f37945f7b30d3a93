"""The thread that delivers what the buffer holds: takes batches, posts them, waits when it must.

It is alone with the network: nothing that happens to a connection reaches the application.
"""

from __future__ import annotations

import logging
import threading
import time
from contextlib import suppress
from queue import Empty, SimpleQueue

from sentinel_sdk.answers import Meaning, Verdict, understand
from sentinel_sdk.batches import Batches, joined
from sentinel_sdk.buffer import Buffer
from sentinel_sdk.patience import Patience
from sentinel_sdk.settings import Settings
from sentinel_sdk.transport import Transport, Unreachable

REFUSED = "refused"  # the backend can never take it
TOO_LARGE = "too_large"
UNDELIVERED = "undelivered"  # the backend failed at it too often
INTERNAL = "internal_error"

_logger = logging.getLogger("sentinel_sdk")


class Sender:
    """Delivers until it is told to end. A daemon: it never keeps a process alive."""

    def __init__(self, settings: Settings, buffer: Buffer, batches: Batches, bell: SimpleQueue[None]) -> None:
        self.failed = 0
        self.patience = Patience(settings)
        self._settings = settings
        self._buffer = buffer
        self._batches = batches
        self._bell = bell  # rung when a batch is full, and when somebody is in a hurry
        self._transport = Transport(settings)
        self._hurry = threading.Event()  # cuts one wait short
        self._everything = False  # do not wait for batches to fill
        self._ending = False
        self._well = True
        self.thread = threading.Thread(target=self._run, name="sentinel-sdk", daemon=True)

    def hurry(self) -> None:
        """Send now what waits, if need be by one attempt that is not due yet."""
        self._everything = True
        self._hurry.set()
        self._bell.put(None)

    def end(self) -> None:
        """Give up what it is at and end."""
        self._ending = True
        self._hurry.set()
        self._bell.put(None)

    def _run(self) -> None:
        due = time.monotonic() + self._settings.batch_seconds
        while not self._ending:
            self._wait(due)
            everything = self._everything or time.monotonic() >= due
            self._everything = False
            if everything:
                due = time.monotonic() + self._settings.batch_seconds
            self._hurry.clear()
            try:
                self._deliver_waiting(everything)
            except Exception:  # a mistake in here; the application is not to pay for it
                self._buffer.give_up(INTERNAL)
                self._pause(self._settings.batch_seconds)
        self._transport.close()

    def _wait(self, until: float) -> None:
        try:
            self._bell.get(timeout=max(0.0, until - time.monotonic()))
        except Empty:
            return

    def _deliver_waiting(self, everything: bool) -> None:
        """Deliver full batches; with `everything`, all that waits now.

        Not all that waits then: under load there is always something, and it would go in ever so many small batches.
        """
        left = len(self._buffer) if everything else 0
        while not self._ending and (waiting := len(self._buffer)):
            if waiting < self._settings.batch_size and left <= 0:
                return
            left -= self._settings.batch_size
            self._deliver(self._batches.take())

    def _deliver(self, batch: list[str]) -> None:
        """Post a batch until it is settled, or as much of it as can be; in parts, where it is too much at once."""
        parts = [batch] if batch else []
        attempts = 0
        while parts and not self._ending:
            part = parts.pop()
            verdict = self._attempt(part)
            if verdict is None or verdict.meaning in (Meaning.BUSY, Meaning.BROKEN):
                attempts += verdict is not None and verdict.meaning is Meaning.BROKEN
                if attempts < self._settings.max_attempts:
                    parts.append(part)
                else:
                    self._buffer.settle(len(part), UNDELIVERED)
                    attempts = 0
                wait = self.patience.failed(verdict.retry_after if verdict else None)
                self._buffer.wake_waiting()  # a flush has no use in waiting for an open circuit
                self._pause(wait)
            else:
                parts += self._settle(part, verdict)
                attempts = 0

    def _attempt(self, events: list[str]) -> Verdict | None:
        """Post once; None: there was no answer."""
        reason = "no answer"
        verdict = None
        try:
            answer = self._transport.post(joined(events))
            verdict = understand(answer)
            reason = f"it answered {answer.status}"
        except Unreachable as error:
            reason = str(error)
        if verdict and verdict.meaning is Meaning.TAKEN:
            self._say_well(True, "events are delivered again")
        else:
            self.failed += 1
            self._say_well(False, f"events cannot be delivered to {self._settings.ingestion_url}: {reason}")
        return verdict

    def _settle(self, part: list[str], verdict: Verdict) -> list[list[str]]:
        """Settle what the backend has decided; returns what is to be sent again, in parts."""
        self.patience.succeeded()
        if verdict.meaning is Meaning.TAKEN:
            self._buffer.settle(len(part))
            return []
        if verdict.meaning is Meaning.TOO_LARGE and len(part) > 1:
            half = len(part) // 2
            return [part[half:], part[:half]]
        left = [event for index, event in enumerate(part) if index not in verdict.refused]
        if verdict.meaning is Meaning.REFUSED and len(left) < len(part):
            self._buffer.settle(len(part) - len(left), REFUSED)
            return [left] if left else []
        self._buffer.settle(len(part), TOO_LARGE if verdict.meaning is Meaning.TOO_LARGE else REFUSED)
        return []

    def _pause(self, seconds: float) -> None:
        if not self._ending:
            self._hurry.wait(seconds)
        self._hurry.clear()

    def _say_well(self, well: bool, message: str) -> None:
        """Log a change, once: a backend that is away for a day fills no disk."""
        if well is self._well:
            return
        self._well = well
        with suppress(Exception):  # the application's own handlers
            _logger.log(logging.INFO if well else logging.WARNING, message)
