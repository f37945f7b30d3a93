"""What a learner is told of a build that failed, from the logs of either engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from sentinel_grader.observe.alerter_build import failure
from sentinel_grader.observe.dockerfile import DOCKERFILE
from sentinel_grader.observe.outcome import Fault, Place

TEXT = """\
FROM python:3.13-slim AS build
ENV A=1
RUN true
RUN pip install \\
    nothing-such==1

FROM build
COPY --from=build /missing /x
"""
INSTALL = """\
#6 [build 3/3] RUN pip install     nothing-such==1
#6 1.258 ERROR: No matching distribution found for nothing-such==1
#6 ERROR: {ended}
------
 > [build 3/3] RUN pip install     nothing-such==1:
1.258 ERROR: No matching distribution found for nothing-such==1
------
"""
OLD = INSTALL.format(ended="executor failed running [/bin/sh -c pip install nothing-such==1]: exit code: 1") + (
    "ERROR: failed to solve: executor failed running [/bin/sh -c pip install nothing-such==1]: exit code: 1\n"
)
NEW = INSTALL.format(
    ended='process "/bin/sh -c pip install nothing-such==1" did not complete successfully: exit code: 1'
) + (
    "Dockerfile:4\n--------------------\n   4 | >>> RUN pip install \\\n--------------------\n"
    'ERROR: failed to build: failed to solve: process "/bin/sh -c pip …" did not complete successfully: exit code: 1\n'
)
COPIED = """\
#6 [stage-1 1/1] COPY --from=build /missing /x
------
 > [stage-1 1/1] COPY --from=build /missing /x:
------
ERROR: failed to solve: lstat /var/lib/docker/overlay2/pmih9jd6j07trx/merged/missing: no such file or directory
"""
SYNTAX = (
    "ERROR: failed to solve: rpc error: code = Unknown desc = failed to solve with frontend dockerfile.v0: "
    "failed to create LLB definition: dockerfile parse error line 3: Unknown flag: lnk\n"
)


@pytest.mark.parametrize(
    ("log", "line", "words"),
    [
        (OLD, 4, "The build fails: `RUN pip install nothing-such==1` ends with status 1. It said:"),
        (NEW, 4, "The build fails: `RUN pip install nothing-such==1` ends with status 1. It said:"),
        (COPIED, 8, "The build fails: `COPY --from=build /missing /x` finds no missing in build"),
        (SYNTAX, 3, "The build fails: dockerfile parse error line 3: Unknown flag: lnk"),
        ("ERROR: failed to solve: something else\n", None, "The build fails: something else"),
        (OLD.replace("build 3/3", "build 9/9"), None, "The build fails: `RUN pip install"),
        (OLD.replace("build 3/3", "other 3/3"), None, "The build fails: `RUN pip install"),
    ],
    ids=["20.10", "29", "a copy on 20.10", "the syntax on 20.10", "no step", "no such step", "no such stage"],
)
def test_the_line_and_the_words(log: str, line: int | None, words: str, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(TEXT)
    failed = failure(log, tmp_path / "Dockerfile")
    assert isinstance(failed, Fault)
    assert failed.outcome.at == Place(DOCKERFILE, line)
    assert failed.outcome.saw.startswith(words)


@pytest.mark.parametrize("log", [OLD, NEW])
def test_what_the_step_itself_said_last_is_shown(log: str, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(TEXT)
    failed = failure(log, tmp_path / "Dockerfile")
    assert isinstance(failed, Fault)
    assert failed.outcome.detail[-1].endswith("ERROR: No matching distribution found for nothing-such==1")
