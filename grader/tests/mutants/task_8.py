"""What people get wrong when they write the decision card: the order of its rows, its edges, what comes back."""

from __future__ import annotations

from .mutant import Mutant, Patch

NOTEBOOK = "../notebook.ipynb"
CARD = frozenset({"m1.decision_card"})
_KUBERNETES = 'case[\\"outlives_a_machine\\"] or case[\\"copies\\"] * case[\\"memory_mb\\"] > case[\\"machine_mb\\"]'


def _swap(old: str, new: str) -> Patch:
    return {NOTEBOOK: (old, new)}


MUTANTS = [
    Mutant(
        "card-just-fits",
        "What needs exactly as much memory as a machine has is sent to a cluster.",
        CARD,
        _swap('> case[\\"machine_mb\\"]', '>= case[\\"machine_mb\\"]'),
    ),
    Mutant(
        "card-one-copy",
        "Only one copy's memory is compared with a machine's.",
        CARD,
        _swap('case[\\"copies\\"] * case', "case"),
    ),
    Mutant(
        "card-other-order",
        "The second row is asked before the first: strangers' code on several machines gets no kernel of its own.",
        CARD,
        _swap(
            "def decide(case: dict) -> str:\\n",
            f'def decide(case: dict) -> str:\\n",\n    "    if {_KUBERNETES}:\\n",\n'
            '    "        return \\"kubernetes\\"\\n',
        ),
    ),
    Mutant(
        "card-prints",
        "The function prints its answer, and returns nothing.",
        CARD,
        _swap('return \\"virtualenv\\"', 'print(\\"virtualenv\\")'),
    ),
    Mutant(
        "card-other-word",
        "An answer is written otherwise than on the card.",
        CARD,
        _swap('return \\"virtual machine\\"', 'return \\"VM\\"'),
    ),
    Mutant(
        "card-no-such-fact",
        "The function asks for a fact that no case has.",
        CARD,
        _swap('case[\\"services\\"]', 'case[\\"service\\"]'),
    ),
    Mutant(
        "card-needs-the-notebook",
        "The cell uses what an earlier cell of the notebook made.",
        CARD,
        _swap("def decide(case: dict)", "def decide(case: dict = card_map.PLAIN)"),
    ),
]
