"""A grade is never alone on its engine: other grades run beside it, it may be ended in the middle, and most of what is
there belongs to somebody else."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from docker import DockerClient
from docker.types import Mount

from sentinel_grader import pristine
from sentinel_grader.observe.engine import connect
from sentinel_grader.observe.leftovers import LABEL
from sentinel_grader.paths import ROOT, state_folder
from sentinel_grader.result import CheckResult, Result, Verdict

from .exercises import AFTER_TASK, BASE, SOLUTION, STARTER, assemble

pytestmark = [pytest.mark.engine, pytest.mark.timeout(300)]
#: How often a grade of the whole module is killed, within so many seconds of its start.
KILLS, WITHIN = 20, 50.0
#: Everything there is to grade of the alerter; and the least, which asks nothing of the engine but to be clean.
EVERYTHING, LITTLE = ("1.1", "1.2", "1.3", "1.4"), ("m1.pinned_base",)


@pytest.fixture(scope="module")
def engine() -> Iterator[DockerClient]:
    client = connect()
    yield client
    client.close()


@pytest.fixture(autouse=True)
def strangers(engine: DockerClient) -> Iterator[None]:
    """Things of other people, some of them with names and labels like ours: after each test they are as before."""
    name = f"sentinel-stranger-{uuid.uuid4().hex[:8]}"
    labels = {LABEL: name, "stranger": name}  # a run of another machine on the same engine
    network = engine.networks.create(name, labels=labels)
    volume = engine.volumes.create(name, labels=labels)
    image = f"sentinel-grade/{name}:latest"
    engine.api.tag(BASE, image.partition(":")[0], "latest")
    common: dict[str, Any] = {"image": image, "labels": labels, "network": name, "detach": True}
    running = engine.containers.run(**common, name=name, command=["sleep", "600"], volumes=[f"{name}:/data"])
    stopped = engine.containers.run(**common, name=f"{name}-2", command=["true"], mounts=[Mount("/anonymous", "")])
    stopped.wait()
    try:
        before = _seen(engine, name, image)
        yield
        assert _seen(engine, name, image) == before
    finally:
        for container in (running, stopped):
            container.remove(force=True, v=True)
        network.remove()
        volume.remove()
        engine.images.remove(image)


def _seen(engine: DockerClient, name: str, image: str) -> dict[str, Any]:
    ours = {"label": f"stranger={name}"}
    containers = engine.containers.list(all=True, filters=ours)
    networks = engine.networks.list(filters=ours, greedy=True)
    return {
        "containers": sorted((each.id, each.attrs["State"]["StartedAt"], each.status) for each in containers),
        "mounts": sorted(mount["Name"] for each in containers for mount in each.attrs["Mounts"]),
        "volumes": [each.name for each in engine.volumes.list(filters=ours)],
        "networks": [(each.id, [*each.attrs["Containers"]]) for each in networks],
        "image": engine.images.get(image).id,
    }  # fmt: skip


class Graders:
    """Grades as learners start them, in processes of their own, with a state folder that they share."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        (folder / "state").mkdir()
        if (secret := state_folder() / "secret").exists():
            shutil.copy(secret, folder / "state")  # so that BuildKit still knows what other tests built

    def start(self, recipe: Path, targets: tuple[str, ...]) -> tuple[subprocess.Popen[str], Path]:
        """Start to grade; the process, and where it will write the result."""
        checkout = self._folder / uuid.uuid4().hex
        assemble(checkout / STARTER.relative_to(ROOT), recipe, mended=False)
        return self.start_in(checkout, targets)

    def start_in(self, checkout: Path, targets: tuple[str, ...]) -> tuple[subprocess.Popen[str], Path]:
        """The same for a checkout that is there."""
        result = checkout / "result.json"
        # Four grades of as many observations as one may have would start a service more slowly than it must start.
        command = [sys.executable, "-m", "sentinel_grader", "grade", *targets, "--jobs", "2", "--json", str(result)]
        process = subprocess.Popen(
            [*command, "--submission", str(checkout)],
            env={**os.environ, "SENTINEL_STATE": str(self._folder / "state")},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,  # so that a signal is the grade's alone
            preexec_fn=lambda: signal.signal(
                signal.SIGINT, signal.SIG_DFL
            ),  # shells ignore it for what they start by `&`
        )
        return process, result

    def processes(self) -> list[str]:
        """Those that are left of what was started, by their commands."""
        sign = f"SENTINEL_STATE={self._folder / 'state'}".encode()
        found = list[str]()
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):  # it ended
                if sign in (process / "environ").read_bytes().split(b"\0"):
                    found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        return found

    def runs(self) -> list[str]:
        """What the grades that are under way, or not cleaned up after, call themselves on the engine."""
        return [path.name.partition(".")[2] for path in (self._folder / "state" / "runs").glob("*.*")]

    def grade(self, recipe: Path, targets: tuple[str, ...]) -> None:
        """Grade to the end."""
        process, result = self.start(recipe, targets)
        output, _ = process.communicate(timeout=200)
        assert result.exists(), output


