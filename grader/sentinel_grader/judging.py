"""Judging: from recordings to verdicts, a plain function without an engine, a clock or a file.

A check is a small pure function of observations. It returns when all is well, and says through `expect` what is not:

    @check("m1.non_root")
    def test_no_process_runs_as_root(processes: Processes) -> None:
        \"""A process that is root inside is one kernel bug away from being root outside.\"""
        expect(not processes.with_uid(0), saw=..., expected="no process with uid 0")
"""

from __future__ import annotations

import inspect
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar, get_type_hints

import msgspec

from sentinel_grader import course
from sentinel_grader.observe.outcome import Blocked, Outcome, Place, Recorded, SubmissionFault, Unavailable
from sentinel_grader.observe.registry import REGISTRY, GraphError, Registry
from sentinel_grader.result import Reason, Verdict

Made = TypeVar("Made", bound=Callable[..., None])
#: Characters that a result holds of what was seen: a submission may have long names, and many.
MOST_WORDS = 6000


class Unmet(Exception):
    """An expectation that was not met; carries the reason as the learner will read it."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.saw)
        self.reason = reason


def expect(condition: object, *, saw: str, expected: str, at: Place | None = None, code: str = "unmet") -> None:
    """Go on if `condition` holds; else the check fails, with these words."""
    if not condition:
        raise Unmet(
            Reason(code=code, saw=saw, expected=expected, file=at.file if at else None, line=at.line if at else None)
        )


@dataclass(frozen=True)
class Check:
    """A declared check. `observations` are its parameters; `needs` are checks whose verdict it rests on."""

    id: str
    function: Callable[..., None]
    observations: tuple[str, ...]
    needs: tuple[str, ...]

    @property
    def why(self) -> str:
        """The docstring's first paragraph: why it matters."""
        return " ".join((inspect.getdoc(self.function) or "").split("\n\n")[0].split())


@dataclass(frozen=True)
class Judged:
    """A verdict. `rests_on` are the checks that kept it from being judged, if any did."""

    id: str
    verdict: Verdict
    reason: Reason | None = None
    rests_on: tuple[str, ...] = ()


