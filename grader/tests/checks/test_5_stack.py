"""What is brought up of a Compose file: theirs, within our bounds; and that it is gone after it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docker
import pytest

from sentinel_grader.observe.compose import handed as handing
from sentinel_grader.observe.compose.runnable import MEMORY, PIDS, Setting, runnable
from sentinel_grader.observe.compose.stack import Stack, is_the_engines, stack
from sentinel_grader.observe.compose.taken import Composing, taken
from sentinel_grader.observe.leftovers import LABEL
from sentinel_grader.observe.outcome import Fault, OursError
from sentinel_grader.observe.scope import Scope
from sentinel_grader.observe.session import Session, session

from ..compose_policy.learner import COURSE, INCLUDE, Learner

SETTING = Setting("run-1", {LABEL: "1"}, {"alerter": "sha256:1"}, {"THRESHOLD": "1"}, processors=2.0)
#: A service whose image is a base, so that nothing need be built.
KEEPER = """\
services:
  keeper:
    image: redis:8
    command: [redis-server, --appendonly, "yes"]
    volumes: [kept:/data]
    ports: ["0.0.0.0:6379:6379", "127.0.0.1:9000:9000"]
    healthcheck: {test: [CMD, redis-cli, -e, ping], interval: 60s}
    secrets: [word]
  tool: {image: "redis:8", profiles: [tools], command: sleep infinity}
