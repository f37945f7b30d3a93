"""What keeps submissions apart from the grader, from its engine's machine and from each other, looked at one by one."""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from docker.models.containers import Container

from sentinel_grader.grading import grade
from sentinel_grader.observe import alerter_build
from sentinel_grader.observe.agent import IMAGE, agent
from sentinel_grader.observe.processes import watcher
from sentinel_grader.observe.scope import Scope
from sentinel_grader.observe.session import Session, session
from sentinel_grader.observe.stand import stand
from sentinel_grader.observe.store import Store

from ..mutants.matrix import engine
from ..mutants.mutant import Patch
from ..mutants.task_2 import INSTALL
from .attempt import Attempt
from .builds import BUILDS, MARK

pytestmark = pytest.mark.engine

#: Becomes the user of the process whose command line has the word, and writes where that one writes.
_FORGE = """\
import os, pathlib, sys, time
until = time.monotonic() + 10
while time.monotonic() < until:
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        if path.parent.name != str(os.getpid()) and sys.argv[1].encode() in path.read_bytes():
            status = path.parent.stat()
            os.setgroups([]); os.setgid(status.st_gid); os.setuid(status.st_uid)
            (path.parent / "fd" / "1").open("w").write("[]\\n")
            sys.exit("forged")
sys.exit("nobody there")
"""


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Session]:
    with session(tmp_path, {"engine": engine().version}) as one:
        yield one


def _start(running: Session, *command: str, **settings: object) -> Container:
    return running.engine.containers.run(
        IMAGE, list(command), name=running.name("test"), labels=running.labels, detach=True, **settings
    )


def _forged(container: Container, word: str) -> str:
    said: bytes = container.exec_run(["python", "-c", _FORGE, word], user="0:0").output
    return said.decode()


def test_a_root_inside_cannot_write_in_the_watchers_name(running: Session, tmp_path: Path) -> None:
    """It can in that of any other process whose user it can become: so it is the watcher's capability that counts."""
    container = _start(running, "sleep", "600", network_mode="none")
    with watcher(Scope(running, tmp_path), container) as watching:
        assert "PermissionError" in _forged(container, "LOOKS")
        watching.wait_for_looks(2)
        assert watching.saw().to_the_end
    beside = _start(
        running, "sleep", "601", network_mode="none", pid_mode=f"container:{container.id}", user="65534:65534"
    )
    assert "forged" in _forged(container, "601")
    assert beside.logs() == b"[]\n"


def test_the_engines_own_machine_is_out_of_reach(running: Session) -> None:
    """Even what listens there on all addresses, which a plain internal network lets its containers reach."""
    if engine().number < (28,):
        pytest.skip("networks without an address of the engine's machine came with Engine 28")
    port = "48001"
    _start(running, "python", "-m", "http.server", port, network_mode="host")
    plain = running.engine.networks.create(running.name("plain"), internal=True, labels=running.labels)
    with agent(running, plain) as control:
        until = time.monotonic() + 15
        while (answer := control.http("GET", _first_address(plain), int(port), "/")).status != 200:
            assert time.monotonic() < until, answer
            time.sleep(0.1)
    with stand(running) as place:
        place.network.reload()
        answer = place.agent.http("GET", _first_address(place.network), int(port), "/", timeout=3)
        assert answer.error, answer


def _first_address(network: object) -> str:
    network.reload()  # type: ignore[attr-defined]
    subnet = network.attrs["IPAM"]["Config"][0]["Subnet"]  # type: ignore[attr-defined]
    return str(next(ipaddress.ip_network(subnet).hosts()))


@pytest.mark.slow
def test_a_build_that_was_cut_short_runs_no_more(
    running: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    word = f"{MARK}-{running.run}"
    attempt = Attempt("endless", "", {}, {"Dockerfile": (INSTALL, f"RUN sleep 1000 && echo {word}\n{INSTALL}")})
    monkeypatch.setattr(alerter_build, "DEADLINE", 15)
    graded = grade(list(BUILDS), attempt.submission(tmp_path / "checkout"), engine(), store=Store(None))
    assert [each.reason and each.reason.code for each in graded.result.checks] == ["build_endless"]
    until = time.monotonic() + 20
    while found := _processes_with(running, word):
        assert time.monotonic() < until, found
        time.sleep(1)


def _processes_with(running: Session, word: str) -> str:
    """The engine's machine's processes whose command line holds the word; our own look aside."""
    look = "import pathlib, sys; word = sys.argv[1][::-1].encode(); "
    look += "lines = [path.read_bytes() for path in pathlib.Path('/proc').glob('[0-9]*/cmdline')]; "
    look += "print(*(line for line in lines if word in line))"
    container = _start(running, "python", "-c", look, word[::-1], network_mode="none", pid_mode="host")
    container.wait(timeout=60)
    said: bytes = container.logs()
    return said.decode().strip()


@pytest.mark.slow
def test_what_one_submission_plants_in_a_cache_no_other_finds(tmp_path: Path) -> None:
    """Both have the very same lines; the second one's code is another."""
    mount = "RUN --mount=type=cache,id=shared,sharing=shared,target=/root/.cache/pip"
    plant = f"{mount} test ! -e /root/.cache/pip/planted && touch /root/.cache/pip/planted\n{INSTALL}"
    for number in range(2):
        patch: Patch = {"Dockerfile": (INSTALL, plant), "alerter/other.py": f"NUMBER = {time.time_ns() + number}\n"}
        submission = Attempt(f"plants-{number}", "", {}, patch).submission(tmp_path / str(number))
        graded = grade(list(BUILDS), submission, engine(), store=Store(None))
        assert [each.verdict for each in graded.result.checks] == ["passed"], graded.result.checks
