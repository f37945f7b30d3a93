"""Observations side by side: order, re-use, endings, interruption. No engine: these observe nothing but files."""

from __future__ import annotations

import asyncio
import os
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest

from sentinel_grader.observe.calling_off import CALLED_OFF, CallingOff
from sentinel_grader.observe.keys import contents
from sentinel_grader.observe.keys import key as key_of
from sentinel_grader.observe.outcome import Blocked, Fault, OursError, Recorded, SubmissionFault, Unavailable
from sentinel_grader.observe.registry import Registry
from sentinel_grader.observe.schedule import Event, Moment, observe
from sentinel_grader.observe.scope import Scope
from sentinel_grader.observe.session import Session
from sentinel_grader.observe.store import Store


@dataclass(frozen=True)
class Text:
    text: str


@dataclass(frozen=True)
class Image:
    digest: str
    built_at: float

    @property
    def identity(self) -> str:
        return self.digest


@pytest.fixture(autouse=True)
def by_ourselves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No other grade on this machine is waited for."""
    monkeypatch.setenv("SENTINEL_STATE", str(tmp_path / "state"))


@pytest.fixture
def registry() -> Registry:
    return Registry()


@pytest.fixture
def session(tmp_path: Path) -> Session:
    (tmp_path / "submission").mkdir()
    (tmp_path / "submission" / "a.txt").write_text("one")
    (tmp_path / "submission" / "b.txt").write_text("other")
    return Session("test", cast(Any, None), tmp_path / "submission", {"engine": "none"})


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "recordings")


def test_it_sees_the_inputs_it_declared_and_no_others(registry: Registry, session: Session, store: Store) -> None:
    @registry.observation("read", inputs=["*.txt"])
    def read(scope: Scope) -> Text:
        return Text(" ".join(sorted(path.name for path in scope.files.rglob("*"))))

    @registry.observation("one", inputs=["a.txt"])
    def one(scope: Scope) -> Text:
        return Text((scope.files / "b.txt").read_text())

    outcomes = observe(["read", "one"], session, store, jobs=2, registry=registry)
    assert outcomes["read"] == Recorded(Text("a.txt b.txt"))
    assert isinstance(outcomes["one"], Unavailable), "an undeclared read fails, and is a mistake of ours"


def test_a_long_one_begins_before_others_that_could_as_well(registry: Registry, session: Session, store: Store) -> None:
    @registry.observation("first")
    def first(scope: Scope) -> Text:
        return Text(scope.files.name)

    @registry.observation("short")
    def short(scope: Scope, first: Text) -> Text:
        return Text(scope.files.name + first.text)

    @registry.observation("long", long=True)
    def long(scope: Scope, first: Text) -> Text:
        return Text(scope.files.name + first.text)

    events: list[Event] = []
    observe(["short", "long"], session, store, jobs=1, registry=registry, listener=events.append)
    assert [event.observation for event in events if event.moment is Moment.STARTED] == ["first", "long", "short"]


def test_what_is_wanted_first_begins_first_whatever_the_others_are(
    registry: Registry, session: Session, store: Store
) -> None:
    @registry.observation("base")
    def base(scope: Scope) -> Text:
        return Text(scope.files.name)

    @registry.observation("beside", long=True)
    def beside(scope: Scope) -> Text:
        return Text(scope.files.name)

    @registry.observation("wanted")
    def wanted(scope: Scope, base: Text) -> Text:
        return Text(scope.files.name + base.text)

    events: list[Event] = []
    both, store_nothing = ["beside", "wanted"], Store(None)
    observe(both, session, store_nothing, jobs=4, registry=registry, first=["wanted"], listener=events.append)
    assert [event.observation for event in events if event.moment is Moment.STARTED] == ["base", "wanted", "beside"]
    observe(["wanted"], session, store, jobs=4, registry=registry)
    again = observe(both, session, store, jobs=4, registry=registry, first=["wanted"])  # used again counts as begun
    assert isinstance(again["beside"], Recorded)


def test_independent_ones_overlap(registry: Registry, session: Session, store: Store) -> None:
    both = threading.Barrier(2, timeout=10)

    @registry.observation("left")
    def left(scope: Scope) -> Text:
        both.wait()
        return Text(str(scope.files.exists()))

    @registry.observation("right")
    def right(scope: Scope) -> Text:
        both.wait()
        return Text(str(scope.files.exists()))

    outcomes = observe(["left", "right"], session, store, jobs=2, registry=registry)
    assert outcomes == {"left": Recorded(Text("True")), "right": Recorded(Text("True"))}


def test_every_ending_is_an_outcome(registry: Registry, session: Session, store: Store) -> None:
    @registry.observation("broken", owner="m.builds")
    def broken(scope: Scope) -> Text:
        raise Fault("build_failed", f"{scope.files.name} did not build")

    @registry.observation("above")
    def above(scope: Scope, broken: Text) -> Text:
        raise AssertionError((scope, broken))

    @registry.observation("ours")
    def ours(scope: Scope) -> Text:
        scope.run(["no-such-program-anywhere"], deadline=1)
        return Text("")

    events = list[Event]()
    outcomes = observe(["above", "ours"], session, store, jobs=2, registry=registry, listener=events.append)
    assert {event.observation: event.outcome for event in events if event.outcome} == outcomes, "each end is told"
    assert isinstance(outcomes["broken"], SubmissionFault)
    assert outcomes["above"] == Blocked(("broken",))
    assert outcomes["ours"] == Unavailable("program_missing", "no-such-program-anywhere: No such file or directory")


def _counted(registry: Registry) -> list[str]:
    made: list[str] = []

    @registry.observation("image", inputs=["a.txt"])
    def image(scope: Scope) -> Image:
        made.append("image")
        return Image((scope.files / "a.txt").read_text().strip(), time.time())

    @registry.observation("run")
    def run(scope: Scope, image: Image) -> Text:
        made.append("run")
        return Text(image.digest + str(scope.files.exists()))

    return made


def test_an_unchanged_tree_is_not_observed_again(registry: Registry, session: Session, store: Store) -> None:
    made, events = _counted(registry), list[Event]()
    first = observe(["run"], session, store, jobs=2, registry=registry)
    again = observe(["run"], session, store, jobs=2, registry=registry, listener=events.append)
    assert made == ["image", "run"]
    assert again == first
    assert [event.moment for event in events] == [Moment.REUSED, Moment.REUSED]


def test_what_rests_on_an_image_is_kept_while_the_image_is_the_same(
    registry: Registry, session: Session, store: Store
) -> None:
    made = _counted(registry)
    observe(["run"], session, store, jobs=2, registry=registry)
    (session.submission / "a.txt").write_text("one\n")  # another file, and yet the same image comes of it
    observe(["run"], session, store, jobs=2, registry=registry)
    assert made == ["image", "run", "image"]
    (session.submission / "a.txt").write_text("two")
    observe(["run"], session, store, jobs=2, registry=registry)
    assert made == ["image", "run", "image", "image", "run"]


def test_another_engine_or_an_unreadable_recording_means_observing_again(
    registry: Registry, session: Session, store: Store, tmp_path: Path
) -> None:
    made = _counted(registry)
    observe(["image"], session, store, jobs=1, registry=registry)
    other = Session("test", cast(Any, None), session.submission, {"engine": "29"})
    observe(["image"], other, store, jobs=1, registry=registry)
    for path in (tmp_path / "recordings").glob("*.json"):
        path.write_bytes(path.read_bytes()[:-9])
    observe(["image"], session, store, jobs=1, registry=registry)
    assert made == ["image"] * 3


def test_in_ci_nothing_recorded_elsewhere_is_believed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SENTINEL_STATE", str(tmp_path))
    monkeypatch.setenv("CI", "true")
    Store.default()
    assert not (tmp_path / "recordings").exists()


def test_an_interrupted_grade_ends_its_commands_and_waits_for_them(
    registry: Registry, session: Session, store: Store, tmp_path: Path
) -> None:
    @registry.observation("long")
    def long(scope: Scope) -> Text:
        scope.run(["sh", "-c", f"echo $$ > {tmp_path}/pid; exec sleep 60"], deadline=60)
        return Text("never")

    async def interrupt() -> None:
        from sentinel_grader.observe.schedule import _Run

        run = _Run(session, store, 1, lambda _event: None, registry, ["long"])
        task = asyncio.create_task(run.all(registry.closure(["long"])))
        while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
            await asyncio.sleep(0.02)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(interrupt())
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


def test_a_command_past_its_deadline_or_without_end_is_ended(session: Session, tmp_path: Path) -> None:
    scope = Scope(session, tmp_path)
    assert scope.run(["sleep", "60"], deadline=0.3).status is None
    endless = scope.run(["yes"], deadline=60)
    assert endless.status is None
    assert endless.seconds < 30
    scope.cancel()
    with pytest.raises(OursError, match="interrupted"):
        scope.run(["true"], deadline=1)


def test_what_is_called_off_ends_and_the_others_stand(
    registry: Registry, session: Session, store: Store, tmp_path: Path
) -> None:
    @registry.observation("old", inputs=["a.txt"])
    def old(scope: Scope) -> Text:
        scope.run(["sh", "-c", f"echo $$ > {tmp_path}/pid; exec sleep 60"], deadline=60)
        return Text("never")

    @registry.observation("above")
    def above(scope: Scope, old: Text) -> Text:
        raise AssertionError((scope, old))

    @registry.observation("other", inputs=["b.txt"])
    def other(scope: Scope) -> Text:
        while not (tmp_path / "pid").exists():
            scope.sleep(0.02)
        calling_off.these(["old"])
        scope.sleep(0.2)
        return Text("seen")

    calling_off, events = CallingOff(), list[Event]()
    outcomes = observe(
        ["above", "other"], session, store, jobs=2, registry=registry, calling_off=calling_off, listener=events.append
    )
    assert outcomes["other"] == Recorded(Text("seen"))
    assert [outcomes[name].code for name in ("old", "above")] == [CALLED_OFF] * 2  # type: ignore[union-attr]
    assert {event.observation for event in events if event.outcome} == {"other"}
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)
    assert store.read(registry["other"], key_of(registry["other"], session.submission, {}, session.surroundings))


def test_what_is_called_off_while_its_process_starts_ends(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody knows by then that there is a process to end."""
    start = subprocess.Popen

    def called_off_meanwhile(*command: Any, **how: Any) -> Any:
        process = start(*command, **how)
        scope.cancel()
        return process

    scope, began = Scope(session, session.submission), time.monotonic()
    monkeypatch.setattr(subprocess, "Popen", called_off_meanwhile)
    with pytest.raises(OursError):
        scope.run(["sleep", "30"], deadline=30)
    assert time.monotonic() - began < 15


def test_what_is_called_off_before_it_begins_never_does(registry: Registry, session: Session, store: Store) -> None:
    @registry.observation("one")
    def one(scope: Scope) -> Text:
        raise AssertionError(scope)

    calling_off = CallingOff()
    calling_off.everything()
    outcomes = observe(["one"], session, store, jobs=1, registry=registry, calling_off=calling_off)
    assert outcomes == {"one": Unavailable(CALLED_OFF, "It was called off before it ended.")}
    calling_off.everything()  # after its end it changes nothing


def test_what_an_observation_may_see_includes_what_it_builds_on(registry: Registry, session: Session) -> None:
    _counted(registry)

    @registry.observation("apart", inputs=["b.txt"])
    def apart(scope: Scope) -> Text:
        return Text((scope.files / "b.txt").read_text())

    before = contents(["run", "apart"], session.submission, registry)
    (session.submission / "a.txt").write_text("two")
    after = contents(["run", "apart"], session.submission, registry)
    assert {name for name in before if before[name] != after[name]} == {"image", "run"}
