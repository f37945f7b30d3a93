"""The alerter of module 1 for tests: its trees, put together as a learner has them, and a system that runs one.

client (asks over HTTP) ─▶ alerter ─▶ redis-queue      on an internal network, nothing published
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tarfile
import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, TypeVar

from sentinel_grader.paths import ROOT

STARTER = ROOT / "module-01-containers" / "exercises" / "alerter"
SOLUTION = ROOT / "module-01-containers" / "solutions" / "alerter"
AFTER_TASK = Path(__file__).parent / "after_task"
#: What the learner writes, and the tasks that each file is for.
LEARNERS = {"Dockerfile": [1, 2, 3, 4], ".dockerignore": [2]}
#: Beside the alerter: what brings all up together, and the task that it is for.
COMPOSE, COMPOSE_TASK = "docker-compose.yaml", 5
#: The stack of task 7: as it is handed out, the solution's, and the files that are mended in it.
REPAIR, REPAIRED = STARTER.with_name("repair"), SOLUTION.with_name("repair")
REPAIR_FILES = ("docker-compose.yaml", "ledger/Dockerfile", "prices/Dockerfile")
#: The code that the learner mends, and the task that it is for.
CODE = {"alerter/connection.py": [6], "alerter/queue.py": [6], "alerter/worker.py": [6]}
BASE = "python:3.13-slim"
LABEL = "sentinel.exercises"
_Found = TypeVar("_Found")


def files_of(folder: Path) -> list[str]:
    """What git knows, or would take, of a folder; relative to it."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    return sorted(subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout.split())


def assemble(to: Path, recipe: Path, *, mended: bool) -> Path:
    """In the new folder `to`: the given files, the learner's as they are in `recipe`, and the code mended or not: by
    the learner, where `recipe` is of a task after that."""
    _lay(STARTER, files_of(STARTER), to)
    if mended:
        _lay(SOLUTION, files_of(SOLUTION), to)
    _lay(recipe, LEARNERS, to)
    if recipe != SOLUTION:
        _lay(recipe, [name for name in CODE if (recipe / name).is_file()], to)
    return to


def compose_file(recipe: Path) -> Path:
    """The Compose file of whoever has this recipe: until its task is done, the one that was handed out."""
    if not recipe.is_relative_to(AFTER_TASK):
        return recipe.parent / COMPOSE
    is_done = int(recipe.parent.name) >= COMPOSE_TASK
    return (AFTER_TASK / str(COMPOSE_TASK) if is_done else STARTER.parent) / COMPOSE


def lay_repair(to: Path, mended: Path | None) -> Path:
    """In the new folder `to`: the broken stack, with those of its files that `mended` has."""
    _lay(REPAIR, files_of(REPAIR), to)
    if mended:
        _lay(mended, REPAIR_FILES, to)
    return to


def _lay(source: Path, names: Iterable[str], to: Path) -> None:
    for name in names:
        (to / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / name, to / name)


def docker(*arguments: str, check: bool = True, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run `docker`; a failure shows what it said."""
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True, timeout=120, check=False, **options)
    assert done.returncode == 0 or not check, f"docker {' '.join(arguments)}\n{done.stdout}{done.stderr}"
    return done


def wait_for(found: Callable[[], _Found], what: str, seconds: float = 60) -> _Found:
    """The first result that is true."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if result := found():
            return result
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds} s: {what}")


def megabytes_over_base(image: str, archive: Path) -> float:
    """The size of all files in the layers that `image` has on top of BASE."""
    layers = json.loads(docker("image", "inspect", BASE).stdout)[0]["RootFS"]["Layers"]
    docker("save", "--output", str(archive), image)
    with tarfile.open(archive) as saved:
        manifest = json.loads(_read(saved, "manifest.json"))[0]
        total = sum(_bytes_in(saved, name) for name in manifest["Layers"][len(layers) :])
    return total / 1_000_000


def _read(archive: tarfile.TarFile, name: str) -> bytes:
    member = archive.extractfile(name)
    assert member
    return member.read()


def _bytes_in(saved: tarfile.TarFile, layer: str) -> int:
    with tarfile.open(fileobj=saved.extractfile(layer), mode="r:*") as files:
        return sum(member.size for member in files if member.isfile())


@dataclass(frozen=True)
class Answer:
    """What an alerter answered; status 0: nothing."""

    status: int
    body: Any


_ASK = """
import http.client, json, sys
connection = http.client.HTTPConnection(sys.argv[1], int(sys.argv[2]), timeout=20)
try:
    connection.request("GET", sys.argv[3])
    print("sent", flush=True)
    answer = connection.getresponse()
    print(json.dumps([answer.status, json.load(answer)]))
except OSError as error:
    print(json.dumps([0, str(error)]))
"""


