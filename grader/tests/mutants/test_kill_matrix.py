"""The grader is graded: every mutant of the solution fails exactly the checks that are there for it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from functools import partial

import pytest

from sentinel_grader import course
from sentinel_grader.observe.store import Store
from sentinel_grader.paths import REPORTS

from ..cases import asked_for, each, is_whole
from ..side_by_side import side_by_side
from . import task_1, task_2, task_3, task_4, task_5, task_6, task_7, task_8
from .matrix import Run, all_checks, expected, latest_python, run, smallest_cover
from .mutant import Mutant
from .page import as_html, as_text
from .quotes import LESSONS, Quote, marked_rows, quotes

MUTANTS: list[Mutant] = [
    *task_1.MUTANTS, *task_2.MUTANTS, *task_3.MUTANTS, *task_4.MUTANTS, *task_5.MUTANTS, *task_6.MUTANTS,
    *task_7.MUTANTS, *task_8.MUTANTS
]  # fmt: skip
NAMED = {mutant.name: mutant for mutant in MUTANTS}
QUOTES = quotes()
QUICK = {mutant.name for mutant in smallest_cover(MUTANTS)}
Runs = dict[str, Future[Run]]


@pytest.fixture(scope="module")
def runs(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    """Every mutant that is asked for, graded several at a time. Where only the quick ones are, it is on the checks that
    they must fail: that no other check fails of them is for the whole matrix to show."""
    asked, whole = asked_for(request, "mutant"), is_whole(request)
    chosen = [mutant for mutant in MUTANTS if mutant.name in asked]
    graded = partial(run, kept=Store(tmp_path_factory.mktemp("recordings")), whole=whole)
    with latest_python(), side_by_side({mutant.name: partial(graded, mutant) for mutant in chosen}) as done:
        yield done


@pytest.mark.engine
@pytest.mark.timeout(900)
@pytest.mark.parametrize("mutant", each(MUTANTS, QUICK))
def test_a_mutant_fails_its_checks_and_no_other(mutant: Mutant, runs: Runs) -> None:
    assert runs[mutant.name].result().differences == []


@pytest.mark.engine
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_kill_matrix_is_written(runs: Runs, capsys: pytest.CaptureFixture[str]) -> None:
    """For people: reports/kill-matrix.html, and a table in the log."""
    done = [future.result() for future in runs.values()]
    REPORTS.mkdir(exist_ok=True)
    (REPORTS / "kill-matrix.html").write_text(as_html(done))
    with capsys.disabled():
        print("\n" + as_text(done))
    assert [run.mutant.name for run in done] == [mutant.name for mutant in MUTANTS]


@pytest.mark.engine
@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("quote", "mutant"),
    [pytest.param(quote, NAMED[quote.mutant], id=f"{quote.check}-{quote.mutant}") for quote in QUOTES],
)
def test_the_lesson_quotes_what_the_grader_says(quote: Quote, mutant: Mutant, runs: Runs) -> None:
    reason = runs[mutant.name].result().results[quote.check].reason
    assert reason
    assert quote.is_in(reason.saw), f"the lesson quotes {quote.words!r} of it, and it says {reason.saw!r}"


def test_each_task_of_the_lesson_quotes_four_to_six_mistakes_that_fail_the_check_it_names() -> None:
    assert len(QUOTES) == marked_rows(), "a row with a mutant has another form than quotes.py can read"
    assert all(quote.check in NAMED[quote.mutant].fails for quote in QUOTES)
    starts = [words.partition("\n**Checkpoint")[0] for words in LESSONS[0].read_text().split("\n### Task ")[1:]]
    assert [task.count("<!-- mutant:") in range(4, 7) for task in starts] == [True] * len(course.MODULES[0].tasks)


def test_what_needs_a_check_falls_with_it_and_what_was_seen_all_the_same_does_not() -> None:
    """Whether an alerter notices its Redis tells whether a start can wait for that, and not whether logs flow."""
    verdicts = expected({"m1.health_dependency"})
    assert verdicts["m1.compose_up"] == "skipped"
    assert verdicts["m1.log_flow"] == "passed"
    assert set(expected({"m1.builds"}).values()) == {"failed", "skipped", "passed"}
    assert expected({"m1.builds"})["m1.log_flow"] == "skipped"


def test_every_check_has_mutants_and_one_of_its_own() -> None:
    """Of its own: one that fails it and nothing else."""
    for id_ in all_checks():
        killers = [mutant for mutant in MUTANTS if id_ in mutant.fails]
        assert len(killers) >= 2, f"{id_} is failed by {len(killers)} mutants"
        assert any(mutant.fails == {id_} for mutant in killers), f"no mutant fails {id_} alone"


def test_mutants_have_names_of_their_own_and_checks_that_exist() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)
    for mutant in MUTANTS:
        assert mutant.fails, mutant.name
        assert mutant.fails <= course.checks().keys(), mutant.name


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_every_patch_fits_the_solution(mutant: Mutant, tmp_path_factory: pytest.TempPathFactory) -> None:
    mutant.submission(tmp_path_factory.mktemp("mutant"))
