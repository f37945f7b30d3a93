"""What comes late on a machine that others keep busy is observed once more, alone, and then not graded. Who burns the
processor himself gets no such word."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest

from sentinel_grader.environment.docker import find_engine
from sentinel_grader.grading import surroundings
from sentinel_grader.observe.agent import IMAGE, agent
from sentinel_grader.observe.control import still_busy
from sentinel_grader.observe.outcome import Fault, OursError, Recorded, SubmissionFault, Unavailable
from sentinel_grader.observe.patience import Patience
from sentinel_grader.observe.registry import Registry
from sentinel_grader.observe.schedule import Event, Moment, observe
from sentinel_grader.observe.scope import Scope
from sentinel_grader.observe.session import Session, session
from sentinel_grader.observe.store import Store
from sentinel_grader.observe.strain import MACHINE_BUSY, STRAIN, Pace, Strain, late, unsure, used_in
from sentinel_grader.observe.turns import alone, among_others


@dataclass(frozen=True)
class Text:
    text: str


@pytest.fixture(autouse=True)
def by_ourselves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SENTINEL_STATE", str(tmp_path / "state"))


@pytest.fixture
def registry() -> Registry:
    return Registry()


@pytest.fixture
def made(tmp_path: Path) -> Session:
    (tmp_path / "submission").mkdir()
    return Session("test", cast(Any, None), tmp_path / "submission", {})


def _busy(worked: float, slowdown: float = 1.0, own: float = 0.0, last: float = 0.0) -> Strain:
    """Ten seconds on two processors, of which so many seconds' work was done, and this much by the grade's containers:
    two of them, one of which is gone by now."""
    counts = iter([{"burner": (own, 10.0)}, {"other": (0.0, 0.1)}])
    strain = Strain(lambda: next(counts, {}))
    strain.count()
    strain.look(Pace(slowdown, 100.0, 5000.0, 2))
    strain.look(Pace(slowdown, 105.0, 5000.0 + worked / 2, 2))
    strain.look(Pace(last or slowdown, 110.0, 5000.0 + worked, 2))
    return strain


@pytest.mark.parametrize(
    ("strain", "expected"),
    [
        (_busy(1.0), False),
        (_busy(19.0), True),
        (_busy(11.0), True),
        (_busy(9.0), False),
        (_busy(9.0, slowdown=4.0), True),
        (_busy(9.0, last=4.0), False),
        (_busy(20.0, slowdown=4.0, own=19.0), False),
        (_busy(20.0, slowdown=4.0, own=10.5), False),
        (_busy(20.0, slowdown=4.0, own=4.0), True),
        (Strain(dict), False),
    ],
    ids=["idle", "kept busy", "half of it", "less", "slow all the same",
         "for a moment", "burns itself", "burns as much as the others",
         "works a little", "nobody looked"],
)  # fmt: skip
def test_whose_doing_it_is_goes_by_who_has_the_processors(strain: Strain, expected: bool) -> None:
    assert not strain.from_outside, "before anything is late"
    strain.late()
    assert strain.from_outside is expected


@pytest.mark.parametrize("to_pass", [True, False])
def test_a_wait_that_comes_to_nothing_was_late_unless_it_was_to_pass(to_pass: bool) -> None:
    STRAIN.set(strain := _busy(19.0))
    now = [0.0]
    patience = Patience(2, lambda: 1.0, lambda: now[0], to_pass=to_pass)
    while patience.lasts():
        assert not strain.from_outside
        now[0] += 0.1
    STRAIN.set(None)
    assert strain.from_outside is not to_pass
    late()  # with nothing at work it is nobody's


def _late_under(*works: float) -> None:
    """What an observation does that is late while the machine works so much."""
    strain = STRAIN.get()
    assert strain
    strain.look(Pace(1.0, 0.0, 0.0, 2))
    strain.look(Pace(1.0, 10.0, works[0], 2))
    strain.late()


def _observed(registry: Registry, made: Session, store: Store, name: str, events: list[Event]) -> object:
    return observe([name], made, store, jobs=3, registry=registry, listener=events.append)[name]


def test_what_was_late_is_observed_once_more_alone_and_the_second_time_counts(
    registry: Registry, made: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sentinel_grader.observe.schedule.used_in", lambda _session: {})
    tries, at_work, over = list[int](), list[str](), threading.Event()

    @registry.observation("late", owner="m.starts")
    def late_once(scope: Scope) -> Text:
        tries.append(len(at_work))
        if len(tries) == 1:
            _late_under(19.0)
            raise Fault("no_answer", f"nothing in {scope.files.name}")
        over.set()
        return Text("there")

    @registry.observation("other")
    def other(scope: Scope) -> Text:
        at_work.append(scope.files.name)
        assert not over.wait(0.5), "nobody else is at work when it is observed once more"
        at_work.pop()
        return Text("seen")

    events, store = list[Event](), Store(tmp_path / "kept")
    outcomes = observe(["late", "other"], made, store, jobs=3, registry=registry, listener=events.append)
    assert outcomes == {"late": Recorded(Text("there")), "other": Recorded(Text("seen"))}
    assert (len(tries), tries[1]) == (2, 0)
    assert any(event.moment is Moment.SAID and "once more" in event.words for event in events)
    assert sum(event.moment is Moment.ENDED for event in events) == 2, "it is told once how it ended"
    assert _observed(registry, made, store, "late", []) == Recorded(Text("there"))
    assert len(tries) == 2, "what counts is kept"


def test_nobody_of_another_grade_is_at_work_beside_who_is_alone_and_nobody_waits_for_ever() -> None:
    """Others are at work all the time, one after another, in overlapping turns; they let him in, and wait for him."""
    at_work, seen, over = list[int](), list[int](), asyncio.Event()

    async def other(number: int) -> None:
        while not over.is_set():
            async with among_others():
                at_work.append(number)
                await asyncio.sleep(0.05 + number / 50)
                at_work.remove(number)

    async def lonely() -> None:
        await asyncio.sleep(0.1)
        for _ in range(3):
            async with alone():
                for _ in range(5):
                    seen.append(len(at_work))
                    await asyncio.sleep(0.02)
        over.set()

    async def everybody() -> None:
        async with asyncio.timeout(60), asyncio.TaskGroup() as group:
            for number in range(3):
                group.create_task(other(number))
            group.create_task(lonely())

    asyncio.run(everybody())
    assert seen == [0] * 15


def test_what_may_be_this_grades_own_doing_is_looked_at_alone_and_then_believed(
    registry: Registry, made: Session
) -> None:
    tries = list[str]()

    @registry.observation("slow", owner="m.starts")
    def slow(scope: Scope) -> Text:
        tries.append(scope.files.name)
        unsure()
        return Text(f"slow, the {len(tries)}. time")

    assert _observed(registry, made, Store(None), "slow", []) == Recorded(Text("slow, the 2. time"))


def _always_late(registry: Registry, monkeypatch: pytest.MonkeyPatch, *, still_busy: bool) -> list[str]:
    """Declare the observation `late`: when it is made, the machine is busy with others' work, and without it as it is
    said here. The list grows each time that it is made."""
    monkeypatch.setattr("sentinel_grader.observe.schedule.used_in", lambda _session: {})
    monkeypatch.setattr("sentinel_grader.observe.schedule.still_busy", lambda _session: still_busy)
    tries = list[str]()

    @registry.observation("late", owner="m.starts")
    def always(scope: Scope) -> Text:
        tries.append(scope.files.name)
        _late_under(19.0)
        return Text("too late")

    return tries


def test_what_is_late_twice_is_not_graded_and_not_kept(
    registry: Registry, made: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = _always_late(registry, monkeypatch, still_busy=True)
    store = Store(tmp_path / "kept")
    outcome = _observed(registry, made, store, "late", [])
    assert isinstance(outcome, Unavailable)
    assert outcome.code == MACHINE_BUSY
    _observed(registry, made, store, "late", [])
    assert len(tries) == 4


def test_what_is_late_twice_is_its_own_doing_where_the_machine_is_quiet_without_it(
    registry: Registry, made: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may have had the engine work for it, which no container's count tells of."""
    tries = _always_late(registry, monkeypatch, still_busy=False)
    assert _observed(registry, made, Store(None), "late", []) == Recorded(Text("too late"))
    assert len(tries) == 2


