"""Task 8: the decision card."""

from __future__ import annotations

import json

from sentinel_grader.checks.module_01.card import ANSWERS, decided
from sentinel_grader.judging import check, expect
from sentinel_grader.observe.decision_card import FUNCTION, NOTEBOOK, Answered, DecisionCard
from sentinel_grader.observe.outcome import Place

#: Cases that must be answered: fewer would say too little of who guesses.
LEAST = 40
#: Characters of an answer that are quoted.
_MOST = 80
_AT = Place(NOTEBOOK)
_ONE_OF = f"one of {', '.join(json.dumps(answer) for answer in ANSWERS)}"


@check("m1.decision_card")
def test_the_card_decides_as_the_lesson_does(decision_card: DecisionCard) -> None:
    """A container is one tool of four. Who knows when it is the wrong one spends no month on the right answer to
    another question."""
    card = decision_card
    expect(
        not card.not_loaded,
        saw=f"The tagged cells fail, run alone: {card.not_loaded}",
        expected=f"cells that define a function {FUNCTION}(case), of plain Python and nothing else",
        at=_AT,
        code="cell_failed",
    )
    for answered in card.answers:
        _require_answer(answered, card.ended)
    wrong = [answered for answered in card.answers if answered.said != [json.dumps(decided(answered.case)[0])]]
    if wrong:
        right, why = decided(wrong[0].case)
        count = f"{len(wrong)} of {len(card.answers)} cases come to another answer."
        saw = f"{count} {_asked(wrong[0])} answered {_said(wrong[0])}"
        expect(False, saw=saw, expected=f"{json.dumps(right)}, since {why}", at=_AT, code="decided_otherwise")
    expect(
        len(card.answers) >= LEAST,
        saw=f"{len(card.answers)} cases were answered",
        expected=f"{LEAST} of them at least",
        at=_AT,
    )


def _require_answer(answered: Answered, ended: str) -> None:
    """Expect one answer that is one of the four words."""
    if answered.trouble:
        expect(False, saw=f"{_asked(answered)} {answered.trouble}", expected=_ONE_OF, at=_AT, code="no_answer")
    if not answered.said:
        why = ended or "the cells ended without a word"
        expect(False, saw=f"{_asked(answered)} gave no answer: {why}", expected=_ONE_OF, at=_AT, code="no_answer")
    expect(
        len(answered.said) == 1,
        saw=f"{_asked(answered)} gave {len(answered.said)} answers ({_said(answered)})",
        expected="one answer to each question",
        at=_AT,
        code="many_answers",
    )
    right = {json.dumps(answer) for answer in ANSWERS}
    expect(
        answered.said[0] in right,
        saw=f"{_asked(answered)} answered {_said(answered)}",
        expected=_ONE_OF,
        at=_AT,
        code="no_such_answer",
    )


def _asked(answered: Answered) -> str:
    return f"{FUNCTION}(), asked about {answered.case.program!r},"


def _said(answered: Answered) -> str:
    """Python's None is JSON's null; people know it by the former."""
    words = ("None" if said == "null" else said for said in answered.said)
    return " and ".join(said if len(said) <= _MOST else f"{said[:_MOST]}…" for said in words)
