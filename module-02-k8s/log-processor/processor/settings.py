"""What the environment can set, and nothing else can: https://12factor.net/config.

Each field of `Settings` is one environment variable of the same name in capitals. Its metadata is the text of the
table of `python main.py --settings`, so that the table cannot say something else than the code.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_type_hints
from urllib.parse import urlsplit

_LARGEST = 2**53  # exact in a Lua script in Redis, whose numbers are doubles; it also keeps out "inf"
_MOST_IN_REQUEST = 1_000  # what the backend takes in one


class SettingsError(ValueError):
    """An environment variable that cannot be used; the message names it and what it may be."""


def _setting(default: Any, meaning: str) -> Any:
    return dataclasses.field(default=default, metadata={"meaning": meaning})


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting, with its default. Times are seconds, sizes bytes."""

    host: str = _setting("0.0.0.0", "address to listen on, for health and metrics")
    port: int = _setting(8002, "port to listen on")
    redis_url: str = _setting("", "`redis[s]://[user:password@]host[:port][/db]`; overrides the next three")
    redis_host: str = _setting("localhost", "Redis host")
    redis_port: int = _setting(6379, "Redis port")
    redis_password: str = _setting("", "Redis password; empty: none")
    redis_timeout: float = _setting(2.0, "longest wait for Redis to connect or answer; then it is tried again")
    queue_name: str = _setting("logs_queue", "Redis list that entries are taken from")
    worker_name: str = _setting(
        "", "what this worker is called there: its own, and the same after a restart; empty: host:pid"
    )
    dead_after: float = _setting(10.0, "time without a sign of life after which others take over what a worker held")
    batch_size: int = _setting(500, "most entries in one batch, up to 1000")
    max_batch_bytes: int = _setting(4_000_000, "size of one request to the backend, which takes 4 MiB")
    batch_wait: float = _setting(0.05, "least time from one batch to the next where the first was not full")
    forward_queues: str = _setting("", "Redis lists that get a copy of every delivered entry, with commas between them")
    max_forward_length: int = _setting(100_000, "entries on such a list at which it gets no more")
    dead_queue: str = _setting("logs_dead", "Redis list of entries that cannot be delivered, with the reason")
    max_dead: int = _setting(10_000, "entries on it at which the oldest are dropped")
    backend_url: str = _setting("http://localhost:3000", "where the backend is")
    backend_api_key: str = _setting("", "what is sent to it as `x-api-key`; empty: nothing")
    backend_timeout: float = _setting(10.0, "longest wait for its answer; then the batch is sent again")
    backoff_first: float = _setting(0.1, "longest pause after the first failure; it doubles with each")
    backoff_most: float = _setting(5.0, "longest pause between two tries")
    max_retry_after: float = _setting(60.0, "longest pause that the backend can ask for by `Retry-After`")
    once_timeout: float = _setting(30.0, "`--once` gives up where Redis or the backend is out of reach for so long")
    shutdown_timeout: float = _setting(10.0, "longest time to finish the batch in hand at SIGTERM; then it is put back")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = _setting("INFO", "least level to log")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Settings from environment variables; one that is empty counts as not set.

        Raises:
            SettingsError: a variable holds what its type does not admit, or two do not go together.
        """
        hints = get_type_hints(cls)
        given = {name: environment.get(name.upper(), "").strip() for name in hints}
        settings = cls(**{name: _parse(name, text, hints[name]) for name, text in given.items() if text})
        settings._check()
        return settings

    def _check(self) -> None:
        if self.batch_size > _MOST_IN_REQUEST:
            raise SettingsError(f"BATCH_SIZE must be at most {_MOST_IN_REQUEST}, not {self.batch_size}")
        parts = urlsplit(self.backend_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise SettingsError(f"BACKEND_URL must be like http[s]://host[:port], not {self.backend_url!r}")
        if self.dead_queue == self.queue_name:
            raise SettingsError(f"DEAD_QUEUE must not be QUEUE_NAME, {self.queue_name!r}")
        lists = self.forward_to()
        taken = {self.queue_name, self.dead_queue}
        for number, name in enumerate(lists):
            if name in taken or name in lists[:number] or name.startswith(f"{self.queue_name}:"):
                raise SettingsError(f"FORWARD_QUEUES must name lists of their own, each once, not {name!r}")

    def forward_to(self) -> list[str]:
        """The names in `forward_queues`."""
        return [name for text in self.forward_queues.split(",") if (name := text.strip())]


def _parse(name: str, text: str, kind: Any) -> Any:
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
    """The table of settings."""
    return "\n".join(["| variable | default | meaning |", "| --- | --- | --- |", *_rows()])


def _rows() -> Iterator[str]:
    for field in dataclasses.fields(Settings):
        default = str(field.default)
        yield f"| `{field.name.upper()}` | {f'`{default}`' if default else ''} | {field.metadata['meaning']} |"
