"""Makes recordings/solution.json.gz on a real engine: `python -m tests.checks.record`, in grader/.

They are the solution's, as it stands, observed as a grade would: whatever any check asks for.
"""

from __future__ import annotations

import gzip
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

import msgspec

from sentinel_grader import course
from sentinel_grader.checks import module_01 as module_01
from sentinel_grader.grading import OWN_CODE
from sentinel_grader.judging import CHECKS
from sentinel_grader.observe.outcome import Outcome, Recorded
from sentinel_grader.observe.registry import REGISTRY
from sentinel_grader.observe.schedule import observe
from sentinel_grader.observe.session import session
from sentinel_grader.observe.store import Store
from sentinel_grader.observe.submitted import write_refusals
from sentinel_grader.paths import ROOT
from sentinel_grader.submission import keep_own

from ..mutants.mutant import lay_solution

FILE = Path(__file__).parent / "recordings" / "solution.json.gz"


def ids_of(target: str) -> list[str]:
    """The checks of a task, of those that are there."""
    there = {check.id for check in CHECKS}
    return [id_ for id_ in course.select(target) if id_ in there]


def observed_for(ids: Iterable[str]) -> list[str]:
    """The observations that these checks are made from."""
    return sorted({name for id_ in ids for name in CHECKS[id_].observations})


#: Every observation that a check is made from.
NAMES = observed_for(check.id for check in CHECKS)


def made(names: Iterable[str] = NAMES) -> dict[str, Outcome]:
    """Observe the solution."""
    with tempfile.TemporaryDirectory() as folder:
        submission = Path(folder)
        lay_solution(submission)
        _lay_course(submission)
        keep_own(submission, OWN_CODE)
        write_refusals(submission, (), 1)
        with session(submission, {}) as here:
            return observe(names, here, Store(None), jobs=4)


def _lay_course(submission: Path) -> None:
    """What the course itself has beside the exercises, as a clean copy has it too."""
    module = ROOT / course.MODULES[0].folder
    shutil.copytree(
        module,
        submission / module.name,
        ignore=shutil.ignore_patterns("exercises", "solutions", "__pycache__", ".*_cache", ".venv", ".env"),
        dirs_exist_ok=True,
    )


def read() -> dict[str, Recorded[object]]:
    """The recordings, by the observation's name."""
    raw = msgspec.json.decode(gzip.decompress(FILE.read_bytes()), type=dict[str, msgspec.Raw])
    return {name: Recorded(msgspec.json.decode(data, type=REGISTRY[name].records)) for name, data in raw.items()}


def main() -> None:
    """Write the file; the same recordings give the same bytes."""
    recorded = {name: outcome for name, outcome in made().items() if isinstance(outcome, Recorded)}
    data = {name: recorded[name].data for name in NAMES}
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_bytes(gzip.compress(msgspec.json.encode(data), mtime=0))


if __name__ == "__main__":
    main()
