"""From how observations ended to verdicts: failing, skipping, and never paying for what is ours."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from sentinel_grader.judging import Check, Checks, Judged, Judging, expect, judge
from sentinel_grader.observe.outcome import Blocked, Outcome, Place, Recorded, SubmissionFault, Unavailable
from sentinel_grader.observe.registry import GraphError, Registry
from sentinel_grader.result import Verdict


@dataclass(frozen=True)
class Built:
    image: str


@dataclass(frozen=True)
class Running:
    uids: list[int]


@pytest.fixture
def checks() -> Checks:
    """build → running; m.builds owns a broken build, m.starts one that does not start."""
    registry = Registry()

    @registry.observation("built", owner="m.builds")
    def built(scope: object) -> Built:
        raise NotImplementedError(scope)

    @registry.observation("running", owner="m.starts")
    def running(scope: object, built: Built) -> Running:
        raise NotImplementedError(scope, built)

    made = Checks(registry)

    @made.check("m.builds")
    def test_it_builds(built: Built) -> None:
        """An image is what everything else is about."""
        expect(built.image, saw="no image", expected="an image")

    @made.check("m.starts")
    def test_it_starts(running: Running) -> None:
        """A service that does not start serves nobody."""
        del running

    @made.check("m.non_root", needs=["m.starts"])
    def test_nobody_is_root(running: Running) -> None:
        """Root inside is root outside."""
        expect(0 not in running.uids, saw=f"uids {running.uids}", expected="no 0", at=Place("Dockerfile", 14))

    @made.check("m.crashes")
    def test_our_mistake(built: Built) -> None:
        """We make mistakes as well."""
        raise KeyError(built.image)

    return made


ALL = ("m.builds", "m.starts", "m.non_root", "m.crashes")


def _judged(checks: Checks, **outcomes: Outcome) -> dict[str, Judged]:
    found = judge(checks.with_needs(ALL), outcomes, checks.registry)
    return {each.id: each for each in found}


def _verdicts(checks: Checks, **outcomes: Outcome) -> list[str]:
    judged = _judged(checks, **outcomes)
    return [judged[id_].verdict.value for id_ in ALL]


IMAGE, GOOD = Recorded(Built("sha256:1")), Recorded(Running([10001]))


def test_all_recorded_and_well(checks: Checks) -> None:
    assert _verdicts(checks, built=IMAGE, running=GOOD)[:3] == ["passed", "passed", "passed"]


def test_an_unmet_expectation_tells_what_was_seen_where_and_why(checks: Checks) -> None:
    reason = _judged(checks, built=IMAGE, running=Recorded(Running([0, 10001])))["m.non_root"].reason
    assert reason is not None
    assert (reason.saw, reason.expected, reason.file, reason.line) == ("uids [0, 10001]", "no 0", "Dockerfile", 14)
    assert reason.why == "Root inside is root outside."


def test_a_fault_fails_its_owner_and_skips_what_rests_on_it(checks: Checks) -> None:
    broken = SubmissionFault(
        "build_failed", "RUN exited with 1", Place("Dockerfile", 3), detail=("pip: no such thing",)
    )
    judged = _judged(checks, built=broken, running=Blocked(("built",)))
    assert judged["m.builds"].verdict is Verdict.FAILED
    assert judged["m.builds"].reason is not None
    assert "pip: no such thing" in judged["m.builds"].reason.saw
    assert judged["m.starts"].verdict is Verdict.SKIPPED
    assert judged["m.starts"].rests_on == ("m.builds",)
    assert judged["m.non_root"].rests_on == ("m.builds",), "what is to be mended first, and not what was skipped for it"


def test_what_is_ours_is_never_failed(checks: Checks) -> None:
    verdicts = _verdicts(checks, built=Unavailable("disk_full"), running=Blocked(("built",)))
    assert verdicts == ["not_graded"] * 4


def test_a_fault_of_the_submission_outweighs_what_is_ours(checks: Checks) -> None:
    """Else `not_graded` could be bought: break one thing, and take the engine down with another."""
    slow = SubmissionFault("no_answer", "nothing on 8001")
    judged = _judged(checks, built=Unavailable("engine_gone"), running=slow)
    assert judged["m.starts"].verdict is Verdict.FAILED
    assert judged["m.non_root"].verdict is Verdict.SKIPPED


def test_a_judge_that_crashes_costs_no_learner_anything(checks: Checks) -> None:
    crashed = _judged(checks, built=IMAGE, running=GOOD)["m.crashes"]
    assert crashed.verdict is Verdict.NOT_GRADED
    assert crashed.reason is not None
    assert crashed.reason.code == "check_crashed"


def test_a_missing_recording_is_ours(checks: Checks) -> None:
    assert _verdicts(checks, built=IMAGE) == ["passed", "not_graded", "not_graded", "not_graded"]


def test_a_check_must_say_why_and_ask_for_what_there_is(checks: Checks) -> None:
    with pytest.raises(GraphError, match="why it matters"):

        @checks.check("m.silent")
        def test_silent(built: Built) -> None:
            del built

    with pytest.raises(GraphError, match="no such observation"):

        @checks.check("m.lost")
        def test_lost(nothing: Built) -> None:
            """It asks for what nobody makes."""
            del nothing

    with pytest.raises(GraphError, match="another type"):

        @checks.check("m.mistaken")
        def test_mistaken(built: Running) -> None:
            """It takes one thing for another."""
            del built


def test_needs_come_before_what_needs_them(checks: Checks) -> None:
    order: list[Check] = checks.with_needs(["m.non_root", "m.builds"])
    assert [check.id for check in order] == ["m.starts", "m.non_root", "m.builds"]


def test_a_check_is_decided_as_soon_as_all_it_rests_on_has_ended(checks: Checks) -> None:
    judging = Judging(checks.with_needs(ALL), checks.registry)
    assert [judged.id for judged in judging.ended("built", IMAGE)] == ["m.builds", "m.crashes"]
    assert [judged.id for judged in judging.ended("running", GOOD)] == ["m.starts", "m.non_root"]
    assert [judged.id for judged in judging.all()] == list(ALL)


def test_what_passed_where_its_owner_looked_fails_where_it_went_wrong() -> None:
    """A service that starts when it is asked for alerts, and ends when its processes are looked at, gets a failure for
    it: with nothing but skips, no check would say what happened."""
    registry = Registry()

    @registry.observation("running", owner="m.starts")
    def running(scope: object) -> Running:
        raise NotImplementedError(scope)

    @registry.observation("watched", owner="m.starts")
    def watched(scope: object) -> Built:
        raise NotImplementedError(scope)

    made = Checks(registry)

    @made.check("m.starts")
    def test_it_starts(running: Running) -> None:
        """A service that does not start serves nobody."""
        del running

    @made.check("m.non_root", needs=["m.starts"])
    def test_nobody_is_root(watched: Built) -> None:
        """Root inside is root outside."""
        del watched

    ended = SubmissionFault("container_ended", "The container ended.")
    judged = judge(made.with_needs(["m.non_root"]), {"running": GOOD, "watched": ended}, registry)
    assert [(each.id, each.verdict.value) for each in judged] == [("m.starts", "passed"), ("m.non_root", "failed")]
    assert judged[1].reason
    assert judged[1].reason.code == "container_ended"


def test_a_fault_of_what_has_no_owner_fails_each_check_that_is_made_from_it() -> None:
    registry = Registry()

    @registry.observation("stack")
    def stack(scope: object) -> Running:
        raise NotImplementedError(scope)

    made = Checks(registry)

    @made.check("m.up")
    def test_it_comes_up(stack: Running) -> None:
        """A stack is there to run."""
        del stack

    @made.check("m.flows", needs=["m.up"])
    def test_it_flows(stack: Running) -> None:
        """And to do something."""
        del stack

    judged = judge(made.with_needs(["m.flows"]), {"stack": SubmissionFault("disk_filled", "It wrote.")}, registry)
    assert {each.id: (each.verdict, each.rests_on) for each in judged} == {
        "m.up": (Verdict.FAILED, ()),
        "m.flows": (Verdict.SKIPPED, ("m.up",)),
    }
    assert judged[0].reason
    assert judged[0].reason.code == "disk_filled"