volumes: {kept: }
secrets: {word: {file: ./word.txt}}
"""


@pytest.fixture
def learner(tmp_path: Path) -> Learner:
    return Learner(tmp_path / "module-01-containers")


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Session]:
    with session(tmp_path, {"engine": "29"}) as found:
        yield found


def composing(learner: Learner, text: str, running: Any, *, alone: bool = False) -> Composing:
    learner.put("docker-compose.yaml", text)
    learner.put("word.txt", "swordfish")
    return taken(running, learner.folder, COURSE, include=None if alone else "../docker-compose.yaml")


def of(service: str) -> str:
    return f"{INCLUDE}services:\n  alerter:\n    build: alerter\n{service}"


@pytest.fixture
def alerter(learner: Learner, running: Session) -> Any:
    """The alerter as it runs, of these lines."""

    def made(lines: str) -> dict[str, Any]:
        model = runnable(composing(learner, of(lines), running), SETTING)
        found: dict[str, Any] = model["services"]["alerter"]
        return found

    return made


@pytest.mark.engine
def test_all_that_runs_is_the_runs_own(learner: Learner, running: Session) -> None:
    model = runnable(
        composing(learner, of("    networks: [sentinel-net, more]\nnetworks: {more: }\n"), running), SETTING
    )
    assert model["name"] == "run-1"
    labelled = [*model["services"].values(), *model["networks"].values(), *model["volumes"].values()]
    assert [what["labels"] for what in labelled] == [{LABEL: "1"}] * 6
    assert {what["name"] for what in model["networks"].values()} == {"run-1_sentinel-net", "run-1_more"}
    assert all(what["internal"] for what in model["networks"].values())
    assert not [what for what in model["services"].values() if "build" in what]


@pytest.mark.engine
def test_bounds_are_added_where_there_are_none(alerter: Any) -> None:
    found = alerter("")
    assert (found["mem_limit"], found["pids_limit"], found["cpus"]) == (MEMORY, PIDS, 2.0)
    assert (found["cap_drop"], found["logging"]["options"]["max-size"]) == (["NET_RAW"], "4m")


@pytest.mark.engine
def test_bounds_of_theirs_stay_what_they_are(alerter: Any) -> None:
    found = alerter("    mem_limit: 64m\n    cpus: 0.25\n    cap_drop: [ALL]\n")
    assert (found["mem_limit"], found["cpus"], found["cap_drop"]) == (64 << 20, 0.25, ["ALL"])


@pytest.mark.engine
@pytest.mark.parametrize(
    "lines",
    [
        "    mem_limit: 64g\n    memswap_limit: 64g\n    cpus: 64\n    pids_limit: 4096\n",
        "    mem_limit: 2g\n    cpu_quota: 6400000\n    pids_limit: 300\n",
    ],
)
def test_bounds_that_bound_nothing_are_cut_down(lines: str, alerter: Any) -> None:
    found = alerter(lines)
    assert (found["mem_limit"], found["pids_limit"]) == (MEMORY, PIDS)
    assert (found.get("cpus"), found.get("cpu_quota")) in ((2.0, None), (None, 200_000))
    assert found.get("memswap_limit", MEMORY) == MEMORY


@pytest.mark.engine
def test_bounds_are_all_in_one_place(alerter: Any) -> None:
    """Beside `deploy.resources.limits`, Compose takes a bound for a contradiction."""
    found = alerter('    deploy: {resources: {limits: {cpus: "64"}}}\n')
    assert found["deploy"]["resources"]["limits"] == {"cpus": "2", "memory": str(MEMORY), "pids": PIDS}
    assert not {"mem_limit", "cpus", "pids_limit"} & found.keys()


@pytest.mark.engine
def test_ports_of_theirs_are_told_and_take_no_place(alerter: Any) -> None:
    found = alerter('    ports: ["8001:8001", "127.0.0.1:9000:9000"]\n')
    assert [(port["target"], port.get("host_ip"), "published" in port) for port in found["ports"]] == [
        (8001, None, False), (9000, "127.0.0.1", False)]  # fmt: skip


@pytest.mark.engine
def test_a_refusal_is_a_fault_with_its_line(learner: Learner, running: Session) -> None:
    with pytest.raises(Fault) as raised:
        composing(learner, of("    privileged: true\n"), running)
    told = raised.value.outcome
    assert (told.code, told.at and told.at.line) == ("privileged", 5)
    assert told.saw.startswith("Refused before anything ran: ")


@pytest.fixture
def keeper(learner: Learner, running: Session) -> Iterator[Stack]:
    found = composing(learner, KEEPER, running, alone=True)
    with stack(Scope(running, learner.folder), found, {}) as made:
        yield made


@pytest.mark.engine
def test_a_stack_goes_up_and_down_and_its_volumes_as_one_says(keeper: Stack) -> None:
    assert keeper.up().well
    (one,) = keeper.all_containers()
    assert (keeper.service_of(one), one.name) == ("keeper", f"{keeper.project}-keeper-1")
    bound = one.attrs["HostConfig"]["PortBindings"]
    assert {port: [at["HostIp"] for at in ats] for port, ats in bound.items()} == {
        "6379/tcp": ["0.0.0.0"], "9000/tcp": ["127.0.0.1"]}  # fmt: skip
    assert not any(one.attrs["NetworkSettings"]["Ports"].values())
    assert one.exec_run(["cat", "/run/secrets/word"]).output == b"swordfish"
    network = keeper.networks()["default"]
    with keeper.guest(network) as talking:
        assert talking.redis(keeper.address(one, network), ("SET", "a", "1")) == ["OK"]
    keeper.down()
    assert (keeper.all_containers(), keeper.networks(), len(keeper.volumes())) == ([], {}, 1)
    assert keeper.up().well
    with keeper.guest(keeper.networks()["default"]) as talking:
        assert talking.redis("keeper", ("GET", "a")) == ["1"]
    keeper.down(volumes=True)
    assert keeper.volumes() == []


@pytest.mark.engine
def test_one_that_does_not_come_up_says_why(learner: Learner, running: Session) -> None:
    text = "services: {ends: {image: 'redis:8', command: sh -c 'exit 3'}}\n"
    with stack(Scope(running, learner.folder), composing(learner, text, running, alone=True), {}) as made:
        up = made.up()
    assert (up.well, up.said) == (False, "container ends-1 exited (3)")


_START = "Error response from daemon: failed to create shim task: OCI runtime create failed: "


@pytest.mark.parametrize(
    ("last", "is_ours"),
    [
        ("Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?", True),
        ("failed to create network a: Error response from daemon: all predefined address pools have been fully "
         "subnetted", True),
        ("Error response from daemon: could not find an available, non-overlapping IPv4 address pool among the "
         "defaults to assign to the network", True),
        ("Error response from daemon: mkdir /var/lib/docker/x: no space left on device", True),
        (f'{_START}exec: "no space left on device": executable file not found in $PATH: unknown', False),
        (f'{_START}exec: "x: no space left on device": not found: unknown', False),
        (f'{_START}exec: "say \\"Cannot connect to the Docker daemon": not found', False),
        (f'{_START}exec: "error during connect: x": not found: unknown', False),
        ("container alerter-1 exited (1)", False),
    ],
)  # fmt: skip
def test_what_is_quoted_of_a_file_is_not_the_engines_trouble(last: str, is_ours: bool) -> None:
    assert is_the_engines(["something else", last]) is is_ours
    assert not is_the_engines([last, "container alerter-1 exited (1)"])


@pytest.mark.engine
def test_nothing_of_it_is_left(learner: Learner, tmp_path: Path) -> None:
    with session(tmp_path, {"engine": "29"}) as running:
        with stack(Scope(running, learner.folder), composing(learner, KEEPER, running, alone=True), {}) as made:
            made.up()
        engine, project = running.engine, made.project
        assert running.engine.volumes.list(filters={"label": f"{LABEL}={running.run}"})
    with session(tmp_path, {}) as after:
        ours = {"label": f"com.docker.compose.project={project}"}
        assert engine is not after.engine
        assert not after.engine.containers.list(all=True, filters=ours)
        assert not after.engine.networks.list(filters=ours)
        assert not after.engine.volumes.list(filters=ours)


@pytest.mark.engine
@pytest.mark.parametrize("target", ["", "/etc/word", "other"])
def test_a_secret_reaches_an_engine_that_has_no_such_folder(
    target: str, learner: Learner, running: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where the engine lives elsewhere: the file comes out of a volume, at the same place, and cannot be changed."""
    if not docker.utils.version_gte(running.engine.api.api_version, handing.SINGLE_FILES):
        pytest.skip("this engine mounts no single file of a volume")
    monkeypatch.setattr(handing, "sees", lambda *_: False)
    text = KEEPER.replace("[word]", f"[{{source: word, target: {target}}}]") if target else KEEPER
    with stack(Scope(running, learner.folder), composing(learner, text, running, alone=True), {}) as made:
        assert made.up().well
        (one,) = made.all_containers()
        path = target if target.startswith("/") else f"/run/secrets/{target or 'word'}"
        assert one.exec_run(["cat", path]).output == b"swordfish"
        assert one.exec_run(["sh", "-c", f"echo > {path}"]).exit_code != 0
        made.down(volumes=True)


