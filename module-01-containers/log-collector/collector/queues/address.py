"""Where Redis is, and what to say to it first."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from collector.settings import Settings, SettingsError


@dataclass(frozen=True)
class RedisAddress:
    """Host, port, TLS and the commands that open a connection."""

    host: str
    port: int
    user: str = ""
    password: str = ""
    database: int = 0
    tls: bool = False

    @classmethod
    def from_settings(cls, settings: Settings) -> RedisAddress:
        """`REDIS_URL` where it is set, else host, port and password.

        Raises:
            SettingsError: the URL is none.
        """
        if not settings.redis_url:
            return cls(settings.redis_host, settings.redis_port, password=settings.redis_password)
        try:
            return cls._from_url(settings.redis_url)
        except ValueError:  # the URL itself is not repeated: it may hold a password
            raise SettingsError("REDIS_URL must be like redis[s]://[user:password@]host[:port][/database]") from None

    @classmethod
    def _from_url(cls, url: str) -> RedisAddress:
        parts = urlsplit(url)
        if parts.scheme not in ("redis", "rediss") or not parts.hostname:
            raise ValueError(url)
        return cls(
            host=parts.hostname,
            port=parts.port or 6379,
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            database=int(parts.path.strip("/") or 0),
            tls=parts.scheme == "rediss",
        )

    def ssl_context(self) -> ssl.SSLContext | None:
        """What checks the server's certificate; None without TLS."""
        return ssl.create_default_context() if self.tls else None

    def handshake(self) -> list[tuple[str | int, ...]]:
        """The commands that must succeed before a connection is used."""
        commands: list[tuple[str | int, ...]] = []
        if self.password:
            commands.append(("AUTH", self.user, self.password) if self.user else ("AUTH", self.password))
        if self.database:
            commands.append(("SELECT", self.database))
        return [*commands, ("PING",)]

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"
