"""Honest files pass, raw and as Compose understands them; and what they come to is told right."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

import pytest

from sentinel_grader.policy.compose import Composed, Resolved, Service

from .accepted import FILES
from .learner import ALERTER, Learner

TOP = tempfile.TemporaryDirectory()
pytestmark = pytest.mark.usefixtures("compose")


def laid(learner: Learner, name: str) -> str:
    text, beside = FILES[name]
    for path, content in beside.items():
        learner.put(path, content)
    return text


@cache
def taken(name: str) -> Resolved:
    """The file resolved, once for all tests."""
    learner = Learner(Path(tempfile.mkdtemp(dir=TOP.name)))
    found = learner.resolve(laid(learner, name))
    assert isinstance(found, Resolved), [str(one) for one in found]
    return found


@pytest.mark.parametrize("name", FILES)
def test_it_is_taken_raw_and_resolved(name: str) -> None:
    """The two agree: what the raw check takes, the check of the model takes too."""
    found = taken(name)
    assert isinstance(found.composed, Composed)
    raw, model = found.composed.services, found.services
    assert sorted(one.name for one in raw) == sorted(one.name for one in model)
    assert "alerter" in [one.name for one in model]
    assert ("redis-queue" in found.model["services"]) == found.composed.includes_course
    assert all(one.build or one.image for one in model)


def test_there_are_enough_of_them() -> None:
    assert len(FILES) >= 15


def alerter(found: Resolved) -> Service:
    (only,) = [one for one in found.services if one.name == "alerter"]
    return only


def test_a_build_is_told_with_what_it_inherits() -> None:
    found = taken("long syntax")
    build = alerter(found).build
    assert build
    assert (build.context, build.target, build.arguments) == ("alerter", "build", {"BASE": "python:3.13-slim"})
    assert build.dockerfile.final_stage.base == "python:3.13-slim"
    assert (alerter(found).line, alerter(found).image) == (5, "sentinel/alerter:dev")
    second = next(one for one in taken("extends").services if one.name == "second")
    assert second.build
    assert (second.build.context, second.profiles) == ("alerter", ("two",))


def test_environment_files_come_to_what_they_say() -> None:
    environment = taken("environment files").model["services"]["alerter"]["environment"]
    assert environment["B"] == "two words"
    assert [environment[name] for name in "ADFGHI"] == ["1", "f", "it's", "", "h", "i"]


def test_an_image_that_only_the_model_shows_to_be_built(learner: Learner) -> None:
    """Its build comes from what it extends, so the raw file cannot tell."""
    learner.put("common.yaml", "services: {base: {build: alerter}}\n")
    text = "services:\n  one:\n    image: debian\n    extends: {file: common.yaml, service: base}\n"
    assert isinstance(learner.check(text), Composed)
    found = learner.resolve(text)
    assert isinstance(found, list)
    assert [(one.code, one.line) for one in found] == [("image_name_taken", 3)]


def test_a_dockerfile_in_the_file_is_told() -> None:
    build = alerter(taken("a Dockerfile in the file")).build
    assert build
    assert "ENV PRICE=$5" in build.dockerfile.lines


def test_lines_are_the_learners_own() -> None:
    found = taken("hardened").composed
    assert found.line_of("services", "alerter", "read_only") == 6
    assert found.line_of("services", "alerter", "tmpfs", "1") == 8
    assert found.line_of("services", "alerter", "nowhere") == 3
    assert found.service("alerter")
    assert not found.service("redis-queue")


def test_the_files_it_reads_are_told() -> None:
    found = taken("secrets and configs").composed
    assert found.files == ("secrets/api_key", "secrets/redis_password.txt", "settings.toml")
    assert taken("extends").composed.files == ("common.yaml",)


def test_no_variable_of_the_machine_gets_in(learner: Learner, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TAG", "CONTEXT", "PORT", "COMPOSE_FILE", "COMPOSE_PROFILES", "COMPOSE_ENV_FILES"):
        monkeypatch.setenv(name, "/of/the/machine")
    learner.put(".env", "TAG=from-a-file\nCOMPOSE_PROJECT_NAME=x\n")
    found = learner.resolve(laid(learner, "variables"))
    assert isinstance(found, Resolved)
    assert alerter(found).image == "sentinel/alerter:dev"


def test_the_project_is_the_callers() -> None:
    assert taken("variables").model["name"] == taken("volumes").project
    assert taken("volumes").model["volumes"]["data"]["name"] == f"{taken('volumes').project}_data"


def test_what_is_to_be_run_says_dollars_twice_and_paths_in_full(learner: Learner) -> None:
    found = learner.resolve(laid(learner, "variables"))
    assert isinstance(found, Resolved)
    assert '"PRICE": "$$5"' in found.text
    assert found.model["services"]["alerter"]["build"]["context"] == str(learner.folder.resolve() / "alerter")


def test_what_only_compose_refuses_is_told_in_its_words(learner: Learner) -> None:
    found = learner.resolve(ALERTER + "    depends_on: [nobody]\n")
    assert isinstance(found, list)
    assert [one.code for one in found] == ["compose_refuses"]
    assert 'depends on undefined service "nobody"' in found[0].saw
    assert str(learner.folder) not in str(found[0])
