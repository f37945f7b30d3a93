"""Settings come from the environment alone, and the README, .env.example and Compose name all of them truthfully."""

from __future__ import annotations

import dataclasses
import re
import subprocess
import sys
from pathlib import Path

import pytest
from collector.queues.address import RedisAddress
from collector.settings import Settings, SettingsError, environment_names, markdown_table

FOLDER = Path(__file__).parents[1]
MODULE = FOLDER.parent


def test_nothing_set_gives_the_defaults() -> None:
    assert Settings.from_environment({}) == Settings()


def test_an_empty_variable_counts_as_not_set() -> None:
    assert Settings.from_environment(dict.fromkeys(environment_names(), " ")) == Settings()


def test_every_variable_sets_its_field() -> None:
    others = {str: "other", int: "7", float: "7.5", bool: "true"}
    chosen = {"QUEUE_BACKEND": "memory", "LOG_LEVEL": "DEBUG"}
    for field in dataclasses.fields(Settings):
        name = field.name.upper()
        changed = Settings.from_environment({name: chosen.get(name, others[type(field.default)])})
        assert [f.name for f in dataclasses.fields(Settings) if getattr(changed, f.name) != f.default] == [field.name]


@pytest.mark.parametrize(
    ("name", "text"),
    [("PORT", "http"), ("PORT", "0"), ("PORT", "-1"), ("PORT", "1.5"), ("QUEUE_TIMEOUT", "nan"),
     ("QUEUE_TIMEOUT", "inf"), ("MAX_QUEUE_LENGTH", "1e99"), ("ACCESS_LOG", "yes"), ("QUEUE_BACKEND", "kafka"),
     ("LOG_LEVEL", "info")],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_by_name(name: str, text: str) -> None:
    with pytest.raises(SettingsError, match=f"{name} must be .*{re.escape(text)}"):
        Settings.from_environment({name: text})


def test_a_wrong_setting_ends_the_program_before_it_listens() -> None:
    ended = subprocess.run(
        [sys.executable, "main.py", "--serve"],
        cwd=FOLDER,
        env={"PORT": "x"},
        capture_output=True,
        text=True,
        timeout=20,
    )
    assert (ended.returncode, ended.stderr) == (2, "log-collector: PORT must be a whole number above 0, not 'x'\n")


@pytest.mark.parametrize(
    ("url", "address"),
    [("redis://queue", RedisAddress("queue", 6379)),
     ("redis://:p%40ss@queue:1/2", RedisAddress("queue", 1, password="p@ss", database=2)),
     ("rediss://me:pass@[::1]", RedisAddress("::1", 6379, user="me", password="pass", tls=True))],
)  # fmt: skip
def test_a_url_says_all_about_redis(url: str, address: RedisAddress) -> None:
    assert RedisAddress.from_settings(Settings(redis_url=url, redis_host="elsewhere")) == address


@pytest.mark.parametrize("url", ["queue", "http://queue", "redis://", "redis://queue:port", "redis://queue/x"])
def test_a_wrong_url_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(SettingsError, match="REDIS_URL must be like") as caught:
        RedisAddress.from_settings(Settings(redis_url=url))
    assert url not in str(caught.value)


def test_the_readme_holds_the_table_of_settings() -> None:
    text = (MODULE / "README.md").read_text(encoding="utf-8")
    table = text.partition("<!-- settings -->")[2].partition("<!-- /settings -->")[0].strip()
    assert table == markdown_table(), "print the table with `python main.py --settings`"


def test_the_table_of_settings_is_printed() -> None:
    command = [sys.executable, "main.py", "--settings"]
    assert subprocess.run(command, cwd=FOLDER, capture_output=True, text=True).stdout == markdown_table() + "\n"


def test_the_example_environment_holds_every_setting_with_its_default() -> None:
    lines = (MODULE / ".env.example").read_text(encoding="utf-8").splitlines()
    given = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    assert given.pop("SENTINEL_PORT") == str(Settings().port)
    assert list(given) == environment_names()
    defaults = {field.name.upper(): str(field.default) for field in dataclasses.fields(Settings)}
    assert given == {**defaults, "ACCESS_LOG": "false"}
