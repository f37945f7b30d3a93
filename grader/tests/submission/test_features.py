"""Who learns with an old engine is not failed for what only a newer one understands, nor kept from what theirs does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sentinel_grader.observe.dockerfile import DOCKERFILE, prepare
from sentinel_grader.observe.outcome import OursError
from sentinel_grader.observe.scope import Scope
from sentinel_grader.observe.session import Session
from sentinel_grader.policy import prepared_text, understood_by

from .building import build, engine_knows, ours

#: Each feature alone, with the version of the syntax that brought it. A build that passes over it in silence fails.
NEW = {
    "heredoc": ((1, 4), "RUN <<EOF\ntrue\nEOF"),
    "COPY --link": ((1, 4), "COPY --link x /x"),
    "ADD --link": ((1, 4), "ADD --link=true x /x"),
    "COPY --exclude": ((1, 19), "COPY --exclude=y . /d/"),
    "COPY --parents": ((1, 20), "COPY --parents ./x /d/"),
    "ADD --unpack": ((1, 17), "ADD --unpack=false x /x"),
    "--chmod with letters": ((1, 14), "COPY --chmod=u=rx,go-rwx x /x\nRUN test $(stat -c %a /x) = 500"),
    "a variable in --chmod": ((1, 10), "ARG M=500\nCOPY --chmod=$M x /x\nRUN test $(stat -c %a /x) = 500"),
    "RUN --network": ((1, 3), "RUN --network=none true"),
    "RUN --mount=type=tmpfs,size": ((1, 4), "RUN --mount=type=tmpfs,target=/t,size=1m true"),
    "RUN --mount=type=secret,env": ((1, 10), "RUN --mount=type=secret,id=a,env=A true"),
    "a variable in RUN --mount": ((1, 3), "ARG T=/t\nRUN --mount=type=bind,target=$T ls /t/x"),
    "HEALTHCHECK --start-interval": ((1, 6), "HEALTHCHECK --start-interval=1s CMD true"),
    "HEALTHCHECK --timeout=0": ((1, 5), "HEALTHCHECK --timeout=0s CMD true"),
    "HEALTHCHECK --retries=0": ((1, 5), "HEALTHCHECK --retries=0 CMD true"),
    "${name-word}": ((1, 6), "ENV A=${B-c}\nRUN test $A = c"),
    "${name#pattern}": ((1, 7), "ARG A=abc\nENV B=${A#a}\nRUN test $B = bc"),
}
#: What looks like one of them, and is older than all engines.
OLD = [
    "COPY --chmod=0500 x /x\nRUN test $(stat -c %a /x) = 500",
    "ARG U=5\nCOPY --chown=$U:${U} x /x\nRUN test $(stat -c %u:%g /x) = 5:5",
    "RUN --mount=type=tmpfs,target=/t --mount=type=bind,source=x,target=/size=x cat /size=x",
    "RUN --mount=type=cache,target=/c,id=one,mode=0700,uid=5,gid=5 test $(stat -c %u /c) = 5",
    "RUN --mount=type=secret,id=a,required=false true",
    "HEALTHCHECK --interval=10s --timeout=500ms --start-period=1m0s --retries=10 CMD true",
    "ARG A=1 B=2\nENV C=${A:-x}${B:+y}${D:-z}\nRUN test $C = 1yz",
    "ARG A=abc\nRUN test ${A#a}${D-d} = bcd",
    'CMD ["sh", "-c", "exec ${A%b}"]',
]


@pytest.mark.parametrize("name", NEW)
def test_a_feature_is_known_by_its_version(name: str) -> None:
    found = ours(f"FROM python:3.13-slim\n{NEW[name][1]}\n")
    assert found is not None
    assert [(one.name, one.since) for one in found.features] == [(name, NEW[name][0])]


@pytest.mark.parametrize("text", OLD)
def test_what_every_engine_understands_is_no_feature(text: str) -> None:
    found = ours(f"FROM python:3.13-slim\n{text}\n")
    assert found is not None
    assert found.features == ()


@pytest.mark.parametrize(
    ("engine", "syntax"),
    [((20, 10, 24), (1, 2)), ((23, 0, 1), (1, 4)), ((26, 1, 5), (1, 7)), ((28, 2), (1, 14)), ((29, 0, 4), (1, 19)),
     ((29, 9, 3), (1, 20)), ((31,), (1, 20))],
)  # fmt: skip
def test_what_an_engine_understands(engine: tuple[int, ...], syntax: tuple[int, int]) -> None:
    assert understood_by(engine) == syntax
    assert understood_by(()) > syntax, "an engine that does not say its version is tried"


@pytest.mark.parametrize(("engine", "graded"), [("20.10.24+dfsg1", False), ("29.9.3", True)])
def test_an_engine_that_is_too_old_is_ours_to_answer_for(engine: str, graded: bool, tmp_path: Path) -> None:
    context = (tmp_path / DOCKERFILE).parent
    context.mkdir(parents=True)
    (context / "Dockerfile").write_text("FROM python:3.13-slim\nCOPY --link x /x\n")
    nobody: Any = None
    scope = Scope(Session("run", nobody, tmp_path, {"engine": engine}), tmp_path)
    if graded:
        prepare(scope, context)
        return
    with pytest.raises(OursError, match=r"COPY --link \(line 2\)") as raised:
        prepare(scope, context)
    assert raised.value.outcome.code == "dockerfile_frontend_too_old"


@pytest.mark.engine
@pytest.mark.slow
@pytest.mark.parametrize("text", [*(text for _, text in NEW.values()), *OLD])
def test_the_engine_builds_it_if_and_only_if_we_say_so(text: str, tmp_path: Path) -> None:
    for name in ("x", "y"):
        (tmp_path / name).write_text(name)
    found = ours(f"FROM python:3.13-slim\n{text}\n")
    assert found is not None
    done = build(tmp_path, prepared_text(found), "--output=type=cacheonly")
    assert (done.returncode == 0) == engine_knows(found), done.stderr