@pytest.fixture
def graders(tmp_path: Path) -> Graders:
    return Graders(tmp_path)


def _left(engine: DockerClient, run: str) -> dict[str, list[str]]:
    """What on the engine is of a run."""
    ours = {"label": f"{LABEL}={run}"}
    found = {
        "containers": [str(each["Names"]) for each in engine.api.containers(all=True, filters=ours)],
        "networks": [str(each["Name"]) for each in engine.api.networks(filters=ours)],
        "volumes": [str(each["Name"]) for each in engine.api.volumes(filters=ours)["Volumes"] or []],
        "images": [str(each["Id"]) for each in engine.api.images(filters=ours)],
    }
    return {kind: names for kind, names in found.items() if names}


def test_grades_at_once_do_not_disturb_each_other(graders: Graders, engine: DockerClient) -> None:
    """The same solution twice, since they share what is built, a half-finished one and the starter."""
    recipes = {"solution": SOLUTION, "again": SOLUTION, "half": AFTER_TASK / "1" / "alerter", "starter": STARTER}
    started = {name: graders.start(recipe, EVERYTHING) for name, recipe in recipes.items()}
    runs, checks = set[str](), dict[str, list[CheckResult]]()
    while any(process.poll() is None for process, _ in started.values()):
        runs |= set(graders.runs())
        time.sleep(0.1)
    for name, (process, result) in started.items():
        output, _ = process.communicate()
        assert result.exists(), output
        checks[name] = msgspec.json.decode(result.read_bytes(), type=Result).checks
    for name in ("solution", "again"):
        assert {each.id: each.reason for each in checks[name] if each.verdict is not Verdict.PASSED} == {}
    assert {each.verdict for each in checks["half"]} == {Verdict.PASSED, Verdict.FAILED, Verdict.SKIPPED}
    assert {each.verdict for each in checks["starter"]} == {Verdict.FAILED, Verdict.SKIPPED}
    assert len(runs) == len(recipes), "each grade is a run of its own"
    assert {run: left for run in runs if (left := _left(engine, run))} == {}
    assert graders.runs() == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_grade_that_was_ended_leaves_nothing_once_the_next_one_has_run(
    number: signal.Signals, graders: Graders, engine: DockerClient
) -> None:
    process, _ = graders.start(SOLUTION, EVERYTHING)
    until = time.monotonic() + 100
    while not any(len(_left(engine, run).get("containers", [])) > 2 for run in graders.runs()):
        assert time.monotonic() < until
        assert process.poll() is None, process.communicate()[0]
        time.sleep(0.05)
    (run,) = graders.runs()
    process.send_signal(number)
    process.communicate(timeout=60)
    assert process.returncode == (130 if number is signal.SIGINT else -number)
    if number is signal.SIGINT:
        assert _left(engine, run).keys() <= {"images"}, "who is asked to end takes its containers along"
    graders.grade(STARTER, LITTLE)
    assert _left(engine, run) == {}
    graders.grade(STARTER, LITTLE)
    assert graders.runs() == [], "and it is forgotten"


@pytest.mark.slow
@pytest.mark.timeout(3000)
def test_killed_at_random_moments_of_a_whole_grade_the_next_one_cleans_up_and_grades_right(
    graders: Graders, engine: DockerClient, tmp_path: Path
) -> None:
    pristine.lay(checkout := tmp_path / "solved", solved=True)
    seed = random.randrange(1 << 32)
    moments = random.Random(seed)
    for number in range(KILLS):
        process, _ = graders.start_in(checkout, ("1",))
        after = moments.uniform(0.3, WITHIN)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(after)
        said = f"kill {number + 1} after {after:.1f} s (seed {seed})"
        runs = graders.runs()
        process.kill()
        process.communicate(timeout=60)
        graders.grade(STARTER, LITTLE)
        assert {run: left for run in runs if (left := _left(engine, run))} == {}, said
        graders.grade(STARTER, LITTLE)
        assert graders.runs() == [], said
        assert graders.processes() == [], said
    process, result = graders.start_in(checkout, ("1",))
    output, _ = process.communicate(timeout=400)
    assert process.returncode == 0, output
    assert msgspec.json.decode(result.read_bytes(), type=Result).points == 100
