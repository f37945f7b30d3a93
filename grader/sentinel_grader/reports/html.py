"""The report as one page: no script, nothing fetched, light or dark as the reader has it, printable.

Jinja2 escapes every value; `shown` has made it harmless before. The page's policy forbids whatever it does not need, so
that a mistake in one of these two would still not run anything.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sentinel_grader.reports import words
from sentinel_grader.reports.picture import picture
from sentinel_grader.reports.text import shown
from sentinel_grader.result import CheckResult, Result, Verdict

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).with_name("templates")


def render(result: Result) -> str:
    """The page."""
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            result=result,
            words=words,
            sections=[(verdict, words.having(result, verdict)) for verdict in (Verdict.FAILED, Verdict.NOT_GRADED)],
            pictures=[picture(image) for image in result.images],
            told=_told,
            started=_started(result.started_at),
        )
    )


def write(result: Result, path: Path) -> None:
    path.write_text(render(result), encoding="utf-8")


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # a grade without a page need not wait for it

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["shown"] = shown
    environment.filters["line"] = _line
    return environment


def _line(text: str) -> str:
    return shown(text, most=300, lines=1)


def _told(check: CheckResult) -> list[tuple[str, str]]:
    """What the card of a check says, under which heading."""
    headings = {"saw": "Seen", "expected": "Expected", "why": "Why it matters", "where": "Where"}
    told = [(headings[name], text) for name, text in words.fields_of(check)]
    if check.verdict is Verdict.NOT_GRADED:
        return [*told, ("Code", words.code_of(check))]
    hint = words.hint_for(check)
    return [*told, ("Hints", hint)] if hint else told


def _started(moment: str) -> str:
    """A moment in words; as it is, where it is none."""
    try:
        return f"{datetime.fromisoformat(moment).astimezone(UTC):%d %B %Y, %H:%M} UTC"
    except (ValueError, OverflowError):
        return _line(moment)
