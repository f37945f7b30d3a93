"""Task 7's stack: it is broken in the ways that people know, and nothing but what is asked is wrong with it."""

from __future__ import annotations

import re
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from sentinel_grader.observe.repair.plan import FILE
from sentinel_grader.paths import ROOT
from sentinel_grader.policy import allowed_bases
from sentinel_grader.policy.compose import Resolved, resolved

from .exercises import REPAIR, REPAIR_FILES, REPAIRED, files_of, lay_repair, wait_for

COURSE = ROOT / "module-01-containers" / "docker-compose.yaml"


def test_the_solution_holds_the_files_that_are_to_be_mended_and_no_others() -> None:
    assert files_of(REPAIRED) == sorted(REPAIR_FILES)
    assert [name for name in REPAIR_FILES if (REPAIR / name).read_bytes() == (REPAIRED / name).read_bytes()] == []


def test_a_todo_stands_where_something_is_to_be_mended_and_nowhere_else() -> None:
    todos = {name: re.findall(r"^# (TODO.*)$", (REPAIR / name).read_text(), re.MULTILINE) for name in files_of(REPAIR)}
    assert {name for name, found in todos.items() if found} == set(REPAIR_FILES)
    assert all(re.fullmatch(r"TODO 7: [A-Z][^.]+\.", todo) for found in todos.values() for todo in found)
    assert not [name for name in REPAIR_FILES if "TODO" in (REPAIRED / name).read_text()]


def test_its_types_hold_strictly() -> None:
    command = [sys.executable, "-m", "mypy", "--strict", "--python-version", "3.11", "--cache-dir"]
    cache = str(ROOT / ".mypy_cache" / "repair")
    done = subprocess.run([*command, cache, "."], cwd=REPAIR, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_was_put_aside_is_the_code_of_an_earlier_release() -> None:
    """It differs in its version, and in the discount that the present one no longer gives."""
    new, old = ((REPAIR / "prices" / name).read_text().splitlines() for name in ("__main__.py", "release/__main__.py"))
    assert len([line for line, before in zip(new, old, strict=True) if line != before]) == 3
    assert 'VERSION = "1.1.0"' in new
    assert 'VERSION = "1.0.0"' in old


@pytest.mark.usefixtures("compose")
@pytest.mark.parametrize("mended", [None, REPAIRED], ids=["as handed out", "mended"])
def test_the_policy_lets_it_pass(mended: Path | None, tmp_path: Path) -> None:
    folder = lay_repair(tmp_path / "repair", mended)
    found = resolved(folder, COURSE, allowed_bases=allowed_bases(), name=FILE, include=None)
    assert isinstance(found, Resolved), found


class Shop:
    """The broken stack as a learner has it, under a name of its own, on the ports that it has."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._project = folder, f"bookshop-{uuid.uuid4().hex[:8]}"

    def compose(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = ["docker", "compose", "--project-name", self._project, *words]
        return subprocess.run(command, cwd=self.folder, capture_output=True, text=True, timeout=200)

    def ended(self, service: str) -> str:
        """Its exit status and whether it was out of memory, as the engine says, once it has ended."""
        shown = ["docker", "inspect", "--format", "{{.State.Status}} {{.State.ExitCode}} {{.State.OOMKilled}}"]

        def state() -> str:
            name = f"{self._project}-{service}-1"
            said = subprocess.run([*shown, name], capture_output=True, text=True, timeout=60).stdout
            return said.strip() if said.startswith("exited") else ""

        return wait_for(state, f"{service} has ended")

    def log(self, service: str, words: str) -> bool:
        """Whether its log has these words, in a while."""
        return wait_for(lambda: words in self.compose("logs", service).stdout, f"{words!r} in the log of {service}")


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    found = Shop(lay_repair(tmp_path / "repair", None))
    yield found
    found.compose("down", "--volumes", "--rmi", "local", "--timeout", "1")


@pytest.mark.engine
@pytest.mark.timeout(300)
def test_each_fault_shows_itself_as_people_know_it(shop: Shop) -> None:
    """With plain Docker commands, and no word of the grader's. What they tell is what the lesson asks about."""
    up = shop.compose("up", "--build", "--detach")
    assert up.returncode != 0
    assert re.search(r"Bind for 127\.0\.0\.1:8010 failed: port is already allocated", up.stderr), up.stderr
    shop.compose("down", "--timeout", "1")
    file = shop.folder / "docker-compose.yaml"
    file.write_text(file.read_text().replace("127.0.0.1:8010:8080", "127.0.0.1::8080"))
    assert shop.compose("up", "--detach").returncode == 0
    assert shop.ended("search").startswith("exited 137 ")  # "true" follows mostly: moby/moby#41929
    assert shop.ended("ledger") == "exited 1 false"
    assert shop.log("ledger", "PermissionError: [Errno 13] Permission denied: '/data/orders.jsonl'")
    assert shop.log("shop", "cannot reach the queue at redis:6379: [Errno -")
    code = "import urllib.request as r; print(r.urlopen('http://localhost:8080/version').read().decode())"
    said = wait_for(lambda: shop.compose("exec", "-T", "prices", "python", "-c", code).stdout, "a version")
    assert '"version": "1.0.0", "build": "release-1.0.0"' in said
