"""The baseline of `bench grade`, from a log written by hand: the same work, in an order that works, under new names."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import msgspec
import pytest

from sentinel_grader.bench.grade.commands import UnknownCall, command
from sentinel_grader.bench.grade.replay_inside import is_it
from sentinel_grader.bench.grade.script import write
from sentinel_grader.bench.grade.steps import steps
from sentinel_grader.observe.leftovers import LABEL
from sentinel_grader.observe.log import AT_WORK, Asked, Called, Entry, Log, Ran
from sentinel_grader.tracing import Trace

RUN, ID, NETWORK = "e272902e54", "c" * 64, "d" * 64
NAME = f"sentinel-{RUN}-alerter-1"
ENTRY = "f97e2ae2-58b1-4326-be81-0345ea37eacb"


def _called(began: float, method: str, path: str, body: Any = None, *, answer: Any = None, query: str = "") -> Called:
    return Called("running", began, 0.1, method, path, query, body, 200, answer)


def _asked(began: float, ask: dict[str, Any], answer: dict[str, Any]) -> Asked:
    return Asked("running", began, 0.1, "agent-1", ask, answer)


def _http(path: str) -> dict[str, Any]:
    return {"do": "http", "method": "GET", "host": "172.20.0.4", "path": path}


def _body(words: str) -> str:
    return base64.b64encode(words.encode()).decode()


def _create(began: float) -> Called:
    body = {
        "Image": "sha256:abc",
        "Cmd": None,
        "Labels": {LABEL: RUN},
        "HostConfig": {"NetworkMode": "net", "Memory": 5},
        "NetworkingConfig": {"EndpointsConfig": {"net": {"Aliases": ["alerter"]}}},
    }
    return _called(began, "POST", "/containers/create", body, answer={"Id": ID}, query=f"name={NAME}")


LOG: list[Entry] = [
    _called(1, "POST", "/networks/create", {"Name": "net", "Internal": True}, answer={"Id": NETWORK}),
    _create(2),
    _called(3, "POST", f"/containers/{ID}/start"),
    _called(
        4,
        "GET",
        f"/containers/{ID}/json",
        answer={"Id": ID, "Name": f"/{NAME}", "NetworkSettings": {"Networks": {"net": {"IPAddress": "172.20.0.4"}}}},
    ),
    _asked(5, _http("/health"), {"error": "ConnectionRefusedError"}),
    _asked(5.5, {"do": "pace"}, {"slowdown": 1.0}),
    _asked(6, _http("/health"), {"status": 200}),
    _called(7, "GET", f"/containers/{ID}/logs"),
    _asked(8, {"do": "redis", "host": "redis-queue", "commands": [["LPUSH", "q", ENTRY]]}, {"replies": [1]}),
    _asked(9, _http("/alerts"), {"status": 200, "body": _body("[]")}),
    _asked(10, _http("/alerts"), {"status": 200, "body": _body(f'["{ENTRY}"]')}),
    _called(11, "GET", f"/containers/{ID}/logs"),
    _called(12, "DELETE", f"/containers/{ID}", query="v=True&force=True"),
    _called(13, "DELETE", f"/networks/{NETWORK}"),
]


def test_calls_become_the_commands_that_a_person_would_type() -> None:
    assert [" ".join(step.words) for step in steps(LOG)] == [
        "docker network create --internal net",
        f"docker run --detach --name {NAME} --label {LABEL}={RUN} --network net --memory 5b "
        "--network-alias alerter sha256:abc",
        "agent-1",
        f"docker logs {NAME}",
        f"docker rm --force --volumes {NAME}",
        "docker network rm net",
    ]


def test_what_is_done_for_no_observation_is_left_out() -> None:
    swept = msgspec.structs.replace(_called(0, "DELETE", f"/containers/{'e' * 64}"), observation="")
    assert steps([swept, *LOG]) == steps(LOG)


def test_a_poll_is_asked_until_the_answer_that_ended_it_and_by_name() -> None:
    asked = next(step.questions for step in steps(LOG) if step.questions)
    assert [(each.ask.get("path"), each.status, each.words) for each in asked] == [
        ("/health", 200, []),
        (None, 0, []),
        ("/alerts", 200, [ENTRY]),
    ]
    assert {each.ask["host"] for each in asked} == {NAME, "redis-queue"}
    assert not is_it({"status": 200, "body": _body("[]")}, 200, [ENTRY])
    assert not is_it({"error": "ConnectionRefusedError"}, 0, [])
    assert is_it({"status": 200, "body": _body(f'["{ENTRY}"]')}, 200, [ENTRY])


def test_what_a_service_said_on_its_way_to_being_well_is_not_waited_for() -> None:
    """It may be well already when it is asked: each of several questions, asked in turns, counts as it ended. What was
    given to it is waited for before it is given more."""
    turns = [(200, 503), (503, 200), (200, 200)]
    log = [
        _asked(at, _http(path), {"status": status})
        for at, statuses in enumerate(turns)
        for path, status in zip(("/health", "/alerts"), statuses, strict=True)
    ]
    push = {"do": "redis", "host": "redis-queue", "commands": [["LPUSH", "q", ENTRY]]}
    log += [_asked(10, push, {"replies": [1]}), _asked(11, _http("/alerts"), {"status": 200, "body": _body(ENTRY)})]
    (step,) = steps(log)
    assert [(each.ask.get("path"), each.status, each.words) for each in step.questions] == [
        ("/health", 200, []),
        ("/alerts", 200, []),
        (None, 0, []),
        ("/alerts", 200, [ENTRY]),
    ]


def _aside(entry: Entry, lane: int) -> Entry:
    return msgspec.structs.replace(entry, lane=(lane,))


def test_what_was_done_aside_stands_together_and_who_is_disturbed_answers_before() -> None:
    ill, other = {"status": 503, "body": ""}, {"do": "http", "host": "172.20.0.5", "path": "/health"}
    log: list[Entry] = [
        *LOG[:2],
        _aside(_asked(3, _http("/health"), {"status": 200}), 1),
        _aside(_asked(3.5, other, {"status": 200}), 2),
        _aside(_called(4, "POST", "/containers/redis-1/pause"), 1),
        _aside(_called(4.5, "POST", "/containers/redis-2/stop", query="t=5"), 2),
        _aside(_asked(5, _http("/health"), ill), 1),
        _aside(_asked(5.5, other, {"error": "TimeoutError"}), 2),
        _aside(_called(6, "POST", "/containers/redis-2/start"), 2),
        LOG[-1],
    ]
    found = steps(log)
    assert [" ".join(step.words) for step in found[2:]] == [
        "agent-1",
        "docker pause redis-1",
        "agent-1",
        "agent-1",
        "docker stop --time 5 redis-2",
        "agent-1",
        "docker start redis-2",
        "docker network rm net",
    ]
    assert [each.status for step in found for each in step.questions] == [200, 503, 200, -1]
    assert is_it({"error": "TimeoutError"}, -1, [])


def test_networks_that_compose_made_go_by_their_names() -> None:
    """Compose says no ids: they come up where the grader looks what there is."""
    found = steps([
        _called(1, "GET", "/networks", answer=[{"Id": NETWORK, "Name": "stack_default"}]),
        _called(2, "POST", f"/networks/{NETWORK}/disconnect", {"Container": "agent-1", "Force": True}),
        _called(3, "DELETE", f"/networks/{NETWORK}"),
    ])  # fmt: skip
    assert [" ".join(step.words) for step in found] == [
        "docker network disconnect stack_default agent-1",
        "docker network rm stack_default",
    ]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (("POST", "/containers/x/wait"), "docker wait x"),
        (("DELETE", "/volumes/x"), "docker volume rm --force x"),
        (("GET", "/events"), None),
        (("GET", "/containers/x/stats"), None),
    ],
)
def test_calls_of_a_whole_module(call: tuple[str, str], words: str | None) -> None:
    made = command(_called(1, *call))
    assert (" ".join(made) if made else None) == words


def test_a_container_without_health_and_with_a_quota() -> None:
    body = {"Image": "x", "Healthcheck": {"Test": ["NONE"]}, "HostConfig": {"CpuPeriod": 100_000, "CpuQuota": 200_000}}
    words = command(_called(1, "POST", "/containers/create", body, query="name=y")) or []
    assert " ".join(words) == "docker create --name y --no-healthcheck --cpu-period 100000 --cpu-quota 200000 x"


def test_a_dockerfile_of_its_own_is_kept_with_what_lies_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It lies in a folder for the while of the build."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    made, log = tmp_path / "service", Log(tmp_path / "log")
    made.mkdir()
    (made / "Dockerfile").write_text("FROM scratch\n")
    (made / "Dockerfile.dockerignore").write_text("*\n")
    at_work = AT_WORK.set("own_build")
    log.ran(["docker", "buildx", "build", f"--file={made / 'Dockerfile'}", str(made)], None, 0, 1.0)
    AT_WORK.reset(at_work)
    shutil.rmtree(made)
    script = write(Trace(0, log=[*LOG, *log.entries]), tmp_path / "log", tmp_path / "baseline", "aaaaaaaaaa")
    assert "docker buildx build --file=contexts/1/Dockerfile contexts/1" in script.path.read_text()
    copied = script.path.parent / "contexts" / "1"
    assert (copied / "Dockerfile").read_text() == "FROM scratch\n"
    assert (copied / "Dockerfile.dockerignore").is_file()


def test_nothing_is_left_out_unnoticed() -> None:
    with pytest.raises(UnknownCall, match="/swarm/init"):
        command(_called(1, "POST", "/swarm/init"))
    with pytest.raises(UnknownCall, match="Privileged"):
        command(_called(1, "POST", "/containers/create", {"Image": "x", "HostConfig": {"Privileged": True}}))
    endpoints = {"EndpointsConfig": {"net": {"Aliases": ["redis-queue"], "IPAMConfig": {"IPv4Address": "10.0.0.9"}}}}
    with pytest.raises(UnknownCall, match="IPAMConfig"):
        command(_called(1, "POST", "/containers/create", {"Image": "x", "NetworkingConfig": endpoints}))
    with pytest.raises(UnknownCall, match="Healthcheck"):
        command(_called(1, "POST", "/containers/create", {"Image": "x", "Healthcheck": {"Test": ["CMD", "x"]}}))
    probing = {"Image": "x", "Healthcheck": {"Interval": 1_000_000_000, "Retries": 2}}
    words = command(_called(1, "POST", "/containers/create", probing, query="name=y")) or []
    assert " ".join(words) == "docker create --name y --health-interval 1000000000ns --health-retries 2 x"


def test_the_script_makes_anew_what_the_grade_had_to_make_anew(tmp_path: Path) -> None:
    source, nonce = tmp_path / "log", "0123456789abcdef"
    (source / "contexts" / "1").mkdir(parents=True)
    (source / "contexts" / "1" / "rule.py").write_text(f"# edited {nonce}\n")
    (source / "contexts" / "1" / f"{nonce}.bin").write_bytes(b"\0" * 2_000_000)
    context = f"/tmp/sentinel-inputs-x/{nonce}"
    build = ["docker", "buildx", "build", "--output=type=tar,dest=/tmp/sentinel-out-x/out.tar", context]
    ran = Ran("rebuild", 20, 1.0, build, {"DOCKER_BUILDKIT": "1"}, 1, {context: "contexts/1"})
    trace = Trace(0, log=[*LOG, ran], nonces=[nonce])
    for run in ("aaaaaaaaaa", "bbbbbbbbbb"):
        script = write(trace, source, tmp_path / "baseline", run)
    text = script.path.read_text()
    assert subprocess.run(["bash", "-n", script.path], check=False).returncode == 0
    everything = text + "".join(path.read_text() for path in script.path.parent.glob("*.jsonl"))
    assert (RUN in everything, nonce in everything, "bbbbbbbbbb" in everything) == (False, False, True)
    assert "export DOCKER_BUILDKIT=1" in text
    assert '--output=type=tar,dest="$scratch"/out.tar contexts/1 > /dev/null || true' in " ".join(text.split())
    edited = (script.path.parent / "contexts" / "1" / "rule.py").read_text()
    junk = next((script.path.parent / "contexts" / "1").glob("*.bin"))
    assert edited == f"# edited {junk.stem}\n"
    assert (nonce in edited, len(junk.stem), junk.stat().st_size) == (False, len(nonce), 2_000_000)


def test_questions_are_lines_of_json_beside_the_script(tmp_path: Path) -> None:
    (tmp_path / "log" / "contexts").mkdir(parents=True)
    script = write(Trace(0, log=LOG), tmp_path / "log", tmp_path / "baseline", "aaaaaaaaaa")
    asked = [json.loads(line) for line in (script.path.parent / "1-questions.jsonl").read_text().splitlines()]
    assert [each["status"] for each in asked] == [200, 0, 200]
    assert "ask agent-1 1-questions.jsonl" in script.path.read_text()
    assert script.commands == len(steps(LOG))
