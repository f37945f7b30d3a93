"""Our parser sees what BuildKit sees: against its own parser where that installs, and against a real engine.

The other parser is asottile's `dockerfile`, which wraps BuildKit's Go code (of one older version).
"""

from __future__ import annotations

import json
import random
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sentinel_grader.observe.alerter_build import failure
from sentinel_grader.observe.dockerfile import DOCKERFILE
from sentinel_grader.observe.outcome import Fault, Place
from sentinel_grader.policy import Dockerfile, cache_argument, prepared_text
from sentinel_grader.submission.writing import write

from .building import build, engine_knows, ours
from .dockerfiles import random_dockerfile


def flat(found: Dockerfile) -> list[tuple[str, int, int, tuple[str, ...], tuple[str, ...]]]:
    """Every instruction from the first FROM's on: keyword, lines, flags, heredocs."""
    return [
        (one.keyword, one.line, one.end_line, tuple(flag.text for flag in one.flags),
         tuple(heredoc.content for heredoc in one.heredocs))
        for stage in found.stages for one in stage.instructions
    ]  # fmt: skip


def theirs(parser: Any, text: str) -> list[tuple[str, int, int, tuple[str, ...], tuple[str, ...]]]:
    found = parser.parse_string(text)
    begin = next(index for index, one in enumerate(found) if one.cmd.upper() == "FROM")
    return [
        (one.cmd.upper(), one.start_line, one.end_line, one.flags,
         tuple(heredoc.content.replace("\r\n", "\n") for heredoc in one.heredocs))
        for one in found[begin:] if one.cmd.upper() != "FROM"
    ]  # fmt: skip


def test_every_file_that_passes_is_read_the_same_by_buildkits_parser() -> None:
    parser = pytest.importorskip("dockerfile", reason="BuildKit's parser has no wheel for this machine")
    chance = random.Random(20)
    compared = 0
    while compared < 300:
        if found := ours(random_dockerfile(chance)):
            text = prepared_text(found)
            again = ours(text)
            assert again is not None
            assert flat(again) == theirs(parser, text), text
            assert [one[:3] for one in flat(again)] == [one[:3] for one in flat(found)]
            compared += 1


