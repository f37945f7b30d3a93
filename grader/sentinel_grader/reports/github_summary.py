"""The summary of a job on GitHub: Markdown whose every text is HTML, since Markdown has no way to quote a stranger.

An HTML block ends at the first empty line (https://github.github.com/gfm/#html-blocks), so each is one line; and in
texts all punctuation is written as character references, which never mean structure
(https://github.github.com/gfm/#entity-and-numeric-character-references).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from sentinel_grader.reports import words
from sentinel_grader.result import CheckResult, Result, Verdict

#: GitHub refuses more for one step: 1 MiB.
LIMIT = 1024 * 1024
_TOO_MUCH = "<p>More does not fit here: the log and the other reports have all of it.</p>\n\n"


def render(result: Result, limit: int = LIMIT) -> str:
    """The summary in at most `limit` bytes of UTF-8: the sum, each task, then what did not pass while there is room."""
    text, room = "", limit - len(_TOO_MUCH.encode())
    for block in _blocks(result):
        room -= len(block.encode()) + 2
        if room < 0:
            return text + _TOO_MUCH
        text += block + "\n\n"
    return text


def append(result: Result, path: Path) -> None:
    """Add the summary to what the step has written there, within GitHub's limit for both."""
    taken = path.stat().st_size if path.exists() else 0
    if taken < LIMIT - len(_TOO_MUCH):
        with path.open("a", encoding="utf-8") as file:
            file.write(render(result, LIMIT - taken))


def _blocks(result: Result) -> Iterator[str]:
    yield f"<h2>{quoted('Sentinel: ' + words.sum_of(result))}</h2>"
    if words.having(result, Verdict.NOT_GRADED):
        yield f"<p>{quoted(words.INCOMPLETE)}</p>"
    for task, checks in words.by_task(result).items():
        yield _task(task, checks)
    for verdict in (Verdict.FAILED, Verdict.NOT_GRADED):
        yield from map(_details, words.having(result, verdict))


def _task(task: str, checks: list[CheckResult]) -> str:
    points, maximum = sum(check.points for check in checks), sum(check.max_points for check in checks)
    head = f"<tr><th></th><th>Task {task}</th><th></th><th>{points} of {maximum}</th></tr>"
    return f"<table>{head}{''.join(map(_row, checks))}</table>"


def _row(check: CheckResult) -> str:
    mark, verdict = words.MARKS[check.verdict], words.NAMES[check.verdict]
    if check.verdict is Verdict.SKIPPED:
        verdict += f", as <code>{quoted(words.rests_on(check))}</code> did not pass"
    cells = (f"{mark} {verdict}", f"<code>{quoted(words.id_of(check))}</code>", quoted(words.title_of(check)))
    points = "pending" if check.verdict is Verdict.NOT_GRADED else f"{check.points} of {check.max_points}"
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in (*cells, points)) + "</tr>"


def _details(check: CheckResult) -> str:
    head = f"{words.MARKS[check.verdict]} <code>{quoted(words.id_of(check))}</code> {quoted(words.title_of(check))}"
    hints = words.hint_for(check) if check.verdict is Verdict.FAILED else ""
    told = [*words.fields_of(check), ("hints", hints), ("code", words.code_of(check))]
    rows = (f"<tr><th>{name}</th><td><pre>{quoted(text)}</pre></td></tr>" for name, text in told if text)
    return f"<h3>{head}</h3><table>{''.join(rows)}</table>"


def quoted(text: str) -> str:
    """Text that means nothing to Markdown, to HTML, or to what GitHub makes links and pictures of."""
    return re.sub(r"[^\w ]|_", lambda found: f"&#{ord(found[0])};", text, flags=re.ASCII)
