"""What task 5's observations see of stacks that are known."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from sentinel_grader.observe.compose.bounds import Bound, hog
from sentinel_grader.observe.compose.crash import crash
from sentinel_grader.observe.compose.flow import Line
from sentinel_grader.observe.compose.reach import Published, Reached, published, reached
from sentinel_grader.observe.compose.stack import Stack, stack
from sentinel_grader.observe.compose.taken import taken
from sentinel_grader.observe.scope import Scope
from sentinel_grader.observe.session import session

from ..compose_policy.learner import COURSE, Learner

pytestmark = pytest.mark.engine
#: Answers 200 to GET /health on 8001; listens on 9000 for all, and on 9001 for itself.
_SERVER = (
    "cd /tmp && touch health && (python -m http.server 9000 & python -m http.server 9001 --bind 127.0.0.1 & "
    "exec python -m http.server 8001)"
)
_PROBE = "from socket import create_connection as c; c(('localhost', 8001)); c(('localhost', 9000))"
_STACK = f"""\
services:
  server:
    image: python:3.13-slim
    command: [sh, -c, "{_SERVER}"]
    init: true
    user: "65534"
    tmpfs: [/tmp]
    ports: ["127.0.0.1:8001:8001", "9000:9000"]
    healthcheck: {{test: [CMD, python, -c, "{_PROBE}"]}}
    networks: [front, back]
    RESTART
  bystander: {{image: "redis:8", networks: [back]}}
networks: {{front: , back: }}
"""
Made = Callable[[str], Stack]


@pytest.fixture
def scope(tmp_path: Path) -> Iterator[Scope]:
    with session(tmp_path, {"engine": "29"}) as running:
        yield Scope(running, tmp_path)


@pytest.fixture
def made(scope: Scope, tmp_path: Path) -> Iterator[Made]:
    """A stack that is up, its server with this restart policy."""
    learner = Learner(tmp_path / "module-01-containers")
    with ExitStack() as opened:

        def up(restart: str) -> Stack:
            learner.put("docker-compose.yaml", _STACK.replace("RESTART", restart))
            composing = taken(scope.session, learner.folder, COURSE, include=None)
            found = opened.enter_context(stack(scope, composing, {}))
            assert found.up().well
            return found

        yield up


def test_what_is_listened_on_can_be_reached_and_what_is_for_itself_cannot(made: Made) -> None:
    found = made("restart: always")
    assert published(found) == [Published("server", "8001/tcp", "127.0.0.1"), Published("server", "9000/tcp", "")]
    doors = {(one.network, one.service, one.port) for one in reached(found)}
    assert doors == {
        *((network, "server", port) for network in ("front", "back") for port in (8001, 9000)),
        ("back", "bystander", 6379),
    }
    assert Reached("front", "server", 8001) in reached(found)


@pytest.mark.parametrize(("restart", "heals"), [("restart: always", True), ("restart: 'no'", False)])
def test_a_crash_is_none_of_anybodys_wishes(restart: str, heals: bool, made: Made) -> None:
    """So a restart policy holds, as it would not after `docker kill`."""
    found = made(restart)
    network, (server,) = found.networks()["front"], found.containers("server")
    with found.guest(network) as talking:
        line = Line(found, network, talking)
        seen = crash(line, server)
        again = seen if heals else crash(line, server)  # what is gone by then is down, and not the engine's fault
    assert again.healed == heals
    assert (seen.healed, seen.restarts, seen.status) == (heals, int(heals), "running" if heals else "exited")


def test_a_hog_does_not_get_more_than_its_bounds(scope: Scope) -> None:
    seen = hog(scope, Bound(64 << 20, 0.5))
    assert seen.exit_code == 137
    assert 0 < seen.processors < 1.0
