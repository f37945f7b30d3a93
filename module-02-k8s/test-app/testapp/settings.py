"""What the environment can set: https://12factor.net/config. The SDK's settings are its own, SENTINEL_..."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_type_hints

_LARGEST = 2**31


class SettingsError(ValueError):
    """An environment variable that cannot be used; the message names it and what it may be."""


def _setting(default: Any, meaning: str) -> Any:
    return dataclasses.field(default=default, metadata={"meaning": meaning})


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting, with its default. Times are seconds."""

    host: str = _setting("0.0.0.0", "address to listen on")
    port: int = _setting(4000, "port to listen on")
    longest_delay: float = _setting(5.0, "longest that `/api/v1/slow` may be asked to take; more gets 422")
    shutdown_timeout: float = _setting(10.0, "longest wait for requests in flight at SIGTERM")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = _setting("INFO", "least level to log")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Settings from environment variables; one that is empty counts as not set.

        Raises:
            SettingsError: a variable holds what its type does not admit.
        """
        hints = get_type_hints(cls)
        given = {name: environment.get(name.upper(), "").strip() for name in hints}
        return cls(**{name: _parse(name, text, hints[name]) for name, text in given.items() if text})


def _parse(name: str, text: str, kind: Any) -> Any:
    if choices := get_args(kind):
        if text not in choices:
            raise SettingsError(f"{name.upper()} must be one of {', '.join(choices)}, not {text!r}")
        return text
    return text if kind is str else _number(name, text, kind)


def _number(name: str, text: str, kind: type[int] | type[float]) -> float:
    try:
        number = kind(text)
    except ValueError:
        number = kind(0)
    if not 0 < number <= _LARGEST:
        whole = "whole " if kind is int else ""
        raise SettingsError(f"{name.upper()} must be a {whole}number above 0, not {text!r}")
    return number