class Checks:
    """Checks by id, in the course's order once all are declared."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self._known: dict[str, Check] = {}

    def check(self, id_: str, *, needs: Iterable[str] = ()) -> Callable[[Made], Made]:
        """Declare the decorated function as the check `id_`. Raises GraphError."""

        def declare(function: Made) -> Made:
            if id_ in self._known:
                raise GraphError(f"there are two checks named {id_!r}")
            observations = self.registry.needs_of(function, get_type_hints(function), skip=0, who=f"check {id_!r}")
            if not (inspect.getdoc(function) or "").strip():
                raise GraphError(f"check {id_!r} does not say why it matters: it has no docstring")
            self._known[id_] = Check(id_, function, observations, tuple(needs))
            return function

        return declare

    def __getitem__(self, id_: str) -> Check:
        return self._known[id_]

    def __iter__(self) -> Iterator[Check]:
        return iter(self._known.values())

    def with_needs(self, ids: Iterable[str]) -> list[Check]:
        """These checks and those they rest on, each after what it rests on."""
        found: dict[str, Check] = {}

        def add(id_: str) -> None:
            if id_ not in found:
                for need in self._known[id_].needs:
                    add(need)
                found[id_] = self._known[id_]

        for id_ in ids:
            add(id_)
        return list(found.values())


CHECKS = Checks(REGISTRY)
check = CHECKS.check


class Judging:
    """Checks judged one after another, each as soon as all that it rests on has ended. The verdicts do not depend on
    the order in which observations end."""

    def __init__(self, checks: Iterable[Check], registry: Registry = REGISTRY) -> None:
        """`checks` come in an order in which each is after those it needs, as `Checks.with_needs` gives them."""
        self._checks, self._registry = tuple(checks), registry
        self._outcomes: dict[str, Outcome] = {}
        self._judged: dict[str, Judged] = {}

    def ended(self, observation: str, outcome: Outcome) -> list[Judged]:
        """Take note of how an observation ended; the checks that are decided by it."""
        self._outcomes[observation] = outcome
        return [self._decide(check) for check in self._checks if self._can_be_judged(check)]

    def all(self) -> list[Judged]:
        """Every check in its order. One whose observations are not all there is not graded."""
        for check in self._checks:
            if check.id not in self._judged:
                self._decide(check)
        return [self._judged[check.id] for check in self._checks]

    def _can_be_judged(self, check: Check) -> bool:
        rests_on = all(name in self._outcomes for name in check.observations)
        return check.id not in self._judged and rests_on and all(need in self._judged for need in check.needs)

    def _decide(self, check: Check) -> Judged:
        needed = {id_: self._judged[id_] for id_ in self._needed(check)}
        self._judged[check.id] = judged = _bounded(_judge(check, self._outcomes, needed, self._registry))
        return judged

    def _needed(self, check: Check) -> set[str]:
        """The checks that it rests on, near and far. Of others it must not matter whether they were judged already."""
        known = {each.id: each for each in self._checks}
        return {*check.needs, *(far for near in check.needs for far in self._needed(known[near]))}


def judge(checks: Iterable[Check], outcomes: Mapping[str, Outcome], registry: Registry = REGISTRY) -> list[Judged]:
    """Judge `checks`, in an order in which each comes after those it needs, from how its observations ended."""
    judging = Judging(checks, registry)
    for observation, outcome in outcomes.items():
        judging.ended(observation, outcome)
    return judging.all()


def _bounded(judged: Judged) -> Judged:
    """The verdict in at most about MOST_WORDS. From the middle, since the end of a log says most."""
    saw = judged.reason.saw if judged.reason else ""
    left_out = len(saw) - MOST_WORDS
    if not judged.reason or left_out <= 0:
        return judged
    cut = f"{saw[: MOST_WORDS // 2]}\n… {left_out} characters left out …\n{saw[-MOST_WORDS // 2 :]}"
    return replace(judged, reason=msgspec.structs.replace(judged.reason, saw=cut))


def _judge(check: Check, outcomes: Mapping[str, Outcome], judged: Mapping[str, Judged], registry: Registry) -> Judged:
    roots = _roots(check.observations, outcomes)
    faults = {name: outcome for name, outcome in roots.items() if isinstance(outcome, SubmissionFault)}
    own = next((fault for name, fault in faults.items() if registry[name].owner == check.id), None)
    if own:
        return Judged(check.id, Verdict.FAILED, _reason_of(own, check))
    owners = sorted({registry[name].owner for name in faults} - {""})
    # What went well where its owner looked, and not where this check does, hides behind nobody.
    if unseen := [fault for name, fault in faults.items() if _has_passed(registry[name].owner, judged)]:
        return Judged(check.id, Verdict.FAILED, _reason_of(unseen[0], check))
    if at_fault := tuple(dict.fromkeys((*owners, *_failed(check.needs, judged)))):
        return _skipped(check, at_fault)
    if faults:  # of what has no owner: nobody else tells of it
        return Judged(check.id, Verdict.FAILED, _reason_of(next(iter(faults.values())), check))
    if gone := [outcome for outcome in roots.values() if isinstance(outcome, Unavailable)]:
        return Judged(check.id, Verdict.NOT_GRADED, Reason(code=gone[0].code, saw=gone[0].detail))
    pending = tuple(id_ for id_ in check.needs if judged[id_].verdict is Verdict.NOT_GRADED)
    if pending:
        reason = Reason(code="rests_on_not_graded", saw=f"It rests on {', '.join(pending)}, not graded.")
        return Judged(check.id, Verdict.NOT_GRADED, reason, pending)
    return _called(check, outcomes)


def _has_passed(id_: str, judged: Mapping[str, Judged]) -> bool:
    return id_ in judged and judged[id_].verdict is Verdict.PASSED


def _roots(names: Iterable[str], outcomes: Mapping[str, Outcome]) -> dict[str, Outcome]:
    """Those among the observations, and what they build on, that ended otherwise than recorded, and by themselves."""
    found: dict[str, Outcome] = {}
    for name in names:
        outcome = outcomes.get(name, Unavailable("not_observed", f"There is no recording of {name!r}."))
        if isinstance(outcome, Blocked):
            lost = Unavailable("not_observed", f"{name!r} was blocked by what was recorded.")
            found |= _roots(outcome.by, outcomes) or {name: lost}
        elif not isinstance(outcome, Recorded):
            found[name] = outcome
    return found


def _failed(needs: Iterable[str], judged: Mapping[str, Judged]) -> Iterator[str]:
    """Those that failed; for those that were themselves skipped, what they rest on: what is to be mended first."""
    for need in needs:
        if judged[need].verdict is Verdict.FAILED:
            yield need
        elif judged[need].verdict is Verdict.SKIPPED:
            yield from judged[need].rests_on


def _skipped(check: Check, rests_on: tuple[str, ...]) -> Judged:
    words = ", ".join(rests_on)
    return Judged(check.id, Verdict.SKIPPED, Reason(code="rests_on_failed", saw=f"It rests on {words}."), rests_on)


def _reason_of(fault: SubmissionFault, check: Check) -> Reason:
    saw = "\n".join((fault.saw, *fault.detail))
    place = fault.at or Place("")
    return Reason(
        code=fault.code, saw=saw, expected=fault.expected, why=check.why, file=place.file or None, line=place.line
    )


def _called(check: Check, outcomes: Mapping[str, Outcome]) -> Judged:
    """Call the check. Whatever it raises besides Unmet is a mistake of ours, and no learner pays for it."""
    seen = [outcome.data for name in check.observations if isinstance(outcome := outcomes[name], Recorded)]
    try:
        check.function(*seen)
    except Unmet as unmet:
        why = unmet.reason.why or check.why
        reason = msgspec.structs.replace(unmet.reason, why=why)
        return Judged(check.id, Verdict.FAILED, reason)
    except Exception:
        return Judged(check.id, Verdict.NOT_GRADED, Reason(code="check_crashed", saw=traceback.format_exc(limit=-3)))
    return Judged(check.id, Verdict.PASSED)


def in_order(ids: Iterable[str]) -> list[str]:
    """Check ids in the course's order."""
    order = list(course.checks())
    return sorted(ids, key=order.index)
