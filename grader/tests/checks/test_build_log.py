"""What learners are told of the mistakes that people make most, from what Engine 29 logged of them (build_logs/)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sentinel_grader.observe.alerter_build import failure
from sentinel_grader.observe.build_log import cause, last_words
from sentinel_grader.observe.outcome import Fault, SubmissionFault

LOGS = Path(__file__).parent / "build_logs"
INSTALL = "`RUN pip install --no-cache-dir --no-compile --disable-pip-version-check --root-user-action=ignore"
#: What is said of each, at which line, and what the step itself printed last.
TOLD: dict[str, tuple[str, int, list[str]]] = {
    "misspelt_package": (
        INSTALL,
        9,
        [
            "ERROR: Could not find a version that satisfies the requirement uvicornn==0.54.0 (from versions: none)",
            "ERROR: No matching distribution found for uvicornn==0.54.0",
        ],
    ),
    "misspelt_file": (
        "`COPY requirement.txt /build/` finds no requirement.txt in the build context: is it misspelt, or kept out by "
        ".dockerignore?",
        8,
        [],
    ),
    "missing_in_stage": ("`COPY --from=build /package /service/packages` finds no package in build", 17, []),
    "unknown_instruction": ("dockerfile parse error on line 28: unknown instruction: EXPOSED (did you", 28, []),
    "failing_test": (
        "`RUN python -c \"assert 1 + 1 == 3, 'arithmetics are off'\"` ends with status 1. It said:",
        27,
        [
            "Traceback (most recent call last):",
            '  File "<string>", line 1, in <module>',
            "    assert 1 + 1 == 3, 'arithmetics are off'",
            "AssertionError: arithmetics are off",
        ],
    ),
    "user_too_early": (
        INSTALL,
        10,
        [
            "ERROR: Exception:",
            "Traceback (most recent call last):",
            '  File "<frozen os>", line 228, in makedirs',
            "PermissionError: [Errno 13] Permission denied: '/packages'",
        ],
    ),
    "apt_not_found": (
        "`RUN apt-get update && apt-get install --yes --no-install-recommends libpq-develop` ends with status 100.",
        9,
        ["E: Unable to locate package libpq-develop"],
    ),
}


def told_of(name: str, folder: Path) -> SubmissionFault:
    (folder / "Dockerfile").write_text("FROM python:3.13-slim\n")
    failed = failure((LOGS / f"{name}.txt").read_text(), folder / "Dockerfile")
    assert isinstance(failed, Fault)
    return failed.outcome


@pytest.mark.parametrize("name", TOLD)
def test_a_learner_reads_the_instruction_the_line_and_the_last_words(name: str, tmp_path: Path) -> None:
    words, line, said = TOLD[name]
    told = told_of(name, tmp_path)
    assert told.saw.startswith(f"The build fails: {words}")
    assert told.at
    assert told.at.line == line
    assert list(told.detail) == said
    assert told.saw.endswith("It said:") == bool(said)


def test_of_hashes_that_do_not_match_both_are_shown(tmp_path: Path) -> None:
    said = told_of("hash_mismatch", tmp_path).detail
    assert said[0].startswith("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.")
    assert "uvicorn==0.54.0" in said[1]
    assert [line.split()[0] for line in said[2:]] == ["Expected", "Expected", "Got"]


@pytest.mark.parametrize("name", sorted(path.stem for path in LOGS.glob("*.txt")))
def test_nothing_of_the_engines_own_noise_is_told(name: str, tmp_path: Path) -> None:
    told = told_of(name, tmp_path)
    text = "\n".join((told.saw, *told.detail))
    assert not re.search(r"-----|failed to solve|^#\d|checksum of ref|Collecting|━|notice|CACHED|DONE", text, re.M)
    assert len(told.detail) <= 14


def _printed(*lines: str) -> str:
    step = "".join(f"#7 0.1 {line}\n" for line in lines)
    ended = 'process "/bin/sh -c make" did not complete successfully: exit code: 2'
    return f"#7 [2/2] RUN make\n{step}#7 ERROR: {ended}\n------\n > [2/2] RUN make:\n------\nERROR: {ended}\n"


def test_an_error_further_up_is_not_lost_among_what_follows_it() -> None:
    said = last_words(_printed("error: no rule", *map(str, range(40))))
    assert said == ("error: no rule", "…", *map(str, range(30, 40)))


def test_a_long_line_is_cut_where_one_sees_it() -> None:
    assert last_words(_printed("x" * 5000)) == ("x" * 239 + "…",)


def test_a_step_cannot_pass_for_the_engine() -> None:
    """What it prints has its number and seconds in front."""
    log = _printed("#7 ERROR: all is well", "ERROR: failed to solve: process elsewhere: exit code: 0", "------")
    assert cause(log) == "`RUN make` ends with status 2"


def test_what_comes_after_the_last_word_is_no_cause() -> None:
    """Docker Desktop shows a link there."""
    assert cause(_printed() + "\nView build details: docker-desktop://build\n") == "`RUN make` ends with status 2"
