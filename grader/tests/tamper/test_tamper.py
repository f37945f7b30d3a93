"""Attempts to score more than deserved, to buy `not_graded`, to do harm or to leave something: none succeeds."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import partial
from pathlib import Path

import pytest

from sentinel_grader import course
from sentinel_grader.observe import alerter_build

from ..cases import asked_for, each
from ..mutants.matrix import latest_python
from ..side_by_side import side_by_side
from . import answers, builds, card, own_code, refused, repair, runs, signals, stacks
from .attempt import Attempt
from .table import as_text
from .trial import Trial, run

_OF_A_KIND = (refused, builds, answers, runs, signals, stacks, own_code, repair, card)
#: Those that would take for ever come last, as they are graded last.
ATTEMPTS: list[Attempt] = sorted((one for kind in _OF_A_KIND for one in kind.ATTEMPTS), key=lambda one: one.within)
#: One of each kind, of the quickest.
QUICK = {"ready-made-image", "own-list-of-bases", "name-that-forges", "says-that-the-disk-is-full", "answers-for-ever",
         "ends-redis", "lost-in-a-crowd", "shadows-redis", "stops-at-once", "hurries-when-watched",
         "answers-and-ends",
         "search-without-a-catalogue"}  # fmt: skip
Trials = dict[str, Future[Trial]]


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where all that the grader writes for a while lies, for the time of these tests."""
    place, usual = tmp_path_factory.mktemp("workplace"), tempfile.tempdir
    tempfile.tempdir = str(place)
    yield place
    tempfile.tempdir = usual


@pytest.fixture(scope="module")
def trials(request: pytest.FixtureRequest, workplace: Path) -> Iterator[Trials]:
    """Every attempt that is asked for, several at a time; then one by one those that would take for ever."""
    del workplace
    asked = asked_for(request, "attempt")
    chosen = [attempt for attempt in ATTEMPTS if attempt.name in asked]
    usual = {attempt.name: partial(run, attempt) for attempt in chosen if not attempt.within}
    with latest_python(), side_by_side(usual) as done, ThreadPoolExecutor(1) as last:
        waits = list(done.values())
        cut = {attempt.name: last.submit(_cut_short, attempt, waits) for attempt in chosen if attempt.within}
        yield {attempt.name: (done | cut)[attempt.name] for attempt in chosen}
        last.shutdown(cancel_futures=True)


def _cut_short(attempt: Attempt, others: list[Future[Trial]]) -> Trial:
    """Run it once the others are done: builds get less time meanwhile."""
    wait(others)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(alerter_build, "DEADLINE", attempt.within)
        return run(attempt)


@pytest.mark.engine
@pytest.mark.timeout(900)
@pytest.mark.parametrize("attempt", each(ATTEMPTS, QUICK))
def test_an_attempt_gains_nothing_and_is_named(attempt: Attempt, trials: Trials) -> None:
    assert trials[attempt.name].result().differences == []


@pytest.mark.engine
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_all_attempts_are_told_and_nothing_of_them_is_left(
    trials: Trials, workplace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A table in the log; and the grader's temporary folders are gone, nobody else's file is there."""
    done = [future.result() for future in trials.values()]
    with capsys.disabled():
        print("\n" + as_text(done))
    assert [trial.attempt.name for trial in done] == [attempt.name for attempt in ATTEMPTS]
    assert [path.name for path in workplace.iterdir()] == []


def test_attempts_have_names_of_their_own_and_checks_that_exist() -> None:
    names = [attempt.name for attempt in ATTEMPTS]
    assert len(set(names)) == len(names) >= 20
    assert set(names) >= QUICK
    for attempt in ATTEMPTS:
        assert attempt.told.keys() | set(attempt.asks) <= course.checks().keys(), attempt.name
        assert not attempt.asks or attempt.told.keys() <= set(attempt.asks), attempt.name


@pytest.mark.parametrize("attempt", ATTEMPTS, ids=lambda attempt: attempt.name)
def test_every_attempt_fits_the_solution(attempt: Attempt, tmp_path_factory: pytest.TempPathFactory) -> None:
    attempt.submission(tmp_path_factory.mktemp("attempt"))