@pytest.mark.engine
def test_a_secret_that_cannot_reach_an_old_engine_is_no_failure(
    learner: Learner, running: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handing, "SINGLE_FILES", "9.99")
    monkeypatch.setattr(handing, "sees", lambda *_: False)
    found = composing(learner, KEEPER, running, alone=True)
    with pytest.raises(OursError) as raised, stack(Scope(running, learner.folder), found, {}):
        pass
    assert raised.value.outcome.code == "engine_elsewhere"


@pytest.mark.engine
def test_whether_the_engine_has_a_folder_is_asked_of_it(running: Session, tmp_path: Path) -> None:
    assert handing.sees(running, tmp_path)
    assert not handing.sees(running, tmp_path / "nothing")


@pytest.mark.parametrize("found", ["", "#!/bin/sh\necho \"docker: 'compose' is not a docker command.\" >&2; exit 1\n"])
def test_a_machine_without_compose_is_told_of(
    found: str, learner: Learner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a docker command, nor one that knows Compose: not graded, and never the learner's failure."""
    if found:
        (tmp_path / "docker").write_text(found)
        (tmp_path / "docker").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(OursError) as raised:
        composing(learner, of(""), None)
    told = raised.value.outcome
    assert told.code == "no_compose"
    assert ("not a docker command" if found else "There is no docker command") in told.detail
    assert "./sentinel doctor" in told.detail
