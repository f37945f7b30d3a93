"""Settings come from the environment alone, and stores that packages bring are found by name."""

from __future__ import annotations

import dataclasses
import re
import subprocess
import sys
from pathlib import Path

import pytest
from backend.settings import Settings, SettingsError, environment_names, markdown_table
from backend.stores import make_store
from backend.stores.redis.client import connect

FOLDER = Path(__file__).parents[1]


def test_nothing_set_gives_the_defaults() -> None:
    assert Settings.from_environment({}) == Settings()


def test_an_empty_variable_counts_as_not_set() -> None:
    assert Settings.from_environment(dict.fromkeys(environment_names(), " ")) == Settings()


def test_every_variable_sets_its_field() -> None:
    others = {str: "other", int: "77", float: "7.5", bool: "true"}
    for field in dataclasses.fields(Settings):
        name = field.name.upper()
        changed = Settings.from_environment({name: {"LOG_LEVEL": "DEBUG"}.get(name, others[type(field.default)])})
        assert [f.name for f in dataclasses.fields(Settings) if getattr(changed, f.name) != f.default] == [field.name]


@pytest.mark.parametrize(
    ("name", "text"),
    [("PORT", "http"), ("PORT", "0"), ("PORT", "-1"), ("PORT", "1.5"), ("STORE_TIMEOUT", "nan"),
     ("STORE_TIMEOUT", "inf"), ("MAX_EVENTS", "1e99"), ("MAX_TENANTS", "0"), ("ACCESS_LOG", "yes"),
     ("LOG_LEVEL", "info"), ("EVENT_TTL_SECONDS", "59"), ("DEDUPE_SECONDS", "0.5")],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_by_name(name: str, text: str) -> None:
    with pytest.raises(SettingsError, match=f"{name} must be .*{re.escape(text)}"):
        Settings.from_environment({name: text})


@pytest.mark.parametrize(
    ("environment", "said"),
    [({"PORT": "x"}, "PORT must be a whole number above 0, not 'x'"),
     ({"EVENT_STORAGE": "kafka"}, "EVENT_STORAGE must be one of memory, redis, not 'kafka'"),
     ({"REDIS_URL": "http://x"}, "REDIS_URL must be like redis[s]://[user:password@]host[:port][/database]")],
)  # fmt: skip
def test_a_wrong_setting_ends_the_program_before_it_listens(environment: dict[str, str], said: str) -> None:
    command = [sys.executable, "main.py", "--serve"]
    ended = subprocess.run(command, cwd=FOLDER, env=environment, capture_output=True, text=True, timeout=30)
    assert (ended.returncode, ended.stderr) == (2, f"backend: {said}\n")


@pytest.mark.parametrize("url", ["queue", "http://queue", "redis://queue:port", "redis://:secret@queue:x"])
def test_a_wrong_url_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(SettingsError, match="REDIS_URL must be like") as caught:
        connect(Settings(redis_url=url))
    assert url not in str(caught.value)


def test_the_table_of_settings_is_printed() -> None:
    command = [sys.executable, "main.py", "--settings"]
    printed = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, timeout=30).stdout
    assert printed == markdown_table() + "\n"
    assert "| `EVENT_STORAGE` | `redis` |" in printed


def test_a_store_that_a_package_brings_is_found_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "brought_store.py").write_text("def make(settings, clock): return ('brought', settings, clock)")
    about = tmp_path / "brought-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: brought\nVersion: 1\n")
    (about / "entry_points.txt").write_text("[sentinel.event_stores]\nbrought = brought_store:make\n")
    monkeypatch.syspath_prepend(tmp_path)

    def clock() -> int:
        return 7

    settings = Settings(event_storage="brought")
    made: object = make_store(settings, clock)
    assert made == ("brought", settings, clock)
    with pytest.raises(SettingsError, match="one of memory, redis, brought, not 'other'"):
        make_store(Settings(event_storage="other"))
