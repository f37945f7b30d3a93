"""The second look, at the model that Compose made: it refuses by itself what a raw file may not hold either."""

from __future__ import annotations

import copy
import json
import os
import re
import time
from pathlib import Path
from typing import Any

import pytest

from sentinel_grader.environment.problem import Problem
from sentinel_grader.policy.compose import Composed, Resolved, asking
from sentinel_grader.policy.compose.asking import Asked, ask
from sentinel_grader.policy.compose.check import course_of
from sentinel_grader.policy.compose.judge import Judge
from sentinel_grader.policy.compose.resolving import Case, judge_model
from sentinel_grader.policy.compose.rules.service import service
from sentinel_grader.policy.compose.tree import Table, from_json, table_at

from .learner import ALERTER, BASES, COURSE, INCLUDE, NAME, Learner
from .refusals import IN_A_SERVICE

#: Not tried here: Compose refuses these itself, or they are gone from the model (a variable, a file that was read).
_GONE = ("variable", "no_such", "wrong_kind", "key_missing", "unknown_key", "path_leads_out", "extends", "bad_value")
_REFUSED_BY_COMPOSE = (
    "label_file", "models", "cpu_rt_runtime", "ports: ['70000", "8001-8003", "ports: [http", "mem_limit: lots",
    "condition: ready",    "source: /etc", "format: raw", "0x10", "soon", "CONTEXT", "user: $",
)  # fmt: skip
SECOND = [
    (code, lines)
    for code, lines in IN_A_SERVICE
    if not any(gone in code for gone in _GONE) and not any(text in lines for text in _REFUSED_BY_COMPOSE)
]


@pytest.mark.usefixtures("compose")
def test_what_the_raw_check_refuses_the_second_look_refuses_too(learner: Learner) -> None:
    """All at once, each in a service of its own, past the raw check; without what the Compose here does not know."""
    known = dict(enumerate(SECOND))
    while (asked := _asked(learner, known)).status != 0:
        unknown = re.findall(r"services\.s(\d+)\b", asked.error)
        assert unknown, asked.error
        for number in unknown:
            known.pop(int(number), None)
    services = table_at(from_json(json.loads(asked.out)), "services")
    passed = []
    for number, (_, lines) in known.items():
        judge = Judge(NAME, learner.folder.resolve(), course_of(COURSE, "../docker-compose.yaml"), BASES, project="p")
        with judge.within("services"), judge.within(f"s{number}"):
            service(services.get(f"s{number}") or Table(()), judge)
        passed += [lines] if not judge.refusals else []
    assert passed == []
    assert len(known) > 80


def _asked(learner: Learner, known: dict[int, tuple[str, str]]) -> Asked:
    text = INCLUDE + "volumes: {data: }\nservices:\n"
    for number, (_, lines) in known.items():
        text += f"  s{number}:\n    build: alerter\n" + "".join(f"    {line}\n" for line in lines.split("\n"))
    learner.put("docker-compose.yaml", text)
    return ask(learner.folder / "docker-compose.yaml", "p")


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Resolved:
    request.getfixturevalue("compose")
    learner = Learner(tmp_path_factory.mktemp("learner"))
    found = learner.resolve(ALERTER + "    networks: [sentinel-net, own]\n    volumes: ['data:/d']\n"
                            "networks: {own: }\nvolumes: {data: }\n")  # fmt: skip
    assert isinstance(found, Resolved)
    return found


def of(found: Resolved) -> Judge:
    """The judge of that model."""
    folder = Path(found.model["services"]["alerter"]["build"]["context"]).parent
    return Judge(NAME, folder, course_of(COURSE, "../docker-compose.yaml"), BASES, found.composed.tree, found.project)


