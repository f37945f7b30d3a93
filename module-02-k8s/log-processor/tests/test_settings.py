"""Settings come from the environment alone, and what cannot be used is refused by name."""

from __future__ import annotations

import dataclasses
import re
import subprocess
import sys

import pytest
from processor.connection import connect
from processor.settings import Settings, SettingsError, environment_names, markdown_table
from processor_process import FOLDER, environment_of


def test_nothing_set_gives_the_defaults() -> None:
    assert Settings.from_environment({}) == Settings()


def test_an_empty_variable_counts_as_not_set() -> None:
    assert Settings.from_environment(dict.fromkeys(environment_names(), " ")) == Settings()


def test_every_variable_sets_its_field() -> None:
    others = {str: "other", int: "7", float: "7.5"}
    chosen = {"LOG_LEVEL": "DEBUG", "BACKEND_URL": "https://backend"}
    for field in dataclasses.fields(Settings):
        name = field.name.upper()
        changed = Settings.from_environment({name: chosen.get(name, others[type(field.default)])})
        assert [f.name for f in dataclasses.fields(Settings) if getattr(changed, f.name) != f.default] == [field.name]


@pytest.mark.parametrize(
    ("name", "text"),
    [("PORT", "http"), ("PORT", "0"), ("DEAD_AFTER", "-1"), ("BATCH_SIZE", "1.5"), ("REDIS_TIMEOUT", "nan"),
     ("BACKEND_TIMEOUT", "inf"), ("MAX_DEAD", "1e99"), ("LOG_LEVEL", "info"), ("BATCH_SIZE", "1001"),
     ("BACKEND_URL", "backend:3000"), ("BACKEND_URL", "ftp://backend"), ("DEAD_QUEUE", "logs_queue"),
     ("FORWARD_QUEUES", "logs_queue"), ("FORWARD_QUEUES", "logs_dead"), ("FORWARD_QUEUES", "logs_queue:workers")],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_by_name(name: str, text: str) -> None:
    with pytest.raises(SettingsError, match=f"{name} must .*{re.escape(text)}"):
        Settings.from_environment({name: text})


def test_a_list_is_forwarded_to_once() -> None:
    assert Settings.from_environment({"FORWARD_QUEUES": " a, b ,,"}).forward_to() == ["a", "b"]
    with pytest.raises(SettingsError, match="each once, not 'a'"):
        Settings.from_environment({"FORWARD_QUEUES": "a,b,a"})


def test_a_wrong_url_of_redis_is_refused_and_not_repeated() -> None:
    with pytest.raises(SettingsError, match="REDIS_URL must be like") as caught:
        connect(Settings(redis_url="http://:secret@queue"))
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [("PORT", "x", "PORT must be a whole number above 0, not 'x'"),
     ("REDIS_URL", "x", "REDIS_URL must be like redis[s]://[user:password@]host[:port][/database]")],
)  # fmt: skip
def test_a_wrong_setting_ends_the_program_before_it_works(name: str, text: str, said: str) -> None:
    command = [sys.executable, "main.py", "--serve"]
    ended = subprocess.run(
        command, cwd=FOLDER, env=environment_of(**{name: text}), capture_output=True, text=True, timeout=60
    )
    assert (ended.returncode, ended.stderr) == (2, f"log-processor: {said}\n")


def test_the_table_of_settings_is_printed() -> None:
    command = [sys.executable, "main.py", "--settings"]
    assert subprocess.run(command, cwd=FOLDER, capture_output=True, text=True).stdout == markdown_table() + "\n"
    assert all(f"| `{name}` |" in markdown_table() for name in environment_names())
