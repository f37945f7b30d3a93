"""What is read from a build's log: steps print into it as they like."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from sentinel_grader.observe.alerter_build import build_image, failure
from sentinel_grader.observe.outcome import Fault, OursError
from sentinel_grader.observe.probe_build import steps_in
from sentinel_grader.observe.scope import Ran, Scope

_ASKED = "python:3.12: failed to resolve source metadata for docker.io/library/python:3.12"
_HEAD = 'failed to do request: Head "https://registry-1.docker.io/v2/library/python/manifests/3.12"'
_OLD = "rpc error: code = Unknown desc = failed to solve with frontend dockerfile.v0: failed to create LLB definition: "
_LIMIT = (
    "unexpected status from HEAD request to https://registry-1.docker.io/v2/library/python/manifests/3.12:"
    " 429 Too Many Requests"
)
_LOST = f"failed to export image: failed to create image: failed to get layer sha256:{'ab' * 32}: layer does not exist"
_STEP = "#7 [build 3/3] RUN pip install"


@pytest.mark.parametrize(
    ("last", "kind"),
    [
        ("ERROR: failed to build: failed to solve: write /var/lib/docker/x: no space left on device", OursError),
        ("ERROR: failed to solve: failed to solve: unexpected EOF", Fault),  # so a step ends that unpacks half a file
        ("ERROR: failed to solve: cannot copy to non-directory: /x/merged/no space left on device", Fault),
        ("ERROR: failed to solve: cannot copy to non-directory: /x/merged/a: no space left on device", Fault),
        ("ERROR: failed to receive status: rpc error: desc = error reading from server: EOF", OursError),
        ('ERROR: failed to solve: process "/bin/sh -c cat x" did not complete successfully: exit code: 1', Fault),
        ('ERROR: failed to solve: "/no space left on device": not found', Fault),
        (f"ERROR: failed to build: failed to solve: {_ASKED}: {_HEAD}: dial tcp: no such host", OursError),
        (f"ERROR: failed to solve: {_OLD}{_HEAD}: net/http: TLS handshake timeout", OursError),
        (f"ERROR: failed to solve: {_ASKED}: {_LIMIT}", OursError),
        (f"ERROR: failed to build: failed to solve: {_ASKED}: docker.io/library/python:3.12: not found", Fault),
        (f"ERROR: failed to solve: process \"/bin/sh -c echo '{_HEAD}: x'\" did not complete: exit code: 1", Fault),
        (f'ERROR: failed to solve: "/{_HEAD}: x": not found', Fault),
        (f"ERROR: failed to solve: {_LOST}", OursError),
        (f"ERROR: failed to build: failed to solve: rpc error: code = Unknown desc = {_LOST}", OursError),
        ("ERROR: failed to solve: failed to export image: failed to create image: max depth exceeded", Fault),
        (f"ERROR: failed to solve: process \"/bin/sh -c echo '{_LOST}'\" did not complete: exit code: 1", Fault),
        (f'ERROR: failed to solve: "/{_LOST}": not found', Fault),
        ("", Fault),
    ],
)  # fmt: skip
def test_only_the_last_line_says_whose_a_failure_is(last: str, kind: type[Exception], tmp_path: Path) -> None:
    """A step that fails is the learner's, whatever it printed before."""
    log = f"{_STEP}\n#7 0.1 cat: write error: no space left on device\n#7 ERROR: exit code: 1\n{last}\n"
    (tmp_path / "Dockerfile").write_text("FROM python:3.13-slim\nRUN cat x\n")
    assert isinstance(failure(log, tmp_path / "Dockerfile"), kind)


def test_an_answer_that_breaks_off_is_the_engines(tmp_path: Path) -> None:
    log = f"{_STEP}\n#7 0.1 Collecting redis\nERROR: failed to solve: failed to solve: unexpected EOF\n"
    assert isinstance(failure(log, tmp_path / "Dockerfile"), OursError)


@pytest.mark.parametrize("blank", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "\r"])
def test_what_a_step_prints_is_no_line_of_the_log(blank: str) -> None:
    log = f"{_STEP}\n#7 0.312 x{blank}#7 CACHED\n#7 DONE 3.1s\n"
    assert steps_in(log) == {"[build 3/3] RUN pip install": "DONE"}


class Losing:
    """A scope whose engine loses a layer in its first `times` builds."""

    def __init__(self, times: int) -> None:
        self.times, self.built = times, 0

    def run(self, command: list[str], **_: object) -> Ran:
        self.built += 1
        if self.built <= self.times:
            return Ran(1, b"", f"ERROR: failed to solve: {_LOST}\n".encode(), 0.1)
        (told,) = [option.removeprefix("--metadata-file=") for option in command if "--metadata-file=" in option]
        Path(told).write_text('{"containerimage.digest": "sha256:1"}')
        return Ran(0, b"", b"", 0.1)


@pytest.mark.parametrize(("times", "builds"), [(0, 1), (1, 2), (9, 2)])
def test_what_an_engine_lost_sight_of_is_built_once_more(
    times: int, builds: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SENTINEL_STATE", str(tmp_path))
    engine = Losing(times)
    scope = cast(Scope, engine)
    if times < builds:
        assert build_image(scope, tmp_path, "tag")[0] == "sha256:1"
    else:
        with pytest.raises(OursError, match="layer does not exist"):
            build_image(scope, tmp_path, "tag")
    assert engine.built == builds
