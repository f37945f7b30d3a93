"""What can be set: by arguments, or by the environment (https://12factor.net/config), or else the default.

Each field of `Settings` is one environment variable: its name in capitals after `SENTINEL_`. Its metadata is the text
of the table that `markdown_table` makes.
"""

from __future__ import annotations

import dataclasses
import math
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_type_hints
from urllib.parse import urlsplit

PREFIX = "SENTINEL_"
_LONGEST_NAME = 128  # of a service or a tenant, as the backend takes it
_LARGEST_BATCH = 1_000  # events in one request, as the backend takes them


class SettingsError(ValueError):
    """A setting that cannot be used; the message names it and what it may be."""


def _setting(default: Any, meaning: str) -> Any:
    return dataclasses.field(default=default, metadata={"meaning": meaning})


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting, with its default. Times are seconds.

    Raises:
        SettingsError: a field holds what it may not.
    """

    ingestion_url: str = _setting("", "Sentinel's backend, `http[s]://host[:port]`; empty: nothing is recorded")
    service_name: str = _setting("unknown-service", "what the application is called in Sentinel")
    api_key: str = _setting("", "sent as `x-api-key`; empty: none")
    default_tenant: str = _setting("default", "tenant of requests without a usable `x-tenant-id`")
    queue_size: int = _setting(10_000, "events that may wait to be sent")
    drop_policy: Literal["newest", "oldest"] = _setting("newest", "what gives way when the queue is full")
    batch_size: int = _setting(100, "events in one request, at most 1000")
    batch_seconds: float = _setting(1.0, "longest wait of an event for its batch to fill")
    timeout: float = _setting(5.0, "longest time for one request to the backend, from connecting to the last byte")
    flush_timeout: float = _setting(2.0, "longest wait for what is queued, when the application ends")
    backoff_seconds: float = _setting(0.5, "wait after a first failure; it doubles with each further one")
    backoff_longest: float = _setting(30.0, "longest such wait")
    max_attempts: int = _setting(8, "times that a batch is sent which the backend answers with an error")
    breaker_failures: int = _setting(5, "failures in a row after which the circuit opens")
    breaker_seconds: float = _setting(15.0, "time between two attempts while the circuit is open")
    sample_rate: float = _setting(1.0, "share of requests that are recorded, 0 to 1; errors always are")
    excluded_paths: tuple[str, ...] = _setting(
        ("/health", "/health/live", "/metrics"), "paths that are not recorded, separated by commas; `,`: none"
    )

    def __post_init__(self) -> None:
        for name, kind in get_type_hints(Settings).items():
            _check(name, getattr(self, name), kind)
        _check_url(self.ingestion_url)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ, **arguments: Any) -> Settings:
        """Arguments where they are given, else environment variables; one that is empty counts as not set.

        Raises:
            SettingsError: one of them holds what it may not, or there is no such setting.
        """
        hints = get_type_hints(cls)
        if unknown := ", ".join(arguments.keys() - hints.keys()):
            raise SettingsError(f"there is no setting {unknown}; there are {', '.join(hints)}")
        given = {name: environment.get(PREFIX + name.upper(), "").strip() for name in hints if name not in arguments}
        read = {name: _parse(name, text, hints[name]) for name, text in given.items() if text}
        return cls(**read, **arguments)


def _parse(name: str, text: str, kind: Any) -> Any:
    if kind == tuple[str, ...]:
        return tuple(part.strip() for part in text.split(",") if part.strip())
    if kind not in (int, float):
        return text
    try:
        return kind(text)
    except ValueError:
        raise _wrong(name, f"a {'whole ' if kind is int else ''}number", text) from None


def _check(name: str, value: Any, kind: Any) -> None:
    if kind in (int, float):
        _check_number(name, value, kind)
    elif choices := [choice for choice in get_args(kind) if isinstance(choice, str)]:
        if value not in choices:
            raise _wrong(name, f"one of {', '.join(choices)}", value)
    elif kind is not str:
        if not isinstance(value, tuple) or not all(isinstance(part, str) for part in value):
            raise _wrong(name, "a tuple of paths", value)
    elif not isinstance(value, str) or not value.isprintable():
        raise _wrong(name, "printable text", value)
    elif name in ("service_name", "default_tenant") and not 0 < len(value) <= _LONGEST_NAME:
        raise _wrong(name, f"1 to {_LONGEST_NAME} characters", value)
    elif name == "api_key" and not value.isascii():
        raise _wrong(name, "ASCII, since it is sent as a header", "another text")  # never repeat a key


def _check_number(name: str, value: Any, kind: type[int] | type[float]) -> None:
    numeric = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if not numeric or (kind is int and not isinstance(value, int)):
        raise _wrong(name, f"a {'whole ' if kind is int else ''}number", value)
    if name == "sample_rate":
        if not 0 <= value <= 1:
            raise _wrong(name, "between 0 and 1", value)
    elif value <= 0:
        raise _wrong(name, "above 0", value)
    elif name == "batch_size" and value > _LARGEST_BATCH:
        raise _wrong(name, f"{_LARGEST_BATCH} at most", value)


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        good = not url or bool(parts.scheme in ("http", "https") and parts.hostname and parts.port != 0)
        good = good and not (parts.username or parts.password or parts.query or parts.fragment) and url.isascii()
    except ValueError:
        good = False
    if not good:  # not repeated: it may hold a password
        raise SettingsError(f"{PREFIX}INGESTION_URL must be like http[s]://host[:port][/path]")


def _wrong(name: str, right: str, seen: object) -> SettingsError:
    return SettingsError(f"{PREFIX}{name.upper()} must be {right}, not {seen!r}")


def markdown_table() -> str:
    """The table of settings, as a README holds it."""
    return "\n".join(["| variable | default | meaning |", "| --- | --- | --- |", *markdown_rows()])


def markdown_rows(**defaults: str) -> Iterator[str]:
    """The rows alone, for an application's own table; `defaults`: what it sets where the environment does not."""
    for field in dataclasses.fields(Settings):
        usual = ",".join(field.default) if isinstance(field.default, tuple) else str(field.default)
        default = defaults.get(field.name, usual)
        yield f"| `{PREFIX}{field.name.upper()}` | {f'`{default}`' if default else ''} | {field.metadata['meaning']} |"
