"""Every report read back, for what it says of points and verdicts."""

from __future__ import annotations

import html
import io
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from html.parser import HTMLParser
from xml.etree import ElementTree

from rich.console import Console

from sentinel_grader.reports import github_summary, junit, terminal
from sentinel_grader.reports import html as page
from sentinel_grader.reports import json as json_report
from sentinel_grader.reports.text import shown
from sentinel_grader.reports.words import MARKS
from sentinel_grader.result import Overall, Result, Verdict, from_json

_SUM = re.compile(r"^(?:Sentinel: )?(\d+) of (\d+) points(?:, (\d+) pending)?: (\w+)$", re.MULTILINE)
_BY_MARK = {mark: verdict for verdict, mark in MARKS.items()}


@dataclass(frozen=True)
class Said:
    """What a report says. `verdicts` are by check, or by their marks alone where a report names only some checks."""

    points: int
    maximum: int
    pending: int
    overall: Overall
    verdicts: list[tuple[str, Verdict]]


def truth(result: Result) -> Said:
    verdicts = [(shown(check.id, most=100, lines=1), check.verdict) for check in result.checks]
    return Said(result.points, result.max_points, result.points_pending, result.verdict, verdicts)


def printed(result: Result, width: int = 80, **options: bool) -> str:
    """The report as a terminal shows it, or a log."""
    file = io.StringIO()
    terminal.render(result, Console(file=file, width=width, highlight=False, **options))  # type: ignore[arg-type]
    return file.getvalue()


def from_terminal(result: Result) -> Said:
    """The tasks' lines have a mark for each check, without its name."""
    text = printed(result)
    marks = "".join(re.findall(rf"^Task \S+ +([{''.join(_BY_MARK)}]+) +\d+ of \d+", text, re.MULTILINE))
    return _said(text, [("", _BY_MARK[mark]) for mark in marks])


def from_json_report(result: Result) -> Said:
    return truth(from_json(json_report.render(result)))


def from_summary(result: Result) -> Said:
    text = github_summary.render(result)
    rows = re.findall(r"<tr><td>(.) [^<]*(?:<code>[^<]*</code>[^<]*)?</td><td><code>([^<]*)</code>", text)
    heading = html.unescape(re.findall("<h2>(.*?)</h2>", text)[0])
    return _said(heading, [(html.unescape(id_), _BY_MARK[mark]) for mark, id_ in rows])


def from_junit(result: Result) -> Said:
    suite = ElementTree.fromstring(junit.render(result).encode()).find("testsuite")
    assert suite is not None
    properties = {each.get("name"): each.get("value", "") for each in suite.findall("properties/property")}
    names = {"failure": Verdict.FAILED, "skipped": Verdict.SKIPPED, "error": Verdict.NOT_GRADED}
    verdicts = []
    for case in suite.findall("testcase"):
        told = [names[child.tag] for child in case if child.tag in names]
        verdicts.append((case.get("name", ""), told[0] if told else Verdict.PASSED))
    counted = Counter(verdict for _id, verdict in verdicts)
    assert (
        suite.attrib.items()
        >= {
            "tests": str(len(verdicts)),
            "failures": str(counted[Verdict.FAILED]),
            "errors": str(counted[Verdict.NOT_GRADED]),
            "skipped": str(counted[Verdict.SKIPPED]),
        }.items()
    )
    points, maximum, pending = (int(properties[name]) for name in ("points", "max_points", "points_pending"))
    return Said(points, maximum, pending, Overall(properties["verdict"]), verdicts)


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.sums: list[dict[str, str | None]] = []
        self.verdicts: list[tuple[str, Verdict]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "h1":
            self.sums.append(values)
        if tag == "tr" and values.get("data-check") is not None:
            self.verdicts.append((values["data-check"] or "", Verdict(values["data-verdict"] or "")))


def from_page(result: Result) -> Said:
    reader = _Page()
    reader.feed(page.render(result))
    (sums,) = reader.sums
    points, maximum, pending = (int(sums[f"data-{name}"] or "") for name in ("points", "max", "pending"))
    return Said(points, maximum, pending, Overall(sums["data-verdict"] or ""), reader.verdicts)


def _said(text: str, verdicts: list[tuple[str, Verdict]]) -> Said:
    ((points, maximum, pending, overall),) = _SUM.findall(text)
    return Said(int(points), int(maximum), int(pending or 0), Overall(overall), verdicts)


READERS: dict[str, Callable[[Result], Said]] = {
    "json": from_json_report,
    "github summary": from_summary,
    "junit": from_junit,
    "html": from_page,
}
