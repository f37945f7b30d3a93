"""Task 8: cases that tell right from nearly right, cells that are found, lines that may be lies, and the judge."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentinel_grader.checks import module_01 as module_01
from sentinel_grader.checks.module_01.card import ANSWERS, decided
from sentinel_grader.judging import CHECKS, Unmet
from sentinel_grader.observe import decision_card
from sentinel_grader.observe.decision_card import NOTEBOOK, TAG, Answered, DecisionCard, told
from sentinel_grader.observe.decision_cases import Case, cases
from sentinel_grader.observe.notebook_cells import tagged_cells
from sentinel_grader.observe.outcome import Fault, Place
from sentinel_grader.paths import ROOT
from sentinel_grader.result import Reason

from .random_recordings import JSON

CASES = cases("a nonce")
RIGHT = DecisionCard([Answered(case, [json.dumps(decided(case)[0])]) for case in CASES], "", "")
SOLVED = ROOT / "module-01-containers" / "solutions" / "notebook.ipynb"
PLACE = Place(NOTEBOOK)

# The cases.


def test_every_answer_is_asked_for_and_no_two_grades_ask_the_same() -> None:
    assert cases("a nonce") == CASES != cases("another")
    counts = Counter(decided(case)[0] for case in CASES)
    assert counts.keys() == set(ANSWERS)
    assert min(counts.values()) >= 4, counts


#: Cards that are nearly right: a case, read in another way.
MISREAD: dict[str, Callable[[Case], Case]] = {
    "not made for others": lambda case: replace(case, made_for="linux"),
    "only Windows": lambda case: replace(case, made_for="linux" if case.made_for == "freebsd" else case.made_for),
    "no modules": lambda case: replace(case, kernel_modules=[]),
    "no strangers": lambda case: replace(case, runs_strangers_code=False),
    "no machine dies": lambda case: replace(case, outlives_a_machine=False),
    "one copy": lambda case: replace(case, copies=1),
    "just as much is too much": lambda case: replace(case, machine_mb=case.machine_mb - 1),
    "a little more is not": lambda case: replace(case, machine_mb=case.machine_mb + 3),
    "no packages": lambda case: replace(case, system_packages=[]),
    "no services": lambda case: replace(case, services=[]),
    "one place": lambda case: replace(case, runs_on=case.runs_on[:1]),
    "two places are one": lambda case: replace(case, runs_on=case.runs_on[2:]),
    "Python packages count": lambda case: replace(case, system_packages=case.python_packages),
    "several copies need containers": lambda case: replace(case, services=["x"] * (case.copies > 1)),
}


@pytest.mark.parametrize("misread", MISREAD)
def test_whatever_a_card_misreads_shows_in_the_cases_of_every_grade(misread: str) -> None:
    for nonce in range(100):
        assert any(decided(MISREAD[misread](case))[0] != decided(case)[0] for case in cases(str(nonce))), nonce


def test_a_card_read_from_the_bottom_shows_in_every_grade() -> None:
    def upwards(case: Case) -> str:
        """The same rows, the last that fits."""
        if case.system_packages or case.services or len(case.runs_on) > 1:
            return "container"
        return decided(case)[0]

    assert all(any(upwards(case) != decided(case)[0] for case in cases(str(nonce))) for nonce in range(100))


# The cells.


def test_the_solution_s_cell_is_found_and_the_handed_out_notebook_has_the_same_one_to_fill() -> None:
    handed_out = tagged_cells(ROOT / "module-01-containers" / "notebook.ipynb", TAG, PLACE)
    solved = tagged_cells(SOLVED, TAG, PLACE)
    assert [len(handed_out), len(solved)] == [1, 1]
    assert handed_out[0].splitlines()[0].startswith("# TODO 8: ")
    assert "def decide(case: dict) -> str:" in handed_out[0]
    assert "def decide(case: dict) -> str:" in solved[0]


def notebook(*cells: Any) -> bytes:
    return json.dumps({"cells": cells}).encode()


def cell(source: Any = "x = 1", tags: Any = (TAG,), kind: str = "code") -> dict[str, Any]:
    return {"cell_type": kind, "metadata": {"tags": tags}, "source": source}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "notebook_unreadable"),
        (b"\xff\xfe", "notebook_unreadable"),
        (b"[" * 100_000, "notebook_unreadable"),
        (b"[]", "notebook_unreadable"),
        (b'{"cells": 7}', "notebook_unreadable"),
        (notebook(), "no_cell"),
        (notebook(cell(tags=["other"])), "no_cell"),
        (notebook(cell(kind="markdown")), "no_cell"),
        (notebook(cell(source=" \n")), "no_cell"),
        (notebook(cell(source={"a": 1})), "no_cell"),
        (notebook(cell(source="x" * 300_000)), "cell_too_long"),
    ],
)
def test_a_notebook_without_a_cell_to_run_is_the_learner_s_fault_in_words(
    content: bytes, code: str, tmp_path: Path
) -> None:
    path = tmp_path / "notebook.ipynb"
    path.write_bytes(content)
    with pytest.raises(Fault) as fault:
        tagged_cells(path, TAG, PLACE)
    assert fault.value.outcome.code == code
    assert fault.value.outcome.saw
    assert fault.value.outcome.expected


def test_a_missing_notebook_names_the_command_that_makes_one(tmp_path: Path) -> None:
    with pytest.raises(Fault) as fault:
        tagged_cells(tmp_path / "notebook.ipynb", TAG, PLACE)
    assert "./sentinel notebook 1" in fault.value.outcome.expected


def test_cells_come_in_order_from_lines_or_one_text(tmp_path: Path) -> None:
    path = tmp_path / "notebook.ipynb"
    path.write_bytes(notebook(cell("a\nb"), cell("no", tags=[]), cell(["c\n", "d", 5]), "odd", cell("\ud800")))
    assert tagged_cells(path, TAG, PLACE) == ["a\nb", "c\nd", "?"]


@given(found=JSON, cells=st.lists(JSON | st.builds(cell, JSON, JSON), max_size=4))
def test_whatever_json_a_notebook_is_its_cells_are_texts_or_it_is_at_fault(
    found: Any, cells: list[Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("notebook") / "notebook.ipynb"
    for content in (found, {"cells": cells}):
        path.write_text(json.dumps(content))
        try:
            sources = tagged_cells(path, TAG, PLACE)
        except Fault:
            continue
        assert all(isinstance(source, str) for source in sources)


# What is told, by whomever.


def lines(*said: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(line).encode() + b"\n" for line in said)


def test_lines_become_answers_and_doubled_ones_stay_doubled() -> None:
    card = told(CASES[:2], lines({"loaded": ""}, {"case": 0, "said": '"a"'}, {"case": 0, "said": '"b"'}), "")
    assert card == DecisionCard([Answered(CASES[0], ['"a"', '"b"']), Answered(CASES[1])], "", "")


@given(output=st.binary(max_size=200) | st.lists(st.dictionaries(
    st.sampled_from(["loaded", "case", "said", "trouble", "late"]), JSON)).map(lambda said: lines(*said)))  # fmt: skip
def test_any_output_is_a_recording_that_a_file_can_hold(output: bytes) -> None:
    card = told(CASES[:3], output, "")
    assert msgspec.json.decode(msgspec.json.encode(card), type=DecisionCard) == card


def inside(*cells: str, asked: list[Case] = CASES) -> DecisionCard:
    """What the program inside says of these cells; here, without a container."""
    payload = {"cells": cells, "function": decision_card.FUNCTION, "cases": [asdict(case) for case in asked]}
    done = subprocess.run(
        [sys.executable, "-I", "-c", card_inside_file().read_text()],
        input=json.dumps(payload).encode(), capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    return told(asked, done.stdout, "")


def card_inside_file() -> Path:
    return Path(decision_card.__file__).with_name("card_inside.py")


def test_the_solution_answers_every_case_rightly() -> None:
    assert inside(*tagged_cells(SOLVED, TAG, PLACE)) == RIGHT


@pytest.mark.parametrize(
    ("source", "trouble"),
    [
        ("x = (", "SyntaxError: '(' was never closed (line 1 of the cell)"),
        ("%time", "SyntaxError: invalid syntax (line 1 of the cell)"),
        ("x = 1\nx / 0", "ZeroDivisionError: division by zero (line 2 of the cell)"),
        ("raise SystemExit", "SystemExit (line 1 of the cell)"),
        ("import card_map", "ModuleNotFoundError: No module named 'card_map' (line 1 of the cell)"),
        ("decide = 5", "NameError: no function decide is defined"),
        ("class E(Exception):\n    __str__ = None\nraise E", "E (line 3 of the cell)"),
    ],
)
def test_a_cell_that_does_not_run_is_told_with_its_line(source: str, trouble: str) -> None:
    assert inside(source).not_loaded == trouble


@pytest.mark.parametrize(
    ("body", "trouble"),
    [
        ("return case['nothing']", "raised KeyError: 'nothing' (line 2 of the cell)"),
        ("raise KeyboardInterrupt", "raised KeyboardInterrupt (line 2 of the cell)"),
        ("return {'container'}", "answered with a set, which JSON cannot hold"),
        ("return decide(case)", "raised RecursionError: maximum recursion depth exceeded (line 2 of the cell)"),
    ],
)
def test_a_function_that_does_not_answer_is_told_for_each_case(body: str, trouble: str) -> None:
    card = inside(f"def decide(case):\n    {body}", asked=CASES[:2])
    assert [answered.trouble for answered in card.answers] == [trouble] * 2


def test_what_a_cell_prints_is_no_answer() -> None:
    card = inside(
        'def decide(case):\n    print(\'{"case": 0, "said": "x"}\')\n    return \'container\'', asked=CASES[:1]
    )
    assert card.answers[0].said == ['"container"']


# The judge.


def failed(card: DecisionCard) -> Reason:
    with pytest.raises(Unmet) as unmet:
        CHECKS["m1.decision_card"].function(card)
    return unmet.value.reason


def with_first(**changed: Any) -> DecisionCard:
    return replace(RIGHT, answers=[replace(RIGHT.answers[0], **changed), *RIGHT.answers[1:]])


def test_the_right_answers_pass() -> None:
    CHECKS["m1.decision_card"].function(RIGHT)


def test_one_wrong_answer_among_all_fails_and_the_row_is_named() -> None:
    right, why = decided(CASES[0])
    wrong = next(answer for answer in ANSWERS if answer != right)
    reason = failed(with_first(said=[json.dumps(wrong)]))
    assert reason.code == "decided_otherwise"
    assert f"1 of {len(CASES)} cases" in reason.saw
    assert CASES[0].program in reason.saw
    assert reason.expected == f'"{right}", since {why}'


@pytest.mark.parametrize(
    ("card", "code", "words"),
    [
        (with_first(said=["null"]), "no_such_answer", "None"),
        (with_first(said=['["container"]']), "no_such_answer", '["container"]'),
        (with_first(said=['"Container"']), "no_such_answer", '"Container"'),
        (with_first(said=['"' + "x" * 500]), "no_such_answer", "…"),
        (with_first(said=RIGHT.answers[0].said * 2), "many_answers", "2 answers"),
        (with_first(said=[], trouble="raised KeyError"), "no_answer", "raised KeyError"),
        (replace(with_first(said=[]), ended="the cells did not end"), "no_answer", "the cells did not end"),
        (with_first(said=[]), "no_answer", "without a word"),
        (replace(RIGHT, not_loaded="NameError: x"), "cell_failed", "NameError: x"),
        (replace(RIGHT, answers=RIGHT.answers[:39]), "unmet", "39 cases"),
        (replace(RIGHT, answers=[]), "unmet", "0 cases"),
    ],
)
def test_what_is_no_answer_fails_in_words(card: DecisionCard, code: str, words: str) -> None:
    reason = failed(card)
    assert reason.code == code
    assert words in reason.saw
    assert len(reason.saw) < 400
    assert reason.expected
