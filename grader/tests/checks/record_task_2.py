"""Makes recordings/task_2.json.gz on a real engine: `python -m tests.checks.record_task_2`, in grader/.

They are the solution's, as it stands, observed as a grade would.
"""

from __future__ import annotations

import gzip
import tempfile
from pathlib import Path

import msgspec
from tests.mutants.mutant import lay_solution

from sentinel_grader.checks import module_01 as module_01
from sentinel_grader.judging import CHECKS
from sentinel_grader.observe.outcome import Outcome, Recorded
from sentinel_grader.observe.registry import REGISTRY
from sentinel_grader.observe.schedule import observe
from sentinel_grader.observe.session import session
from sentinel_grader.observe.store import Store
from sentinel_grader.observe.submitted import write_refusals

FILE = Path(__file__).parent / "recordings" / "task_2.json.gz"
IDS = (
    "m1.multi_stage", "m1.no_toolchain", "m1.size", "m1.size_25", "m1.size_18", "m1.layer_cache", "m1.clean_context",
    "m1.no_secrets",
)  # fmt: skip
NAMES = sorted({name for id_ in IDS for name in CHECKS[id_].observations})


def made() -> dict[str, Outcome]:
    """Observe the solution."""
    with tempfile.TemporaryDirectory() as folder:
        submission = Path(folder)
        lay_solution(submission)
        write_refusals(submission, (), 1)
        with session(submission, {}) as here:
            return observe(NAMES, here, Store(None), jobs=4)


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
