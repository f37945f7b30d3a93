"""Every judge there is, on random recordings: it judges, in words that can be shown, and never breaks."""

from __future__ import annotations

import unicodedata
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sentinel_grader.judging import CHECKS, MOST_WORDS, Judged, judge
from sentinel_grader.observe.outcome import Blocked, Outcome, Recorded, SubmissionFault, Unavailable
from sentinel_grader.observe.registry import REGISTRY
from sentinel_grader.reports.text import shown
from sentinel_grader.result import Reason, Verdict

from .random_recordings import TEXTS, like, values
from .record import NAMES, read

SOLUTION = {name: recorded.data for name, recorded in read().items()}
ALL = CHECKS.with_needs(check.id for check in CHECKS)
#: Time is what the test is short of, not luck.
UNHURRIED = settings(deadline=None, suppress_health_check=list(HealthCheck))


def outcomes(of: str) -> st.SearchStrategy[Outcome]:
    """Any way in which an observation may end."""
    faults = st.builds(SubmissionFault, TEXTS, TEXTS, detail=st.lists(TEXTS, max_size=3).map(tuple))
    ends: list[st.SearchStrategy[Outcome]] = [
        st.builds(Recorded, values(REGISTRY[of].records)),
        st.builds(Unavailable, TEXTS, TEXTS),
        st.builds(Blocked, st.lists(st.sampled_from(REGISTRY[of].needs or ("submitted",)), min_size=1).map(tuple)),
    ]
    return st.one_of(*ends, *([faults] if REGISTRY[of].owner else []))


def told_well(judged: Judged) -> None:
    """A verdict that is not passed has a reason; a failed one says what was seen and what was expected."""
    assert (judged.reason is None) == (judged.verdict is Verdict.PASSED)
    if not judged.reason:
        return
    reason = judged.reason
    assert reason.code != "check_crashed", reason.saw
    for words in (reason.saw, reason.expected, reason.why):
        assert len(words) <= MOST_WORDS + 100
        assert not [letter for letter in shown(words) if unicodedata.category(letter) == "Cc" and letter != "\n"]
    assert msgspec.json.decode(msgspec.json.encode(reason), type=Reason) == reason


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
@settings(UNHURRIED, max_examples=15)
def test_what_is_random_is_what_a_file_can_hold(name: str, data: st.DataObject) -> None:
    """Else the others would try what never happens."""
    kind: Any = REGISTRY[name].records
    value = data.draw(like(SOLUTION[name]))
    assert msgspec.json.decode(msgspec.json.encode(value), type=kind) == value


@pytest.mark.parametrize("id_", [check.id for check in CHECKS])
@given(data=st.data())
@settings(UNHURRIED, max_examples=40)
def test_whatever_was_recorded_a_judge_only_expects(id_: str, data: st.DataObject) -> None:
    check = CHECKS[id_]
    seen = {name: Recorded(data.draw(like(SOLUTION[name]), name)) for name in check.observations}
    everything: dict[str, Outcome] = {name: Recorded(recorded) for name, recorded in SOLUTION.items()} | seen
    judged = next(each for each in judge(CHECKS.with_needs([id_]), everything) if each.id == id_)
    told_well(judged)
    assert judged.verdict is not Verdict.NOT_GRADED
    if judged.verdict is Verdict.FAILED:
        assert judged.reason
        assert judged.reason.saw.strip()
        assert judged.reason.expected.strip()
        assert judged.reason.why


@given(ends=st.fixed_dictionaries({}, optional={name: outcomes(name) for name in NAMES}))
@settings(UNHURRIED, max_examples=100)
def test_however_the_observations_ended_every_check_gets_its_verdict(ends: dict[str, Outcome]) -> None:
    judged = judge(ALL, ends)
    assert {each.id for each in judged} == {check.id for check in ALL}
    for each in judged:
        told_well(each)


def test_the_solution_passes() -> None:
    """The recordings are the solution's, as they are read back."""
    everything: dict[str, Outcome] = {name: Recorded(recorded) for name, recorded in SOLUTION.items()}
    assert {each.id: each.verdict for each in judge(ALL, everything)} == {check.id: Verdict.PASSED for check in CHECKS}
