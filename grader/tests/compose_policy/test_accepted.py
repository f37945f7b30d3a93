"""Honest files pass, raw and as Compose understands them; and what they come to is told right."""

from __future__ import annotations

import json
import tempfile
from functools import cache
from pathlib import Path

import pytest

from sentinel_grader.policy.compose import Composed, Resolved, Service, resolved
from sentinel_grader.policy.compose.asking import ask

from .accepted import FILES
from .learner import ALERTER, BASES, COURSE, INCLUDE, Learner

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
    assert [(one.code, one.line) for one in found] == [("compose_refuses", 3)]
    assert 'depends on undefined service "nobody"' in found[0].saw
    assert str(learner.folder) not in str(found[0])


@pytest.mark.parametrize(
    ("line", "lines"),
    [
        (3, "    networks: [nowhere]\n"),
        (3, "    volumes: ['nothing:/x']\n"),
        (3, "    mem_limit: 64m\n    deploy: {resources: {limits: {memory: 32m}}}\n"),
        (3, "    depends_on: [alerter]\n"),
    ],
)
def test_what_compose_refuses_has_a_line_where_its_words_name_one(
    line: int | None, lines: str, learner: Learner
) -> None:
    found = learner.resolve(ALERTER + lines)
    assert isinstance(found, list)
    assert [one.code for one in found] == ["compose_refuses"], found
    assert found[0].line == line, found[0]


def test_what_is_to_be_run_is_read_by_compose_as_it_was_meant(learner: Learner) -> None:
    """Read again, without the raw file, it comes to the same model."""
    for name in ("variables", "secrets and configs", "scaled"):
        found = learner.resolve(laid(learner, name))
        assert isinstance(found, Resolved), found
        learner.put("again.yaml", found.text)
        assert json.loads(ask(learner.folder / "again.yaml", found.project).out) == found.model


def test_a_file_that_stands_alone(learner: Learner) -> None:
    """As in the task about a broken stack: the course is not included, and its names are free."""
    text = "services:\n  redis-queue: {image: 'redis:8'}\n  alerter: {build: alerter, volumes: ['redis-data:/x']}\n"
    learner.put("docker-compose.yaml", text + "volumes: {redis-data: }\n")
    found = resolved(learner.folder, COURSE, allowed_bases=BASES, include=None)
    assert isinstance(found, Resolved), found
    assert {one.name: one.image for one in found.services} == {"redis-queue": "redis:8", "alerter": ""}
    learner.put("docker-compose.yaml", INCLUDE + text)
    refused = resolved(learner.folder, COURSE, allowed_bases=BASES, include=None)
    assert isinstance(refused, list)
    assert [(one.code, one.line) for one in refused] == [("include_not_allowed", 1)]


def test_a_course_file_that_lies_elsewhere(learner: Learner) -> None:
    folder = learner.folder / "repair"
    folder.mkdir()
    (folder / "docker-compose.yaml").write_text(
        "include: [../../docker-compose.yaml]\nservices: {a: {image: python}}\n"
    )
    name = "module-01-containers/exercises/repair/docker-compose.yaml"
    found = resolved(folder, COURSE, allowed_bases=BASES, name=name, include="../../docker-compose.yaml")
    assert isinstance(found, Resolved), found
    assert found.composed.includes_course
    refused = resolved(folder, COURSE, allowed_bases=BASES, name=name)
    assert isinstance(refused, list)
    assert [(one.code, one.line, one.path) for one in refused] == [("include_not_allowed", 1, name)]
