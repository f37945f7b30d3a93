"""The decision card, as the course reads it: which of four ways to run a program, and the fact that says so."""

from __future__ import annotations

from sentinel_grader.observe.decision_cases import Case

CONTAINER, MACHINE, VIRTUALENV, KUBERNETES = ANSWERS = ("container", "virtual machine", "virtualenv", "kubernetes")


def decided(case: Case) -> tuple[str, str]:
    """The answer, and the first fact from the top of the card that asks for it."""
    if case.made_for != "linux":
        return MACHINE, f"it is made for {case.made_for}"
    if case.kernel_modules:
        return MACHINE, f"it loads kernel modules ({', '.join(case.kernel_modules)})"
    if case.runs_strangers_code:
        return MACHINE, "it runs strangers' code"
    if case.outlives_a_machine:
        return KUBERNETES, "it must go on when a machine dies"
    if case.copies * case.memory_mb > case.machine_mb:
        return KUBERNETES, f"{_memory(case)} are more than the {case.machine_mb} MB of a machine"
    if case.system_packages:
        return CONTAINER, f"it needs system packages ({', '.join(case.system_packages)})"
    if case.services:
        return CONTAINER, f"it has services beside it ({', '.join(case.services)})"
    if len(case.runs_on) > 1:
        return CONTAINER, f"it runs in {len(case.runs_on)} places"
    return VIRTUALENV, f"nothing asks for more: {_memory(case)} fit into the {case.machine_mb} MB of a machine"


def _memory(case: Case) -> str:
    return f"{case.copies} copies of {case.memory_mb} MB"
