"""What the environment can set, and nothing else can: https://12factor.net/config.

Each field of `Settings` is one environment variable of the same name in capitals. Its metadata is the text of the
table in the module's README and of `python main.py --settings`, so that neither can say something else than the code.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_type_hints

_SHORTEST_TTL = 60  # seconds: the shortest window that can be asked for
_LARGEST = 2**53  # exact in a Lua script in Redis, whose numbers are doubles; it also keeps out "inf"


class SettingsError(ValueError):
    """An environment variable that cannot be used; the message names it and what it may be."""


def _setting(default: Any, meaning: str) -> Any:
    return dataclasses.field(default=default, metadata={"meaning": meaning})


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting, with its default. Times are seconds, sizes bytes."""

    host: str = _setting("0.0.0.0", "address to listen on")
    port: int = _setting(3000, "port to listen on")
    event_storage: str = _setting(
        "redis", "`redis`; `memory` for trying it out without one; or the name of a store that a package brings"
    )
    redis_url: str = _setting("", "`redis[s]://[user:password@]host[:port][/db]`; overrides the next three")
    redis_host: str = _setting("localhost", "Redis host")
    redis_port: int = _setting(6379, "Redis port")
    redis_password: str = _setting("", "Redis password; empty: none")
    store_timeout: float = _setting(2.0, "longest wait for the store to connect or answer; then 503")
    event_ttl_seconds: int = _setting(3600, "how long events are kept and counted, at least 60")
    max_events: int = _setting(200_000, "events that are kept; the oldest make room, and still count")
    max_tenants: int = _setting(1_000, "tenants that are counted apart; further ones count as `(others)`")
    dedupe_seconds: int = _setting(900, "how long an event that comes again is known to have come")
    max_ids: int = _setting(2_000_000, "ids that are known for that; beyond it the oldest are forgotten earlier")
    max_batch_events: int = _setting(1_000, "events in one request; more get 413")
    max_body_bytes: int = _setting(4_194_304, "size of one body; more gets 413")
    max_buffered_bytes: int = _setting(67_108_864, "size of all requests in hand; beyond it new ones get 503")
    body_timeout: float = _setting(10.0, "longest wait for a whole body; then 408")
    retry_after: int = _setting(1, "seconds that a 503 asks its client to wait")
    shutdown_timeout: float = _setting(10.0, "longest wait for requests in flight at SIGTERM")
    api_key: str = _setting("", "what `x-api-key` must hold to add events; empty: no key is asked for")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = _setting("INFO", "least level to log")
    access_log: bool = _setting(False, "`true`: one line for every request")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Settings from environment variables; one that is empty counts as not set.

        Raises:
            SettingsError: a variable holds what its type does not admit.
        """
        hints = get_type_hints(cls)
        given = {name: environment.get(name.upper(), "").strip() for name in hints}
        settings = cls(**{name: _parse(name, text, hints[name]) for name, text in given.items() if text})
        if settings.event_ttl_seconds < _SHORTEST_TTL:
            raise SettingsError(f"EVENT_TTL_SECONDS must be at least {_SHORTEST_TTL}, not {settings.event_ttl_seconds}")
        return settings


def _parse(name: str, text: str, kind: Any) -> Any:
    if kind is bool:
        return _choice(name, text.lower(), ("true", "false")) == "true"
    if choices := get_args(kind):
        return _choice(name, text, choices)
    return text if kind is str else _number(name, text, kind)


def _choice(name: str, text: str, choices: tuple[str, ...]) -> str:
    if text not in choices:
        raise SettingsError(f"{name.upper()} must be one of {', '.join(choices)}, not {text!r}")
    return text


def _number(name: str, text: str, kind: type[int] | type[float]) -> float:
    try:
        number = kind(text)
    except ValueError:
        number = kind(0)
    if not 0 < number <= _LARGEST:
        whole = "whole " if kind is int else ""
        raise SettingsError(f"{name.upper()} must be a {whole}number above 0, not {text!r}")
    return number


def environment_names() -> list[str]:
    """Every environment variable that is read, in the order of the table."""
    return [field.name.upper() for field in dataclasses.fields(Settings)]


def markdown_table() -> str:
    """The table of settings, as the module's README holds it."""
    return "\n".join(["| variable | default | meaning |", "| --- | --- | --- |", *_rows()])


def _rows() -> Iterator[str]:
    for field in dataclasses.fields(Settings):
        default = str(field.default).lower() if isinstance(field.default, bool) else str(field.default)
        yield f"| `{field.name.upper()}` | {f'`{default}`' if default else ''} | {field.metadata['meaning']} |"
