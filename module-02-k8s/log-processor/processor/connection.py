"""The connection to Redis."""

from __future__ import annotations

from typing import Any

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from processor.settings import Settings, SettingsError

#: What a command raises where Redis is away, too slow, or refuses.
REDIS_FAILED = (RedisError, OSError)


def connect(settings: Settings) -> Redis:
    """A client for the Redis of `settings`. It connects when it is first used, and again whenever it was cut off.

    redis-py tries again by itself, several times, unless told not to: here `persistence` does that, and says so.

    Raises:
        SettingsError: the URL is none.
    """
    patience: dict[str, Any] = {
        "socket_connect_timeout": settings.redis_timeout,
        "socket_timeout": settings.redis_timeout,
        "retry": Retry(NoBackoff(), 0),
    }
    if not settings.redis_url:
        host, port, password = settings.redis_host, settings.redis_port, settings.redis_password or None
        return Redis(host=host, port=port, password=password, **patience)
    try:
        return Redis.from_url(settings.redis_url, **patience)
    except ValueError:  # the URL itself is not repeated: it may hold a password
        raise SettingsError("REDIS_URL must be like redis[s]://[user:password@]host[:port][/database]") from None
