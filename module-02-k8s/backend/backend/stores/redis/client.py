"""The connection to Redis, and every way in which it fails as one exception."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable
from typing import Any, TypeVar

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from backend.settings import Settings, SettingsError
from backend.stores import StoreUnavailable

T = TypeVar("T")
_logger = logging.getLogger(__name__)


def connect(settings: Settings) -> Redis:
    """A client of REDIS_URL, or else of host, port and password.

    It connects when it is used, and again when it was cut. It never repeats a command by itself: whoever asked is told
    in time, and asks again.

    Raises:
        SettingsError: the URL is none.
    """
    options: dict[str, Any] = {
        "socket_timeout": settings.store_timeout,
        "socket_connect_timeout": settings.store_timeout,
        "retry": Retry(NoBackoff(), 0),
        "protocol": 2,
    }
    if not settings.redis_url:
        password = settings.redis_password or None
        return Redis(host=settings.redis_host, port=settings.redis_port, password=password, **options)
    if not settings.redis_url.startswith(("redis://", "rediss://")):
        raise SettingsError(_URL)
    try:
        return Redis.from_url(settings.redis_url, **options)
    except ValueError:  # the URL itself is not repeated: it may hold a password
        raise SettingsError(_URL) from None


_URL = "REDIS_URL must be like redis[s]://[user:password@]host[:port][/database]"


class Reach:
    """Whether Redis is in reach; logs once that it was lost, and once that it is back."""

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._in_reach = True

    async def ask(self, question: Awaitable[T]) -> T:
        """What `question` comes to, within the timeout.

        It is waited for, and not only cancelled: redis-py 8.1 goes on after some of the cancellations
        that it meets.

        Raises:
            StoreUnavailable: Redis failed, in whatever way.
        """
        asked = asyncio.ensure_future(question)
        asked.add_done_callback(_look_at)
        try:
            done, _ = await asyncio.wait({asked}, timeout=self._timeout)
        finally:
            asked.cancel()  # nothing where it is done
        if not done:
            raise self._lost(f"Redis did not answer within {self._timeout} s")
        try:
            answer = asked.result()
        except (RedisError, OSError) as error:
            raise self._lost(f"Redis: {error}") from error
        if not self._in_reach:
            self._in_reach = True
            _logger.info("store back")
        return answer

    def _lost(self, why: str) -> StoreUnavailable:
        if self._in_reach:
            self._in_reach = False
            _logger.error("store lost", extra={"why": why})
        return StoreUnavailable(why)


def _look_at(asked: asyncio.Future[Any]) -> None:
    """Take note of an error that nobody waits for any more: else asyncio would complain of it."""
    if not asked.cancelled():
        asked.exception()
