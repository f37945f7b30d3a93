"""The promise: two commands on a fresh machine. Kept on a bare Debian, from nothing, and killed on the way."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sentinel_grader.environment.distribution import RELEASES
from sentinel_grader.paths import ROOT

from .machine import Machine, machine, unavailable

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(1500),
    pytest.mark.skipif(bool(unavailable()), reason=unavailable() or "it can be made"),
]

DEBIANS = [codename for codename, release in RELEASES.items() if release.name.startswith("Debian")]
POST = """
import json, urllib.request
body = json.dumps({"service_name": "shop", "level": "ERROR", "message": "no stock"}).encode()
request = urllib.request.Request("http://localhost:8000/logs", body, {"content-type": "application/json"})
print(json.load(urllib.request.urlopen(request, timeout=5))["id"])
"""


@pytest.fixture
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Machine]:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    with machine(request.param, tmp_path) as made:
        made.put(ROOT, [name for name in tracked if name and (ROOT / name).exists()])
        yield made


def _queued(fresh: Machine) -> str:
    command = "docker compose -p sentinel exec -T redis-queue redis-cli lrange logs_queue 0 -1"
    return fresh.run("sh", "-c", command)[1]


@pytest.mark.parametrize("fresh", DEBIANS, indirect=True)
def test_from_nothing_to_a_log_in_redis_and_back_to_nothing(fresh: Machine) -> None:
    status, out = fresh.run("./sentinel", "up", deadline=1200)
    assert status == 0, out
    print(out)
    accepted = fresh.run("python3", "-c", POST)[1].strip()
    assert accepted in _queued(fresh)

    before = _queued(fresh)
    status, out = fresh.run("./sentinel", "up", "--json")
    assert status == 0, out
    assert json.loads(out[out.index("{\n") :])["changed"] is False, out
    assert _queued(fresh) == before

    status, out = fresh.run("./sentinel", "down", "--all")
    assert status == 0, out
    assert "apt-get purge" in out
    left = fresh.processes()
    assert "dockerd" not in left, left
    assert not (fresh.root / "root/.docker/config.json").exists()
    assert not list((fresh.root / "root/.local/state/sentinel").glob("work/*"))


@pytest.mark.parametrize("fresh", ["bookworm"], indirect=True)
def test_killed_twenty_times_on_the_way_up_it_still_comes_up(fresh: Machine) -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    moments = random.Random(seed)
    longest = [12.0] * 5 + [40.0] * 15  # setting up .venv begins anew when cut off; what comes after goes on
    for number in range(20):
        process = fresh.start("./sentinel", "up")
        time.sleep(moments.uniform(0.2, longest[number]))
        if process.poll() is not None:  # it had come up: from now on, a stage that is down comes up in seconds
            fresh.run("./sentinel", "down")
            longest[number:] = [8.0] * len(longest[number:])
        victim = _sentinel(fresh)
        process.send_signal(signal.SIGKILL)
        if victim:
            fresh.run("kill", "-9", victim, folder="/")
        print(f"kill {number + 1}: {_last_word(process)}")
    status, out = fresh.run("./sentinel", "up", deadline=1200)
    assert status == 0, out
    accepted = fresh.run("python3", "-c", POST)[1].strip()
    assert accepted in _queued(fresh)
    assert not list((fresh.root / "root/.local/state/sentinel").glob("work/*"))
    images = fresh.run("docker", "image", "ls", "--format", "{{.Repository}}:{{.Tag}}")[1]
    assert "-probe" not in images, images
    containers = fresh.run("docker", "ps", "--all", "--quiet")[1].split()
    assert len(containers) == 2, "two services, and nothing stale"


def _sentinel(fresh: Machine) -> str:
    """The process id, on the machine, of the console script or of the launcher before it."""
    listing = fresh.run("ps", "-e", "-o", "pid=,args=", folder="/")[1]
    found = re.findall(r"^ *(\d+) \S*python\S* .*sentinel up$", listing, re.MULTILINE)
    return found[0] if found else ""


def _last_word(process: subprocess.Popen[str]) -> str:
    """What it said last. Its children may hold the pipe open: only what is there already is read."""
    assert process.stdout is not None
    descriptor = process.stdout.fileno()
    os.set_blocking(descriptor, False)
    try:
        said = os.read(descriptor, 65536).decode(errors="replace").strip().splitlines()
    except BlockingIOError:
        said = []
    process.stdout.close()
    process.wait()
    return said[-1] if said else "(nothing yet)"
