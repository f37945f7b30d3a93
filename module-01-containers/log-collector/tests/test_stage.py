"""Stage 1 as Compose runs it: the flow, what outlives what, and what is locked."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from collector_in_process import ENTRY
from collector_service import FOLDER
from stage import Stage, came_within, until

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    stage = Stage(tmp_path_factory.mktemp("module"))
    try:
        stage.up()
        yield stage
    finally:
        stage.compose("down", "--volumes", "--timeout", "5")


def test_a_log_that_is_posted_stands_in_redis(stage: Stage) -> None:
    response = stage.post(ENTRY)
    assert response.status_code == 202
    newest = json.loads(stage.redis("lrange", "logs_queue", "0", "0"))
    assert newest.items() >= {**ENTRY, "id": response.json()["id"]}.items()


def test_starting_again_without_a_change_recreates_nothing(stage: Stage) -> None:
    before = [stage.inspect(service)["Id"] for service in ("log-collector", "redis-queue")]
    stage.up()
    assert [stage.inspect(service)["Id"] for service in ("log-collector", "redis-queue")] == before


def test_only_the_collector_is_published_and_only_to_this_machine(stage: Stage) -> None:
    bindings = {
        service: stage.inspect(service)["HostConfig"]["PortBindings"] for service in ("log-collector", "redis-queue")
    }
    assert bindings["log-collector"] == {"8000/tcp": [{"HostIp": "127.0.0.1", "HostPort": str(stage.port)}]}
    assert not bindings["redis-queue"]


def test_the_collector_can_do_nothing_but_its_work(stage: Stage) -> None:
    """As the kernel says it of the process, whatever the files declare."""
    code = "print(open('/proc/1/status').read()); open('/var/tmp/x', 'w')"
    with pytest.raises(AssertionError, match="Read-only file system") as caught:
        stage.compose("exec", "-T", "log-collector", "python", "-c", code)
    status = dict(line.split(":\t", 1) for line in str(caught.value).splitlines() if ":\t" in line)
    assert set(status["Uid"].split()) == {"10001"}
    assert {int(status[name], 16) for name in ("CapEff", "CapPrm", "CapBnd")} == {0}
    assert status["NoNewPrivs"].strip() == "1"


@pytest.mark.parametrize(("fault", "repair"), [("pause", "unpause"), ("stop", "start"), ("kill", "start")])
def test_health_answers_within_a_second_however_redis_fails(stage: Stage, fault: str, repair: str) -> None:
    """The quickest of three failures: a machine that is busy at that moment is not what this is about."""
    took = list[float]()
    while len(took) < 3 and not (took and took[-1] < 1):
        stage.compose(fault, "redis-queue")
        started = time.monotonic()
        status = stage.get("/health").status_code
        took.append(time.monotonic() - started)
        stage.compose(repair, "redis-queue")
        assert status == 503
        until(lambda: stage.get("/health").status_code == 200)
    assert min(took) < 1


def test_health_follows_redis_down_and_up(stage: Stage) -> None:
    stage.compose("stop", "redis-queue")
    until(lambda: stage.inspect("log-collector")["State"]["Health"]["Status"] == "unhealthy")
    assert stage.get("/health").status_code == 503
    assert stage.post(ENTRY).status_code == 503
    stage.compose("start", "redis-queue")
    until(lambda: stage.inspect("log-collector")["State"]["Health"]["Status"] == "healthy")
    assert stage.post(ENTRY).status_code == 202


def test_a_kill_restarts_the_collector(stage: Stage) -> None:
    """`docker kill` would count as a person's wish, and restart nothing; so the process is made to end by itself."""
    code = "import os, signal; os.kill(1, signal.SIGTERM)"
    stage.compose("exec", "-T", "log-collector", "python", "-c", code)
    until(lambda: stage.inspect("log-collector")["RestartCount"] == 1)
    until(lambda: stage.inspect("log-collector")["State"]["Health"]["Status"] == "healthy")


def test_logs_outlive_the_containers_and_the_stop_is_clean(stage: Stage) -> None:
    stage.post(ENTRY)
    before = stage.redis("llen", "logs_queue")
    stage.compose("stop")
    assert stage.inspect("log-collector")["State"]["ExitCode"] == 0
    stage.compose("down")
    stage.up()
    assert stage.redis("llen", "logs_queue") == before != "0"


def test_a_saved_file_reaches_the_running_collector(stage: Stage) -> None:
    """Saved again and again, since each Compose has other words, or none, for when it has begun to watch."""
    source: Path = stage.folder / "log-collector" / "collector" / "api.py"
    changed = source.read_text().replace("Sentinel log-collector", "changed while it ran")
    with stage.watching():
        for save in range(4):
            source.write_text(f"{changed}\n# save {save}\n")
            if came_within(15, lambda: title(stage) == "changed while it ran"):
                return
    pytest.fail("no save reached the container within a minute")


def test_the_smoke_test_passes_on_it(stage: Stage) -> None:
    smoke_test = Path(__file__).with_name("test_sanity.py")
    command = [sys.executable, "-m", "pytest", "-q", str(smoke_test)]
    ran = subprocess.run(command, cwd=FOLDER, env=stage.environment(), capture_output=True, text=True, timeout=60)
    assert re.search(r"^6 passed in", ran.stdout, re.MULTILINE), ran.stdout


def title(stage: Stage) -> str | None:
    """The title in the collector's documentation; None while it starts again."""
    try:
        found: str = stage.get("/openapi.json").json()["info"]["title"]
    except httpx.TransportError:
        return None
    return found