@pytest.mark.parametrize(
    ("code", "line", "path", "value"),
    [
        ("privileged", 3, "services.alerter.privileged", True),
        ("bind_mount", 6, "services.alerter.volumes", [{"type": "bind", "source": "/", "target": "/x"}]),
        ("unknown_key", 3, "services.alerter.newer_than_us", {}),
        ("path_leads_out", 4, "services.alerter.build.context", "/etc"),
        ("image_not_allowed", 3, "services.alerter.build", None),
        ("not_allowed", 7, "networks.own.name", "bridge"),
        ("external", 7, "networks.own.external", True),
        ("not_allowed", 7, "networks.own.driver_opts", {"parent": "eth0"}),
        ("bind_mount", 8, "volumes.data.driver_opts", {"type": "none", "o": "bind", "device": "/"}),
        ("not_allowed", 8, "volumes.data.name", "sentinel_redis-data"),
        ("of_the_course", None, "services.redis-queue.ports", [{"target": 6379, "published": "6379"}]),
        ("of_the_course", None, "services.log-collector.image", "python"),
        ("of_the_course", 7, "networks.sentinel-net.internal", True),
        ("of_the_course", 8, "volumes.redis-data.name", "other"),
        ("of_nobody", 2, "services.other", {"image": "python", "networks": {"own": None}}),
        ("of_nobody", 8, "volumes.other", {"name": "sentinel-policy_other"}),
        ("path_leads_out", None, "secrets.a", {"name": "sentinel-policy_a", "file": "/etc/shadow"}),
        ("value_from_outside", None, "configs.a", {"name": "sentinel-policy_a", "environment": "HOME"}),
        ("value_from_outside", 3, "services.alerter.environment", {"GITHUB_TOKEN": None}),
        ("not_allowed", None, "models", {"a": {"model": "x"}}),
    ],
)
def test_a_model_that_is_not_as_it_should_be(
    code: str, line: int | None, path: str, value: Any, found: Resolved
) -> None:
    model = copy.deepcopy(found.model)
    place = model
    *above, last = path.split(".")
    for part in above:
        place = place.setdefault(part, {})
    place[last] = value
    if path.endswith("build"):
        del place["build"]
        place["image"] = "evil/image"
    judge = of(found)
    refusals = judge_model(Case(found.composed, found.model, model), judge, "")
    assert isinstance(refusals, list)
    assert code in [one.code for one in refusals], refusals
    assert line in (None, *(one.line for one in refusals if one.code == code))


def test_the_model_as_it_is_passes(found: Resolved) -> None:
    judge = of(found)
    assert isinstance(judge_model(Case(found.composed, found.model, found.model), judge, ""), Resolved)
    assert isinstance(found.composed, Composed)


def test_compose_gets_to_see_no_file_that_the_raw_check_refuses(
    learner: Learner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else it would fetch what is remote: with a client that leaves a trace, there is none."""
    trace = tmp_path / "trace"
    client(tmp_path / "bin", f"touch {trace}", monkeypatch)
    found = learner.resolve("include: ['https://github.com/evil/x.git']\n")
    assert isinstance(found, list)
    assert not trace.exists()
    with pytest.raises(Problem):
        learner.resolve(ALERTER)
    assert trace.exists()


@pytest.mark.usefixtures("compose")
@pytest.mark.parametrize(
    "text",
    [
        "include: ['https://github.com/docker/compose.git']\n",
        "include: ['oci://registry.example.org/x']\n",
        "services: {a: {extends: {file: 'https://github.com/docker/compose.git', service: x}}}\n",
    ],
)
def test_were_it_to_see_one_it_would_fetch_nothing(text: str, learner: Learner) -> None:
    learner.put("docker-compose.yaml", text)
    asked = ask(learner.folder / "docker-compose.yaml", "p")
    assert asked.status != 0
    assert "remote resource is disabled" in asked.error


def test_a_machine_without_docker_is_ours_to_answer_for(learner: Learner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(Problem, match="no docker command"):
        learner.resolve(ALERTER)


def test_a_client_without_compose_is_ours_to_answer_for(
    learner: Learner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client(tmp_path / "bin", "echo \"docker: 'compose' is not a docker command.\" >&2; exit 1", monkeypatch)
    with pytest.raises(Problem, match="not a docker command"):
        learner.resolve(ALERTER)


@pytest.mark.parametrize("script", ["sleep 60", "while :; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done"])
def test_an_answer_without_end_is_ended(
    script: str, learner: Learner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client(tmp_path / "bin", f"echo $$ > {tmp_path}/pid; {script}", monkeypatch)
    monkeypatch.setattr(asking, "DEADLINE", 0.5)
    monkeypatch.setattr(asking, "MOST_OUTPUT", 10_000)
    before = time.monotonic()
    asked = ask(learner.folder / "docker-compose.yaml", "p")
    assert asked.status is None
    assert time.monotonic() - before < 20
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


def client(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A docker command that does this instead."""
    folder.mkdir()
    path = folder / "docker"
    path.write_text(f"#!/bin/sh\nPATH=/usr/bin:/bin\n{script}\n")
    path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
