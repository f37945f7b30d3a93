"""JUnit XML, in the subset that every reader knows: nothing official says what it is.

Points stand in properties of the suite, not of the cases: Jenkins's schema refuses those (jenkinsci/xunit-plugin,
junit-10.xsd). What is not graded is an `error`, not a `skipped`: a reader must not see green while points are pending,
and `error` has always meant that the test, not what it tests, went wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from sentinel_grader.reports import words
from sentinel_grader.reports.text import shown
from sentinel_grader.result import CheckResult, Result, Verdict

_TAGS = {Verdict.FAILED: "failure", Verdict.SKIPPED: "skipped", Verdict.NOT_GRADED: "error"}


def render(result: Result) -> str:
    """The result as one test suite, a case for each check, declared to be UTF-8."""
    counts = {
        "tests": str(len(result.checks)),
        "failures": str(len(words.having(result, Verdict.FAILED))),
        "errors": str(len(words.having(result, Verdict.NOT_GRADED))),
    }
    seconds = {"time": f"{result.duration_s:.3f}"}
    root = Element("testsuites", {"name": "sentinel", **counts, **seconds})
    skipped = {"skipped": str(len(words.having(result, Verdict.SKIPPED)))}
    started = {"timestamp": shown(result.started_at, most=40, lines=1)}
    suite = SubElement(root, "testsuite", {"name": "sentinel", **counts, **skipped, **seconds, **started})
    properties = SubElement(suite, "properties")
    for name, value in _properties(result):
        SubElement(properties, "property", {"name": name, "value": value})
    for check in result.checks:
        _add_case(suite, check)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def write(result: Result, path: Path) -> None:
    path.write_text(render(result), encoding="utf-8")


def _properties(result: Result) -> Iterator[tuple[str, str]]:
    yield "points", str(result.points)
    yield "max_points", str(result.max_points)
    yield "points_pending", str(result.points_pending)
    yield "verdict", result.verdict.value
    for check in result.checks:
        yield f"{words.id_of(check)}.points", str(check.points)
        yield f"{words.id_of(check)}.max_points", str(check.max_points)
        if check.reason:
            yield f"{words.id_of(check)}.reason", words.code_of(check)


def _add_case(suite: Element, check: CheckResult) -> None:
    names = {"classname": f"sentinel.task_{check.module}_{check.task}", "name": words.id_of(check)}
    case = SubElement(suite, "testcase", {**names, "time": f"{check.duration_s:.3f}"})
    if tag := _TAGS.get(check.verdict):
        saw = shown(check.reason.saw, most=300, lines=1) if check.reason else words.NAMES[check.verdict]
        told = SubElement(case, tag, {"type": words.code_of(check), "message": saw})
        told.text = "\n".join(f"{name}: {text}" for name, text in words.fields_of(check))
    if check.evidence:
        SubElement(case, "system-out").text = "\n".join(map(shown, check.evidence))