class System:
    """A Redis and a client on a network of their own, and the alerters that are started beside them."""

    def __init__(self, redis_name: str = "redis-queue", redis_port: int = 6379) -> None:
        self.run = f"exercise-{uuid.uuid4().hex[:8]}"
        self._redis_port = str(redis_port)
        self._label = f"{LABEL}={self.run}"
        self._redis_name = redis_name
        self._client, self._redis = f"{self.run}-client", f"{self.run}-redis"

    def __enter__(self) -> Self:
        try:
            docker("network", "create", "--internal", "--label", self._label, self.run)
            listening = ("redis-server", "--port", self._redis_port, "--protected-mode", "no", "--save", "")
            self.start(self._redis, "redis:8", "--network-alias", self._redis_name, command=listening)
            self.start(self._client, BASE, command=("sleep", "3600"))
            wait_for(lambda: self.redis("PING") == ["PONG"], "Redis answers")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        mine = ("--quiet", "--filter", f"label={self._label}")
        if containers := docker("ps", "--all", *mine).stdout.split():
            docker("rm", "--force", "--volumes", *containers)
        if networks := docker("network", "ls", *mine).stdout.split():
            docker("network", "rm", *networks)

    def start(self, name: str, image: str, *options: str, command: Iterable[str] = ()) -> None:
        """Start a container on the network."""
        ours = ("--label", self._label, "--network", self.run)
        docker("run", "--detach", "--name", name, *ours, *options, image, *command)

    def start_alerter(self, image: str, *options: str, wait: bool = True, **environment: object) -> str:
        """Start an alerter that raises an alert for each error, and wait until it is well; returns its name."""
        name = f"{self.run}-{uuid.uuid4().hex[:6]}"
        settings = {"REDIS_HOST": self._redis_name, "THRESHOLD": 1, **environment}
        words = [word for key, value in settings.items() for word in ("--env", f"{key}={value}")]
        self.start(name, image, *options, *words)
        if wait:
            self.wait_until_well(name, int(str(settings.get("PORT", 8001))))
        return name

    def wait_until_well(self, alerter: str, port: int = 8001) -> None:
        """Return once /health is 200."""
        wait_for(lambda: self.ask(alerter, "/health", port).status == 200, "the alerter is well")

    def asking(self, alerter: str, path: str, port: int = 8001) -> subprocess.Popen[str]:
        """A request under way."""
        command = ["docker", "exec", self._client, "python", "-c", _ASK, alerter, str(port), path]
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    def ask(self, alerter: str, path: str, port: int = 8001) -> Answer:
        """Ask an alerter."""
        return answer_of(self.asking(alerter, path, port))

    @property
    def redis_container(self) -> str:
        """What Redis's container is called on the engine."""
        return self._redis

    def redis(self, *command: str) -> list[str]:
        """Run a Redis command; the lines of its answer."""
        done = docker("exec", self._redis, "redis-cli", "-p", self._redis_port, *command, check=False)
        return done.stdout.split("\n")[:-1] if done.stdout.strip() else []

    def pause_redis(self) -> None:
        """Let Redis hang."""
        docker("pause", self._redis)

    def unpause_redis(self) -> None:
        """Let it go on."""
        docker("unpause", self._redis)

    def push(self, *entries: dict[str, str], queue: str = "logs_queue") -> None:
        """Queue entries as the log-collector does."""
        self.redis("LPUSH", queue, *map(json.dumps, entries))

    def waiting(self) -> int:
        """How many entries are on the queue."""
        return int(self.redis("LLEN", "logs_queue")[0])

    def alerted(self, alerter: str, port: int = 8001) -> list[str]:
        """The entries that alerts name, in the order of the alerts."""
        alerts = self.ask(alerter, "/alerts?limit=1000", port).body["alerts"]
        return [entry for alert in alerts for entry in alert["entry_ids"]]


def answer_of(asking: subprocess.Popen[str]) -> Answer:
    """What came of a request."""
    output, _ = asking.communicate(timeout=60)
    return Answer(*json.loads(output.splitlines()[-1]))


def entry(level: str = "ERROR") -> dict[str, str]:
    """An entry with an id that there never was before."""
    return {
        "id": uuid.uuid4().hex,
        "service_name": "checkout",
        "level": level,
        "message": "card declined",
        "timestamp": "2026-01-01T12:00:00Z",
        "received_at": "2026-01-01T12:00:00Z",
        "tenant_id": "acme",
    }
