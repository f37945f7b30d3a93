"""The connection to Redis."""

# TODO 6: Let the environment alone say where Redis is.

from __future__ import annotations

from typing import Any

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from alerter.settings import Settings, SettingsError

#: What a command raises where Redis is away, too slow, or refuses.
REDIS_FAILED = (RedisError, OSError)


def connect(settings: Settings) -> Redis:
    """A client for the Redis of `settings`. It connects when it is first used, and again whenever it was cut off.

    redis-py tries again by itself, several times, unless told not to; who asks for our health must not wait for that.

    Raises:
        SettingsError: the URL is none.
    """
    patience: dict[str, Any] = {
        "socket_connect_timeout": settings.redis_timeout,
        "socket_timeout": settings.redis_timeout,
        "retry": Retry(NoBackoff(), 0),
    }
    if not settings.redis_url:
        return Redis(host=settings.redis_host, port=6379, password=settings.redis_password or None, **patience)
    try:
        return Redis.from_url(settings.redis_url, **patience)
    except ValueError:  # the URL itself is not repeated: it may hold a password
        raise SettingsError("REDIS_URL must be like redis[s]://[user:password@]host[:port][/database]") from None
