"""The report on a terminal, in a pipe and in a CI log: the same lines, at 80 columns and without colour too.

Text of a submission stands right of a bar, so that no line of it can begin a command of the CI's that logs it, however
it is wrapped.
"""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from sentinel_grader.reports import words
from sentinel_grader.reports.text import shown
from sentinel_grader.result import CheckResult, Overall, Result, Verdict

STYLES = {Verdict.PASSED: "green", Verdict.FAILED: "red", Verdict.SKIPPED: "dim", Verdict.NOT_GRADED: "yellow"}
_OVERALL = {Overall.PASSED: "bold green", Overall.FAILED: "bold red", Overall.INCOMPLETE: "bold yellow"}


def render(result: Result, console: Console) -> None:
    """Print what failed and why, what could not be judged, what was skipped, and the sum."""
    for check in words.having(result, Verdict.FAILED):
        _print_check(check, console)
        _print_field("hints", words.hint_for(check), console)
        console.print()
    for check in words.having(result, Verdict.NOT_GRADED):
        _print_check(check, console)
        _print_field("code", words.code_of(check), console)
        console.print()
    _print_skipped(words.having(result, Verdict.SKIPPED), console)
    _print_sum(result, console)


def _print_check(check: CheckResult, console: Console) -> None:
    mark, style = words.MARKS[check.verdict], STYLES[check.verdict]
    pending = check.verdict is Verdict.NOT_GRADED
    points = f"{check.max_points} pending" if pending else f"{check.points} of {check.max_points}"
    title = Text.assemble((words.id_of(check), "bold"), f"  {words.title_of(check)}")
    title.append(f"  ({points})", "dim")
    _print(Text(f"{mark} ", style), Text("  │ ", "dim"), title, console)
    for name, text in words.fields_of(check):
        _print_field(name, text, console)


def _print_field(name: str, text: str, console: Console) -> None:
    if text:
        style = "bold" if name == "where" else ""
        _print(Text(f"  {name:<8} │ ", "dim"), Text(f"  {'':<8} │ ", "dim"), Text(text, style), console)


def _print_skipped(checks: list[CheckResult], console: Console) -> None:
    groups: dict[str, list[str]] = {}
    for check in checks:
        groups.setdefault(words.rests_on(check), []).append(words.id_of(check))
    for needed, ids in groups.items():
        line = Text(f"skipped, as {needed} did not pass: {', '.join(ids)}", STYLES[Verdict.SKIPPED])
        _print(Text(f"{words.MARKS[Verdict.SKIPPED]} ", "dim"), Text("  │ ", "dim"), line, console)
    if checks:
        console.print()


def _print_sum(result: Result, console: Console) -> None:
    """A line for each task, a mark in it for each check; then the sum."""
    tasks = words.by_task(result)
    room = max((len(checks) for checks in tasks.values()), default=0)
    for task, checks in tasks.items():
        marks = Text.assemble(*((words.MARKS[check.verdict], STYLES[check.verdict]) for check in checks))
        points, maximum = sum(check.points for check in checks), sum(check.max_points for check in checks)
        still = f"  {words.pending(checks)} pending" if words.pending(checks) else ""
        line = Text.assemble(
            f"Task {task:<5} ", marks, " " * (room - len(checks)), f"  {points:>3} of {maximum}{still}"
        )
        console.print(line, soft_wrap=True)
    console.print(Text(words.sum_of(result), _OVERALL[result.verdict]), soft_wrap=True)
    if result.verdict is Overall.INCOMPLETE:
        _print(Text(), Text(), Text(words.INCOMPLETE, "dim"), console)
    for note in result.notes:
        _print(Text("! ", "yellow"), Text("  │ ", "dim"), Text(shown(note.words), "yellow"), console)


def _print(first: Text, further: Text, body: Text, console: Console) -> None:
    """Print `body` wrapped, its first line after `first`, the others after `further`."""
    room = max(20, console.width - max(first.cell_len, further.cell_len))
    for line in body.split("\n", allow_blank=True):
        for piece in line.wrap(console, room, overflow="fold"):
            piece.rstrip()
            console.print(Text.assemble(first, piece), soft_wrap=True)
            first = further
