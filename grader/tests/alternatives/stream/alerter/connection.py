"""The connection to Redis: the environment is asked where it is needed."""

from __future__ import annotations

import os

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from alerter.settings import Settings, SettingsError

REDIS_FAILED = (RedisError, OSError)


def connect(settings: Settings) -> Redis:
    patience = {
        "socket_connect_timeout": settings.redis_timeout,
        "socket_timeout": settings.redis_timeout,
        "retry": Retry(NoBackoff(), 0),
    }
    url = os.environ.get("REDIS_URL", "").strip()
    if not url:
        host, port = os.environ.get("REDIS_HOST") or "localhost", os.environ.get("REDIS_PORT") or "6379"
        return Redis(host=host, port=int(port), password=os.getenv("REDIS_PASSWORD") or None, **patience)
    try:
        return Redis.from_url(url, **patience)
    except ValueError:
        raise SettingsError("REDIS_URL must be like redis[s]://[user:password@]host[:port][/database]") from None