TRICKY = {
    "comments and blanks in continuations": "FROM python:3.13-slim\nENV A=1 \\\n# FROM scratch\n\n  B=2 \\\n"
    "  # x\n C=3\nUSER 5\n",
    "escape": "# escape=`\nFROM python:3.13-slim\nENV A=1 `\n  B=c:\\\nUSER 5\n",
    "two backslashes do not go on": "FROM python:3.13-slim\nENV A=1\nCMD echo \\\\\nUSER 5\n",
    "a backslash alone": "\\\nFROM python:3.13-slim\n\\\n\nUSER 5\n",
    "arguments": "ARG V=3.13\nARG B=python:${V}-slim\nFROM ${B:-x} AS one\nFROM ${V:+one}\nUSER 5\n",
    "stages by number, name and case": "FROM scratch AS One\nCOPY x /x\nFROM scratch\nCOPY --from=0 /x /y\n"
    "FROM scratch\nCOPY --from=oNE /x /z\nCOPY --from=1 /y /y\nUSER 5\n",
    "windows": "\ufeffFROM python:3.13-slim\r\nENV A=1 \\\r\n B=2\r\nUSER 5\r\n",
    "lists that are none": "FROM python:3.13-slim\nCMD ['a']\nENTRYPOINT [\"a\"\nUSER 5\n",
    "heredocs": "FROM python:3.13-slim\nCOPY <<A <<B /h/\nFROM evil\nA\nUSER 0\nB\n"
    "RUN <<-EOF\n\tcat /h/A\n\tEOF\nUSER 5\n",
    "a mounted cache": "FROM python:3.13-slim\nRUN --mount=type=cache,id=x,target=/c \\\n"
    " --mount=type=bind,target=/b ls\nUSER 5\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "x").write_text("x")
    return tmp_path


@pytest.fixture
def tag() -> Iterator[str]:
    name = f"sentinel-test/{uuid.uuid4().hex[:12]}"
    yield name
    subprocess.run(["docker", "image", "rm", "--force", name], capture_output=True, check=False)


def history(image: str) -> list[str]:
    """What made each layer of an image, the oldest first: the first word of each."""
    command = ["docker", "image", "history", "--no-trunc", "--format", "{{json .CreatedBy}}", image]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return [json.loads(line).split(" ")[0] for line in reversed(done.stdout.splitlines())]


@pytest.mark.engine
@pytest.mark.slow
@pytest.mark.parametrize("text", TRICKY.values(), ids=TRICKY.keys())
def test_the_engine_builds_the_instructions_that_we_see(text: str, folder: Path, tag: str) -> None:
    found = ours(text)
    assert found is not None
    if not engine_knows(found):
        pytest.skip("this engine does not know what the file uses")
    done = build(folder, prepared_text(found), "--load", f"--tag={tag}")
    assert done.returncode == 0, done.stderr
    lineage = list(found.lineage())[::-1]
    base = lineage[0].base
    expected = (history(base) if base != "scratch" else []) + [
        one.keyword for stage in lineage for one in stage.instructions if one.keyword != "ARG"
    ]
    assert history(tag) == expected


#: Files whose build fails at the line that names what is missing: by the context, a stage, a program, the syntax.
FAILING = {
    "of the context": TRICKY["windows"].replace("USER 5", "COPY missing /"),
    "after comments": TRICKY["comments and blanks in continuations"].replace("USER 5", "COPY missing /"),
    "of a stage": TRICKY["stages by number, name and case"].replace("USER 5", "COPY --from=one missing /"),
    "in a builder": "FROM python:3.13-slim AS b\nENV A=1\nWORKDIR /a\nARG B\nRUN true \\\n && \\\n/missing\nRUN true\n"
    "FROM scratch\nCOPY --from=b /a /a\n",
    "on another stage": "FROM python:3.13-slim AS b\nRUN true\nFROM b\nWORKDIR /x\nCOPY x .\nRUN /missing\n",
    "alone": "FROM python:3.13-slim\nWORKDIR /x\nRUN /missing\nRUN true\n",
    "of nothing": "FROM scratch\nCOPY x /\nCOPY missing /\n",
}


@pytest.mark.engine
@pytest.mark.slow
@pytest.mark.parametrize("text", FAILING.values(), ids=FAILING.keys())
def test_the_line_at_which_a_build_fails_is_the_learners(text: str, folder: Path) -> None:
    found = ours(text)
    assert found is not None
    done = build(folder, prepared_text(found), "--output=type=cacheonly")
    assert done.returncode != 0
    failed = failure(done.stderr, folder / "Dockerfile")
    assert isinstance(failed, Fault)
    lines = [one.line for stage in found.stages for one in stage.instructions if "missing" in one.value.lower()]
    assert failed.outcome.at == Place(DOCKERFILE, *lines), done.stderr


@pytest.mark.engine
@pytest.mark.slow
@pytest.mark.parametrize("more", ["", ",id=NONCE", ",sharing=locked", "/", "/,id=NONCE,sharing=private"])
def test_nothing_that_one_learner_puts_into_a_cache_reaches_the_next(more: str, folder: Path) -> None:
    """The first fills a cache and then runs the second's own line; neither the cache nor that layer may be shared."""
    nonce = uuid.uuid4().hex
    mount = f"--mount=type=cache,target=/c{nonce}{more.replace('NONCE', nonce)}"
    line = f"RUN {mount} ls -A /c{nonce} > /seen"

    def done(key: str, text: str) -> int:
        found = ours(f"FROM python:3.13-slim\n{text}")
        assert found is not None
        options = ("--output=type=cacheonly", f"--build-arg={cache_argument(nonce + key)}")
        return build(folder, prepared_text(found), *options).returncode

    assert done("first", f"RUN {mount} touch /c{nonce}/wheel") == 0
    assert done("first", f"{line}\nRUN test -s /seen # first {nonce}") == 0
    assert done("second", f"{line}\nRUN test ! -s /seen # second {nonce}") == 0


@pytest.mark.engine
def test_an_edit_that_keeps_the_size_reaches_the_engine(tmp_path: Path) -> None:
    """BuildKit takes a file for the one that another build sent it, if path, size and time are the same."""
    for text in ("port=6379", "port=7000"):
        folder = tmp_path / text / "context"
        write(folder / "settings", text.encode(), False)
        done = build(folder, "FROM scratch\nCOPY settings /settings\n", f"--output=type=local,dest={tmp_path / 'out'}")
        assert done.returncode == 0, done.stderr
        assert (tmp_path / "out" / "settings").read_text() == text