def test_a_service_that_hangs_everywhere_is_waited_for_alone_but_once(
    registry: Registry, made: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sentinel_grader.observe.schedule.used_in", lambda _session: {})
    tries = list[str]()

    def hanging(scope: Scope, name: str) -> Text:
        tries.append(name)
        if tries.count(name) == 1:
            _late_under(19.0)
        raise Fault("no_answer", f"nothing in {scope.files.name}")

    @registry.observation("one", owner="m.starts")
    def one(scope: Scope) -> Text:
        return hanging(scope, "one")

    @registry.observation("other", owner="m.starts")
    def other(scope: Scope) -> Text:
        return hanging(scope, "other")

    outcomes = observe(["one", "other"], made, Store(None), jobs=3, registry=registry)
    assert [type(each) for each in outcomes.values()] == [SubmissionFault, SubmissionFault]
    assert len(tries) == 3


def test_who_burns_the_processor_himself_is_judged_by_what_was_seen_at_once(
    registry: Registry, made: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sentinel_grader.observe.schedule.used_in", lambda _session: {"burner": (19.0, 10.0)})
    tries = list[str]()

    @registry.observation("burning", owner="m.starts")
    def burning(scope: Scope) -> Text:
        tries.append(scope.files.name)
        _late_under(20.0)
        raise Fault("no_answer", "nothing")

    outcome = _observed(registry, made, Store(None), "burning", [])
    assert isinstance(outcome, SubmissionFault)
    assert len(tries) == 1


def test_a_helper_of_ours_that_did_not_answer_is_asked_once_more(registry: Registry, made: Session) -> None:
    tries = list[str]()

    @registry.observation("redis")
    def redis(scope: Scope) -> Text:
        tries.append(scope.files.name)
        raise OursError("redis_not_ready", "LOADING")

    assert _observed(registry, made, Store(None), "redis", []) == Unavailable("redis_not_ready", "LOADING")
    assert len(tries) == 2


@pytest.mark.engine
def test_the_engine_tells_who_burns_the_processor(tmp_path: Path) -> None:
    """A container of the grade's own that burns two processors: no word of others' doing, however slow all is."""
    engine = find_engine().engine
    assert engine, "this test needs a container engine"
    burn = "import os\nos.fork()\nwhile True: pass"
    with session(tmp_path, surroundings(engine)) as running:
        network = running.engine.networks.create(running.name("net"), internal=True, labels=running.labels)
        with agent(running, network) as talking:
            STRAIN.set(strain := Strain(lambda: used_in(running)))
            running.engine.containers.run(
                IMAGE, ["python", "-c", burn], name=running.name("burner"), labels=running.labels, detach=True,
                network_mode="none", nano_cpus=2_000_000_000,
            )  # fmt: skip
            for _ in range(30):
                talking.slowdown()
                threading.Event().wait(0.1)
            strain.count()
            STRAIN.set(None)
        took = max(seconds for seconds, _ in used_in(running).values())
    assert took > 0.3, "the burner's seconds are counted, on a busy machine too"
    assert sum(took for took, _ in strain._used.values()) >= took / 2
    assert strain._last
    assert strain._first
    assert strain._last.worked > strain._first.worked
    assert strain._last.processors >= 1


@pytest.mark.engine
def test_a_machine_is_busy_all_the_same_only_where_others_are_at_work(tmp_path: Path) -> None:
    """A container of nobody's grade burns every processor; then it is gone, and so is the strain."""
    engine = find_engine().engine
    assert engine, "this test needs a container engine"
    burn = "import os\nfor _ in os.sched_getaffinity(0): os.fork() or exec('while True: pass')"
    with session(tmp_path, surroundings(engine)) as running:
        burner = running.engine.containers.run(
            IMAGE, ["python", "-c", f"{burn}\nos.wait()"], detach=True, name=running.name("stranger")
        )
        try:
            assert still_busy(running)
        finally:
            burner.remove(force=True)
        assert not all(still_busy(running) for _ in range(3))
