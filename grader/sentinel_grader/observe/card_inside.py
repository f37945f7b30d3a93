"""Runs a learner's cells and asks the function that they define. It runs inside a container of the grader's own.

    stdin   {"cells": [source, ...], "function": name, "cases": [{...}, ...]}
    stdout  {"loaded": trouble} and then, for each case, {"case": number, "said": JSON text} or {..., "trouble": words}

There is nothing in here worth stealing: what is right is known outside alone, and every line may be a lie.
"""

import json
import os
import resource
import signal
import sys
import traceback
from collections.abc import Callable
from typing import Any

Tell = Callable[[dict[str, Any]], None]
#: Seconds of the processor's time, and of anybody's; characters of an answer or a complaint.
PROCESSOR, WAITING, MOST = 5, 30, 300


def main() -> None:
    asked = json.load(sys.stdin)
    out = os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):  # what a cell prints is nobody's business here
        os.dup2(nowhere, stream)
    names: dict[str, Any] = {"__name__": "__main__"}
    tell = teller(out)
    stop_late(tell)
    trouble = loaded(asked["cells"], asked["function"], names)
    tell({"loaded": trouble})
    if not trouble:
        for number, case in enumerate(asked["cases"]):
            tell({"case": number, **answer(names[asked["function"]], case)})
    os._exit(0)


def teller(out: int) -> Tell:
    def tell(words: dict[str, Any]) -> None:
        line = json.dumps(words).encode() + b"\n"
        while line:
            line = line[os.write(out, line) :]

    return tell


def stop_late(tell: Tell) -> None:
    """End a cell that does not: by a word while Python can still say one, else by the kernel, two seconds later."""

    def late(_number: int, _frame: object) -> None:
        tell({"late": True})
        os._exit(0)

    signal.signal(signal.SIGXCPU, late)
    signal.signal(signal.SIGALRM, late)
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR, PROCESSOR + 2))
    signal.alarm(WAITING)


def loaded(cells: list[str], function: str, names: dict[str, Any]) -> str:
    """Run the cells; what kept them from defining the function, "" if nothing did."""
    for number, source in enumerate(cells, 1):
        try:
            exec(compile(source, f"cell {number}", "exec"), names)
        except BaseException as error:
            return words(error)
    if not callable(names.get(function)):
        return f"NameError: no function {function} is defined"
    return ""


def answer(function: Callable[[object], object], case: object) -> dict[str, str]:
    try:
        said = function(case)
    except BaseException as error:
        return {"trouble": f"raised {words(error)}"}
    try:
        return {"said": json.dumps(said)[:MOST]}
    except BaseException:
        return {"trouble": f"answered with a {type(said).__name__}, which JSON cannot hold"}


def words(error: BaseException) -> str:
    """The exception in one line, with the line of the cell where it came up."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith("cell ")]
    line = error.lineno if isinstance(error, SyntaxError) else lines[-1] if lines else None
    try:
        text = error.msg if isinstance(error, SyntaxError) else str(error)
        said = f"{type(error).__name__}: {text}" if text else type(error).__name__
    except BaseException:
        said = type(error).__name__
    return said[:MOST] + (f" (line {line} of the cell)" if line else "")


main()
