"""The bounds stand in the code; what the README says of them is the same."""

from __future__ import annotations

import re

from sentinel_grader.bench.grade.measure import MOST
from sentinel_grader.bench.watch.measure import MOST as WATCH
from sentinel_grader.paths import ROOT


def test_the_readme_quotes_the_bounds_of_bench() -> None:
    rows = [line for line in (ROOT / "README.md").read_text(encoding="utf-8").splitlines() if "sentinel bench`" in line]
    assert re.findall(r"at most ([\d.]+)", " ".join(rows)) == [f"{most:g}" for most in (*MOST.values(), WATCH)]
