"""Settings come from the environment alone."""

from __future__ import annotations

import dataclasses
import re

import pytest

from alerter.settings import Settings, SettingsError, markdown_table

NAMES = [field.name.upper() for field in dataclasses.fields(Settings)]


def test_nothing_set_gives_the_defaults() -> None:
    assert Settings.from_environment({}) == Settings()


def test_an_empty_variable_counts_as_not_set() -> None:
    assert Settings.from_environment(dict.fromkeys(NAMES, " ")) == Settings()


def test_a_variable_sets_the_field_of_its_name() -> None:
    found = Settings.from_environment({"REDIS_HOST": "redis-queue", "THRESHOLD": "1", "WORK_DELAY_MS": "0"})
    assert found == Settings(redis_host="redis-queue", threshold=1, work_delay_ms=0)


@pytest.mark.parametrize(
    ("name", "text"),
    [("PORT", "http"), ("PORT", "0"), ("THRESHOLD", "-1"), ("WINDOW_SECONDS", "1.5"), ("WORK_DELAY_MS", "-1"),
     ("REDIS_TIMEOUT", "1e9"), ("MAX_ALERTS", "99999999999"), ("ALERT_STORE", "paper"), ("LOG_LEVEL", "info")],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_by_name(name: str, text: str) -> None:
    with pytest.raises(SettingsError, match=f"{name} must be .*{re.escape(text)}"):
        Settings.from_environment({name: text})


def test_the_table_holds_every_setting() -> None:
    assert [row.split("`")[1] for row in markdown_table().splitlines()[2:]] == NAMES
