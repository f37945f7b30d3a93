"""Settings, as a pydantic model of the environment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError


class SettingsError(ValueError):
    """An environment variable that cannot be used."""


class Settings(BaseModel):
    """Each field is a variable of the same name in capitals."""

    model_config = ConfigDict(frozen=True)

    host: str = "0.0.0.0"
    port: int = Field(8001, ge=1, le=65535)
    redis_url: str = ""
    redis_host: str = "localhost"
    redis_port: int = Field(6379, ge=1, le=65535)
    redis_password: str = ""
    redis_timeout: int = Field(2, ge=1)
    queue_name: str = "logs_queue"
    threshold: int = Field(5, ge=1)
    window_seconds: int = Field(60, ge=1)
    alert_store: Literal["redis"] = "redis"
    max_alerts: int = Field(100_000, ge=1)
    remember_seconds: int = Field(86_400, ge=1)
    shutdown_timeout: int = Field(8, ge=1)
    work_delay_ms: int = Field(0, ge=0)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = "INFO"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        given = {name.lower(): word.strip() for name, word in environment.items() if word.strip()}
        try:
            return cls(**{name: given[name] for name in cls.model_fields if name in given})
        except ValidationError as error:
            raise SettingsError(str(error)) from None


def markdown_table() -> str:
    rows = [f"| `{name.upper()}` | `{field.default}` |" for name, field in Settings.model_fields.items()]
    return "\n".join(["| variable | default |", "| --- | --- |", *rows])
