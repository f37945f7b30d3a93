"""Sentinel: what an application holds. Records are put in, a thread of its own takes them out.

Nothing is made before the first record: no thread, no connection. So an application may be loaded before its server
forks, and each of the processes gets a sender of its own.
"""

from __future__ import annotations

import logging
import os
import random
import threading
import time
from queue import SimpleQueue
from typing import Any

from sentinel_sdk import lifecycle
from sentinel_sdk.batches import Batches, BeforeSend
from sentinel_sdk.buffer import Buffer, Stats
from sentinel_sdk.events import Encoder, Record
from sentinel_sdk.sender import INTERNAL, Sender
from sentinel_sdk.settings import Settings, SettingsError

SAMPLED = "sampled"
CLOSED = "closed"
_PAUSE_AFTER_NO_THREAD = 1.0  # seconds: a process that can have no more threads is not asked for one at every request

_logger = logging.getLogger("sentinel_sdk")


class Sentinel:
    """Takes records and delivers them in the background.

    Args:
        before_send: called in the sender's thread with each event; returns it, changed or not, or None: it is dropped.
            One that raises drops the event, too: what it was to remove must not leave.
    """

    def __init__(self, settings: Settings, before_send: BeforeSend | None = None) -> None:
        self.settings = settings
        self.enabled = bool(settings.ingestion_url)
        self.longest_flush = settings.flush_timeout
        self.left_at_exit = settings.flush_timeout  # less what the end of the lifespan has used
        self._before_send = before_send
        self._closed = False
        self._sample_rate = settings.sample_rate
        self._reset()

    @classmethod
    def from_environment(cls, before_send: BeforeSend | None = None, **arguments: Any) -> Sentinel:
        """With settings from arguments, else from the environment (see settings.py).

        An environment that cannot be used is no reason for an application not to start: it is said in the log, and
        nothing is recorded.

        Raises:
            SettingsError: an argument is wrong.
        """
        Settings.from_environment({}, **arguments)
        try:
            return cls(Settings.from_environment(os.environ, **arguments), before_send)
        except SettingsError as error:
            _logger.warning("nothing is recorded: %s", error)
            return cls(Settings(), before_send)

    def _reset(self) -> None:
        """As if nothing had happened yet: at the start, and in a forked child, whose parent sends what was queued."""
        settings = self.settings
        self._bell: SimpleQueue[None] = SimpleQueue()
        self._buffer = Buffer(settings.queue_size, settings.drop_policy == "oldest", settings.batch_size, self._ring)
        self._sender: Sender | None = None
        self._starting = threading.Lock()
        self._no_thread_before = 0.0
        self._random = random.Random()  # not the application's: it may have seeded it, and count on what comes

    def _ring(self) -> None:
        self._bell.put(None)  # never waits, and may come in a signal handler or a finalizer

    def record(self, record: Record, is_error: bool = False) -> None:
        """Queue what is known of a request. Never waits, never raises."""
        try:
            if self._sample_rate < 1 and not is_error and self._random.random() >= self._sample_rate:
                self._buffer.refuse(SAMPLED)
            elif self._closed:
                self._buffer.refuse(CLOSED)
            else:
                self._buffer.put(record)
                if self._sender is None:
                    self._start()
        except Exception:
            self.count_internal_error()

    def count_internal_error(self) -> None:
        """Count a request that could not be recorded."""
        self._buffer.refuse(INTERNAL)

    def _start(self) -> None:
        """Start the sender, unless somebody else is at it or there was no thread to be had a moment ago."""
        if not self._starting.acquire(blocking=False):
            return
        try:
            if self._sender is None and time.monotonic() >= self._no_thread_before:
                self._sender = self._started()
        except RuntimeError:  # "can't start new thread": what is queued stays, within bounds
            self._no_thread_before = time.monotonic() + _PAUSE_AFTER_NO_THREAD
        finally:
            self._starting.release()

    def _started(self) -> Sender:
        settings = self.settings
        encoder = Encoder(settings.service_name, settings.default_tenant)
        batches = Batches(self._buffer, encoder, settings.batch_size, self._before_send)
        sender = Sender(settings, self._buffer, batches, self._bell)
        sender.thread.start()
        lifecycle.remember(self)
        return sender

    def begin_flush(self) -> Flush:
        """Ask for all that is queued to be sent now; returns at once."""
        return Flush(self._buffer, self._sender)

    def flush(self, timeout: float | None = None) -> bool:
        """Send all that is queued, and wait for it.

        Args:
            timeout: seconds, at most; default: the setting `flush_timeout`.

        Returns:
            Whether all that was queued when it began is sent or dropped. It ends early, with False, where the circuit
            is open and one more attempt failed.
        """
        flush = self.begin_flush()
        with self._buffer.changed:
            self._buffer.changed.wait_for(flush.is_over, self.longest_flush if timeout is None else timeout)
        return flush.is_done()

    def stats(self) -> Stats:
        """What became of all that was recorded."""
        if not self.enabled:
            return Stats()
        sender = self._sender
        return (
            self._buffer.stats(sender.failed, sender.patience.circuit_open) if sender else self._buffer.stats(0, False)
        )

    def close(self, timeout: float | None = None) -> bool:
        """Flush and end; from now on, records are dropped. Returns as `flush` does."""
        self._closed = True
        done = self.flush(timeout)
        if self._sender is not None:
            self._sender.end()
        lifecycle.forget(self)
        return done

    def start_again_after_fork(self) -> None:
        """Called in a forked child."""
        self._reset()


class Flush:
    """All that was queued at one moment, on its way."""

    def __init__(self, buffer: Buffer, sender: Sender | None) -> None:
        self._buffer = buffer
        self._sender = sender
        with buffer.changed:
            self._until = buffer.settled + buffer.unsettled()
        self._failed_before = sender.failed if sender else 0
        if sender and not self.is_done():
            sender.hurry()

    def is_done(self) -> bool:
        """Whether all of it is sent or dropped."""
        return self._buffer.settled >= self._until

    def is_over(self) -> bool:
        """Whether it is done, or there is no use in waiting."""
        sender = self._sender
        if sender is None or sender.thread is threading.current_thread() or self.is_done():
            return True
        return sender.patience.circuit_open and sender.failed > self._failed_before
