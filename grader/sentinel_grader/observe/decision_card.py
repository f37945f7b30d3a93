"""The decision card of a learner's notebook: the function in its tagged cells, asked about cases nobody has seen.

The cells run alone, in a container of ours without a network, without rights and with limits. Cases go in and answers
come out as JSON. What the right answers are is not in there: so it does not matter who wrote what came out.
"""

from __future__ import annotations

import contextlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import docker

from sentinel_grader.observe.agent import IMAGE
from sentinel_grader.observe.decision_cases import Case, cases
from sentinel_grader.observe.notebook_cells import tagged_cells
from sentinel_grader.observe.outcome import OursError, Place
from sentinel_grader.observe.registry import observation
from sentinel_grader.observe.scope import Ran, Scope

NOTEBOOK = "module-01-containers/exercises/notebook.ipynb"
TAG, FUNCTION = "decision-card", "decide"
_CODE = Path(__file__).with_name("card_inside.py").read_text(encoding="utf-8")
#: Seconds for all of it; the program inside ends late cells long before.
_DEADLINE = 90.0
_LATE = "the cells were still at work after 5 seconds of processor time, or 30 seconds of waiting"
#: Of a program that the kernel ended, as at the end of its processor time; nobody in there can.
_KILLED = 137
_ALONE = ["--network=none", "--read-only", "--user=65534:65534", "--cap-drop=ALL", "--security-opt=no-new-privileges"]
_LIMITS = ["--memory=128m", "--memory-swap=128m", "--pids-limit=32", "--cpus=1", "--log-driver=none", "--pull=never"]


@dataclass(frozen=True)
class Answered:
    """A case, and what came of asking: as a rule one answer, as JSON text; else what went wrong, in words."""

    case: Case
    said: list[str] = field(default_factory=list)
    trouble: str = ""


@dataclass(frozen=True)
class DecisionCard:
    """`not_loaded` is what kept the cells from defining the function; `ended` how they ended before their time."""

    answers: list[Answered]
    not_loaded: str
    ended: str


@observation("decision_card", owner="m1.decision_card", inputs=[NOTEBOOK])
def decision_card(scope: Scope) -> DecisionCard:
    """Run the tagged cells and ask their function about fresh cases."""
    cells = tagged_cells(scope.files / NOTEBOOK, TAG, Place(NOTEBOOK))
    scope.session.nonces["decision_card"] = nonce = scope.nonce()
    asked = cases(nonce)
    payload = {"cells": cells, "function": FUNCTION, "cases": [asdict(case) for case in asked]}
    ran, ended = _run(scope, json.dumps(payload).encode())
    return told(asked, ran.stdout, ended)


def _run(scope: Scope, payload: bytes) -> tuple[Ran, str]:
    """Run the program inside; what it printed, and how it ended, if not as it should. Raises OursError if the engine
    never started it."""
    name = scope.session.name("card")
    labels = [f"--label={key}={value}" for key, value in scope.session.labels.items()]
    command = ["docker", "run", "--interactive", f"--name={name}", *labels, *_ALONE, *_LIMITS, IMAGE]
    try:
        ran = scope.run([*command, "python", "-I", "-c", _CODE], deadline=_DEADLINE, stdin=payload)
        return ran, _ending(ran, _state(scope, name, ran))
    finally:
        with contextlib.suppress(docker.errors.DockerException):
            scope.session.removals.container(scope.session.engine.containers.get(name))


def _state(scope: Scope, name: str, ran: Ran) -> dict[str, Any]:
    """How the engine says that it went. Not the client's exit status: 125 is what a program may end with, too."""
    try:
        state: dict[str, Any] = scope.session.engine.containers.get(name).attrs["State"]
    except docker.errors.DockerException as error:
        raise OursError("engine_error", ran.error[:500] or str(error)) from error
    if str(state.get("StartedAt", "")).startswith("0001"):
        raise OursError("engine_error", ran.error[:500])
    return state


def _ending(ran: Ran, state: dict[str, Any]) -> str:
    if ran.status is None:
        return "the cells did not end" if ran.seconds >= _DEADLINE else "the cells printed without end"
    if state.get("OOMKilled"):
        return "the cells took more than 128 MB of memory"
    status = int(state.get("ExitCode") or 0)
    if status == _KILLED:
        return _LATE
    return f"the cells ended the program themselves, with exit status {status}" if status else ""


def told(asked: list[Case], output: bytes, ended: str) -> DecisionCard:
    """What the lines that came out tell, whoever wrote them."""
    said: dict[int, list[str]] = {}
    troubles: dict[int, str] = {}
    not_loaded = ""
    for line in map(_read, output.splitlines()):
        number = line.get("case")
        if line.get("late") is True:
            ended = ended or _LATE
        elif isinstance(line.get("loaded"), str):
            not_loaded = not_loaded or _text(line["loaded"])
        elif isinstance(number, int) and isinstance(line.get("said"), str):
            said.setdefault(number, []).append(_text(line["said"]))
        elif isinstance(number, int) and isinstance(line.get("trouble"), str):
            troubles.setdefault(number, _text(line["trouble"]))
    answers = [Answered(case, said.get(number, [])[:3], troubles.get(number, "")) for number, case in enumerate(asked)]
    return DecisionCard(answers, not_loaded, ended)


def _read(line: bytes) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _text(words: str) -> str:
    """In so many characters, and without halves of surrogate pairs, which no file can hold."""
    return words[:600].encode(errors="replace").decode()
