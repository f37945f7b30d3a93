"""What was refused before anything ran."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from sentinel_grader.observe.outcome import Fault, Place
from sentinel_grader.observe.registry import observation
from sentinel_grader.observe.scope import Scope
from sentinel_grader.submission import Refusal

#: Lies at the top of the clean copy, where no submission can put a file.
REFUSALS = ".refusals.json"


@dataclass(frozen=True)
class Submitted:
    """A submission that nothing was refused of."""

    files: int


def write_refusals(copy: Path, refusals: tuple[Refusal, ...], files: int) -> None:
    """Put down for the observation what the copying refused."""
    told = [{"code": each.code, "path": each.path, "line": each.line, "words": str(each)} for each in refusals]
    (copy / REFUSALS).write_text(json.dumps({"files": files, "refusals": told}))


@observation("submitted", owner="m1.builds", inputs=[REFUSALS])
def submitted(scope: Scope) -> Submitted:
    """Whether all of the submission could be taken; a Fault names the first thing that was refused, and lists more."""
    told = json.loads((scope.files / REFUSALS).read_text())
    refused = told["refusals"]
    if refused:
        first = refused[0]
        raise Fault(
            first["code"],
            f"Refused before anything ran: {first['words']}",
            at=Place(first["path"], first["line"]),
            expected="files of the course's own kinds, within its bounds",
            detail=tuple(each["words"] for each in refused[1:6]),
        )
    return Submitted(told["files"])
