"""The one result model: what came of a grade, for people, programs and grade books alike.

Schema `sentinel/result/v1`; its JSON Schema, result.schema.json beside this file, is made from these classes:
`python -m sentinel_grader.result`. Every report is written from a `Result` and from nothing else.
"""

from __future__ import annotations

import inspect
import json
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec

SCHEMA = "sentinel/result/v1"
SCHEMA_FILE = Path(__file__).with_name("result.schema.json")


class Verdict(StrEnum):
    """`skipped`: what it rests on did not pass. `not_graded`: ours; never a lower grade, but an incomplete one."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    NOT_GRADED = "not_graded"


class Overall(StrEnum):
    """The verdict on all that was asked for."""

    PASSED = "passed"
    FAILED = "failed"
    INCOMPLETE = "incomplete"


class Model(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Strict in both directions: what is read back is what was written."""


class Reason(Model, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why a check did not pass: in a learner's words what was seen, what was expected and why that matters.

    `code` is for programs: stable, lower case with underscores. `file` is relative to the submission, `line` from 1.
    """

    code: str
    saw: str
    expected: str = ""
    why: str = ""
    file: str | None = None
    line: int | None = None


class CheckResult(Model, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A check's verdict. `needs` are declared; `rests_on` are the checks that kept this one from being judged."""

    id: str
    title: str
    module: int
    task: int
    points: int
    max_points: int
    verdict: Verdict
    reason: Reason | None = None
    needs: list[str] = []
    rests_on: list[str] = []
    hints: list[str] = []
    evidence: list[str] = []
    duration_s: float = 0.0


class PathResult(Model, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file or folder of an image, with all its bytes."""

    path: str
    bytes: int


class LayerResult(Model, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One layer over the base: its instruction, its bytes of files that the base does not have, and what of them the
    service can do without, the fattest first."""

    instruction: str
    bytes: int
    drop: list[PathResult] = []


class ImageResult(Model, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A service's image. `bytes` are all of its files', the base's among them; `layers` are those over the base."""

    service: str
    bytes: int
    base: str
    layers: list[LayerResult] = []


class Note(Model, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something worth knowing that changes no point: `code` is for programs; `checks` are those that it is about, which
    are of another `task` than what was graded."""

    code: str
    words: str
    task: str = ""
    checks: list[str] = []


class Grader(Model, frozen=True, kw_only=True, forbid_unknown_fields=True):
    version: str
    checks_hash: str


class SubmissionResult(Model, frozen=True, kw_only=True, forbid_unknown_fields=True):
    path: str
    tree_hash: str


class Result(Model, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Times are ISO 8601 in UTC, durations seconds, sizes bytes."""

    schema: str = SCHEMA
    grader: Grader
    submission: SubmissionResult
    engine: dict[str, str]
    started_at: str
    duration_s: float
    points: int
    max_points: int
    points_pending: int
    verdict: Overall
    nonces: dict[str, str] = {}
    checks: list[CheckResult]
    images: list[ImageResult] = []
    notes: list[Note] = []


def totals(checks: list[CheckResult]) -> tuple[int, int, int, Overall]:
    """Points, maximum, pending points and the verdict on all. The maximum never shrinks: what could not be graded is
    pending, and the whole then incomplete."""
    points = sum(check.points for check in checks)
    maximum = sum(check.max_points for check in checks)
    pending = sum(check.max_points for check in checks if check.verdict is Verdict.NOT_GRADED)
    verdicts = {check.verdict for check in checks}
    if Verdict.NOT_GRADED in verdicts:
        overall = Overall.INCOMPLETE
    elif verdicts <= {Verdict.PASSED}:
        overall = Overall.PASSED
    else:
        overall = Overall.FAILED
    return points, maximum, pending, overall


#: Exit status of `grade`: 0 all passed, 1 only failures, 2 incomplete.
EXIT = {Overall.PASSED: 0, Overall.FAILED: 1, Overall.INCOMPLETE: 2}


def to_json(result: Result) -> str:
    return msgspec.json.format(msgspec.json.encode(result), indent=2).decode() + "\n"


def from_json(text: str | bytes) -> Result:
    """Read a result back. Raises msgspec.ValidationError for anything that is none."""
    return msgspec.json.decode(text, type=Result)


def schema() -> dict[str, Any]:
    """The JSON Schema of a result."""
    described = _dedented(msgspec.json.schema(Result))
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": SCHEMA, **described}


def _dedented(value: Any) -> Any:
    """Docstrings as Python 3.13 has them, without the indentation of the code: on any Python the same schema."""
    if isinstance(value, dict):
        return {
            key: inspect.cleandoc(each) if key == "description" and isinstance(each, str) else _dedented(each)
            for key, each in value.items()
        }
    return [_dedented(each) for each in value] if isinstance(value, list) else value


if __name__ == "__main__":
    SCHEMA_FILE.write_text(json.dumps(schema(), indent=2) + "\n")
