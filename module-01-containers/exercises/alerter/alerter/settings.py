"""What the environment can set, and nothing else can: https://12factor.net/config.

Each field of `Settings` is one environment variable of the same name in capitals. Its metadata is the text of the table
that `python -m alerter --settings` prints, so that the table cannot say something else than the code.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_type_hints

_LARGEST = 1_000_000_000


class SettingsError(ValueError):
    """An environment variable that cannot be used; the message names it and what it may be."""


def _setting(default: Any, meaning: str, *, least: int = 1) -> Any:
    return dataclasses.field(default=default, metadata={"meaning": meaning, "least": least})


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting, with its default. Times are seconds unless the name says otherwise."""

    host: str = _setting("0.0.0.0", "address to listen on")
    port: int = _setting(8001, "port to listen on")
    redis_url: str = _setting("", "`redis[s]://[user:password@]host[:port][/db]`; overrides the next three")
    redis_host: str = _setting("localhost", "Redis host")
    redis_port: int = _setting(6379, "Redis port")
    redis_password: str = _setting("", "Redis password; empty: none")
    redis_timeout: int = _setting(2, "longest wait for Redis to connect or answer")
    queue_name: str = _setting("logs_queue", "Redis list that entries are taken from")
    threshold: int = _setting(5, "errors of one service that make an alert")
    window_seconds: int = _setting(60, "time within which they count together")
    alert_store: Literal["redis"] = _setting("redis", "where alerts are kept")
    max_alerts: int = _setting(100_000, "alerts that are kept, about; the oldest go first")
    remember_seconds: int = _setting(86_400, "time for which an entry that comes again is known")
    shutdown_timeout: int = _setting(8, "longest wait at SIGTERM for what is in hand")
    work_delay_ms: int = _setting(0, "delays the work on each entry and each `GET /alerts`, for tests", least=0)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = _setting("INFO", "least level to log")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Settings from environment variables; one that is empty counts as not set.

        Raises:
            SettingsError: a variable holds what its type does not admit.
        """
        hints = get_type_hints(cls)
        given = {field: environment.get(field.name.upper(), "").strip() for field in dataclasses.fields(cls)}
        return cls(**{field.name: _parse(field, text, hints[field.name]) for field, text in given.items() if text})


def _parse(field: dataclasses.Field[Any], text: str, kind: Any) -> Any:
    name = field.name.upper()
    if choices := get_args(kind):
        return _choice(name, text, choices)
    return _number(name, text, field.metadata["least"]) if kind is int else text


def _choice(name: str, text: str, choices: tuple[str, ...]) -> str:
    if text not in choices:
        raise SettingsError(f"{name} must be one of {', '.join(choices)}, not {text!r}")
    return text


def _number(name: str, text: str, least: int) -> int:
    number = int(text) if text.isascii() and text.isdecimal() else -1
    if not least <= number <= _LARGEST:
        raise SettingsError(f"{name} must be a whole number from {least} on, not {text!r}")
    return number


def markdown_table() -> str:
    """The table of settings."""
    return "\n".join(["| variable | default | meaning |", "| --- | --- | --- |", *_rows()])


def _rows() -> Iterator[str]:
    for field in dataclasses.fields(Settings):
        default = f"`{field.default}`" if field.default != "" else ""
        yield f"| `{field.name.upper()}` | {default} | {field.metadata['meaning']} |"
