"""Settings come from arguments, else from the environment, else are the defaults; a wrong one is refused by name."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from sentinel_sdk import Sentinel, Settings, SettingsError
from sentinel_sdk.settings import markdown_table

OTHERS = {
    "ingestion_url": ("https://there:1/x", "https://there:1/x"),
    "drop_policy": ("oldest", "oldest"),
    "sample_rate": ("0.5", 0.5),
    "excluded_paths": ("/a, /b", ("/a", "/b")),
}
BY_TYPE: dict[type, tuple[str, Any]] = {str: ("other", "other"), int: ("7", 7), float: ("7.5", 7.5)}


def test_nothing_set_gives_the_defaults_and_empty_counts_as_not_set() -> None:
    names = [f"SENTINEL_{field.name.upper()}" for field in dataclasses.fields(Settings)]
    assert Settings.from_environment({}) == Settings.from_environment(dict.fromkeys(names, " ")) == Settings()


@pytest.mark.parametrize("field", dataclasses.fields(Settings), ids=lambda field: field.name)
def test_every_variable_sets_its_field_and_an_argument_wins(field: dataclasses.Field[Any]) -> None:
    text, value = OTHERS.get(field.name) or BY_TYPE[type(field.default)]
    environment = {f"SENTINEL_{field.name.upper()}": text}
    changed: dict[str, Any] = {field.name: value}
    assert Settings.from_environment(environment) == dataclasses.replace(Settings(), **changed)
    assert Settings.from_environment(environment, **{field.name: field.default}) == Settings()
    assert f"`SENTINEL_{field.name.upper()}`" in markdown_table()


@pytest.mark.parametrize(
    ("name", "text"),
    [("QUEUE_SIZE", "many"), ("QUEUE_SIZE", "0"), ("QUEUE_SIZE", "1.5"), ("TIMEOUT", "nan"), ("TIMEOUT", "inf"),
     ("TIMEOUT", "-1"), ("BATCH_SIZE", "1001"), ("SAMPLE_RATE", "1.1"), ("DROP_POLICY", "all"),
     ("SERVICE_NAME", "x" * 129), ("SERVICE_NAME", "a\0b"), ("DEFAULT_TENANT", "a\nb"), ("API_KEY", "a\r\nb: c")],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_by_name(name: str, text: str) -> None:
    with pytest.raises(SettingsError, match=f"SENTINEL_{name} must be"):
        Settings.from_environment({f"SENTINEL_{name}": text})


@pytest.mark.parametrize(
    "url", ["there:3000", "ftp://there", "http://", "http://there:port", "http://me:secret@there", "http://there?x=1"]
)
def test_a_wrong_url_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(SettingsError, match="SENTINEL_INGESTION_URL must be like") as caught:
        Settings(url)
    assert url not in str(caught.value)


@pytest.mark.parametrize("arguments", [{"queue_size": "7"}, {"queue_size": True}, {"no_such": 1}, {"api_key": "é"}])
def test_a_wrong_argument_is_the_programmers_to_mend(arguments: dict[str, Any]) -> None:
    with pytest.raises(SettingsError):
        Sentinel.from_environment(**arguments)
