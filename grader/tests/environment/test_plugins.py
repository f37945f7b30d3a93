"""Naming our plugin folder in the docker client's configuration, and taking it out again: all else stays as it was."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sentinel_grader.environment import plugins
from sentinel_grader.environment.problem import Problem


@pytest.fixture
def config(state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    assert state
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))
    return tmp_path / "docker" / "config.json"


def test_a_person_s_own_settings_survive_there_and_back(config: Path, state: Path) -> None:
    config.parent.mkdir()
    before = {
        "auths": {"ghcr.io": {"auth": "c2VjcmV0"}},
        "currentContext": "colima",
        "cliPluginsExtraDirs": ["/opt/mine"],
    }
    config.write_text(json.dumps(before))
    config.chmod(0o600)
    plugins.name_folder()
    plugins.name_folder()
    during = json.loads(config.read_text())
    assert during == {**before, "cliPluginsExtraDirs": ["/opt/mine", str(state / "cli-plugins")]}
    assert config.stat().st_mode & 0o777 == 0o600, "it may hold credentials"
    plugins.remove_ours()
    assert json.loads(config.read_text()) == before


def test_a_configuration_that_was_ours_alone_is_gone_again(config: Path) -> None:
    plugins.name_folder()
    assert config.exists()
    plugins.remove_ours()
    assert not config.exists()


def test_a_broken_configuration_is_left_alone_and_named(config: Path) -> None:
    config.parent.mkdir()
    config.write_text("{not json")
    with pytest.raises(Problem) as problem:
        plugins.name_folder()
    assert str(config) in problem.value.what
    assert config.read_text() == "{not json"
