"""Attempts by the notebook's one cell: to be right without knowing, or to have nobody else's mistake be mine.

What is right is known outside the container alone: whatever a cell reads, prints or breaks in there, it still has to
answer.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from sentinel_grader.observe.decision_card import NOTEBOOK, TAG

from .attempt import Attempt

CARD = "m1.decision_card"
_CONTAINER = "\ndef decide(case):\n    return 'container'\n"


def _laid(source: str) -> Callable[[Path], None]:
    cell = {"cell_type": "code", "metadata": {"tags": [TAG]}, "outputs": [], "source": source}
    content = json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})

    def lay(checkout: Path) -> None:
        (checkout / NOTEBOOK).write_text(content)

    return lay


def _attempt(name: str, what: str, told: str, source: str) -> Attempt:
    return Attempt(name, what, {CARD: told}, asks=(CARD,), lay=_laid(source))


ATTEMPTS = [
    _attempt(
        "prints-the-answers",
        "The cell prints lines as the grader's own program does, to every file that is open, and defines nothing.",
        "no function decide",
        """
import json, os
for number in range(200):
    line = json.dumps({"case": number, "said": json.dumps("container")}).encode() + b"\\n"
    for file in range(1, 10):
        try:
            os.write(file, line)
        except OSError:
            pass
""",
    ),
    _attempt(
        "looks-for-the-answers",
        "The cell reads the program's frames, objects and memory for what is expected.",
        "come to another answer",
        """
import gc, sys
frames, here = [], sys._getframe()
while here:
    frames.append(here.f_locals)
    here = here.f_back
asked = next((names["asked"] for names in frames if "asked" in names), {})
known = {case["program"]: case[key] for case in asked.get("cases", []) for key in case
         if key in ("answer", "expected", "right")}
found = [each for each in gc.get_objects() if isinstance(each, dict) and "virtualenv" in each.values()]
def decide(case):
    return known.get(case["program"]) or (found[0].get(case["program"]) if found else None) or "container"
""",
    ),
    _attempt(
        "answers-and-ends",
        "The cell writes an answer to every case and ends the program, before it can be asked.",
        "decided_otherwise",
        """
import json, os
for number in range(200):
    line = json.dumps({"case": number, "said": json.dumps("kubernetes")}).encode() + b"\\n"
    for file in range(3, 10):
        try:
            os.write(file, line)
        except OSError:
            pass
os._exit(0)
""",
    ),
    _attempt(
        "ends-like-the-engine",
        "The cell ends with the exit status by which the docker client tells of an engine's own mistake.",
        "exit status 125",
        f"import os\nos._exit(125){_CONTAINER}",
    ),
    _attempt(
        "spoils-the-modules",
        "The cell puts modules of its own in the place of those that the grader's program uses.",
        "many_answers",
        f"""
import json, sys
class Agreeing:
    def dumps(self, value): return '{{"case": 0, "said": "\\\\"container\\\\""}}'
    def __getattr__(self, name): raise SystemExit(0)
sys.modules["json"] = json.__dict__["dumps"] = Agreeing()
frame = sys._getframe(1)
frame.f_globals["json"] = Agreeing()
frame.f_globals["answer"] = lambda function, case: {{"said": 1}}
{_CONTAINER}""",
    ),
    _attempt(
        "equals-everything",
        "The answer is a text of a kind that says that it equals every other.",
        "decided_otherwise",
        """
class Any(str):
    def __eq__(self, other): return True
    def __hash__(self): return 0
def decide(case):
    return Any("virtualenv")
""",
    ),
    _attempt(
        "never-answers",
        "The function goes on for ever, and lets no signal stop it.",
        "still at work",
        """
import signal
for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
def decide(case):
    while True:
        pass
""",
    ),
    _attempt(
        "forks-for-ever",
        "The cell starts processes without end, each of which would answer.",
        "Resource temporarily unavailable",
        f"import os\nwhile True:\n    os.fork(){_CONTAINER}",
    ),
    _attempt(
        "floods-the-grader",
        "The cell writes without end to every file that is open.",
        "printed without end",
        f"""
import os
for file in range(3, 20):
    try:
        while True:
            os.write(file, b"x" * 65536)
    except OSError:
        pass
{_CONTAINER}""",
    ),
    _attempt(
        "calls-for-the-answers",
        "The function asks somebody outside.",
        "no_answer",
        """
import urllib.request
def decide(case):
    return urllib.request.urlopen("http://203.0.113.1/", timeout=2).read().decode()
""",
    ),
]
