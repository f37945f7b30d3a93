"""Evidence for people: complete where it is short, bounded and counted where it is long."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from sentinel_grader.evidence import MOST_ENTRIES, MOST_LINES, MOST_TEXT, evidence
from sentinel_grader.observe.outcome import Blocked, Outcome, Recorded, SubmissionFault, Unavailable


@dataclass(frozen=True)
class Seen:
    uids: list[int]
    words: str = ""
    version: object = None
    files: list[dict[str, object]] = field(default_factory=list)


def test_what_was_recorded_stands_there_name_by_name() -> None:
    seen = Seen([0, 10001], "pip install", {"build": "4f2a"}, [{"path": f"/a/rather/long/path/{i}"} for i in range(9)])
    text = evidence(("seen",), {"seen": Recorded(seen)})[0].splitlines()
    assert text[:5] == ["seen", "  uids: [0, 10001]", "  words: pip install", "  version: build: 4f2a", "  files:"]
    assert text[-1] == f"    … {9 - MOST_ENTRIES} more"


def test_each_other_ending_says_which_it_is() -> None:
    outcomes: dict[str, Outcome] = {
        "build": SubmissionFault("build_failed", "RUN exited with 1"),
        "base": Unavailable("disk_full", "no space left"),
        "run": Blocked(("build", "base")),
    }
    assert evidence(("build", "base", "run", "never"), outcomes) == [
        "build\n  build_failed: RUN exited with 1",
        "base\n  not to be had: disk_full: no space left",
        "run\n  not tried, for lack of build, base",
    ]


VALUES = st.recursive(
    st.none() | st.integers() | st.floats() | st.text(max_size=400),
    lambda inner: st.lists(inner, max_size=30) | st.dictionaries(st.text(max_size=9), inner, max_size=30),
    max_leaves=200,
)


@given(VALUES)
def test_whatever_a_submission_said_it_is_short(value: object) -> None:
    lines = evidence(("seen",), {"seen": Recorded(Seen([], version=value))})[0].split("\n")
    own = [line for line in lines if line.startswith(("seen", "  uids", "  words", "  version", "  files"))]
    assert len(own) >= 2
    assert all(len(line) < 2000 for line in lines)
    assert sum(map(len, lines)) < 100 * MOST_LINES * MOST_TEXT
