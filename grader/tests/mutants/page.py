"""The kill matrix for people: a page that stands alone, and a table for a log."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from sentinel_grader import course

from .matrix import Run, all_checks, expected

_SIGNS = {"passed": "·", "failed": "●", "skipped": "○", "not_graded": "?"}
_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>The grader, graded</title>
<style>
:root {{ color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif }}
body {{ max-width: 80rem; margin: 2rem auto; padding: 0 1rem }}
.wide {{ overflow-x: auto }}
table {{ border-collapse: collapse }}
th, td {{ padding: .3rem .5rem; border-bottom: 1px solid #8884; text-align: left; vertical-align: top }}
thead th {{ writing-mode: vertical-rl; transform: rotate(180deg); font-weight: normal; text-align: left }}
td.v {{ text-align: center }}
.failed {{ color: #c2410c; font-weight: bold }} .passed, .skipped {{ opacity: .55 }}
.wrong {{ outline: 2px solid #dc2626; opacity: 1 }}
small {{ opacity: .75 }}
</style>
<h1>The grader, graded</h1>
<p>Each row is the shipped solution with one mistake that people make, graded like anybody's work. Each column is a
check. <b class="failed">●</b> the check failed, ○ it was skipped since it rests on one that failed, · it passed.
Rest the pointer on a ● to read what the check said. A framed cell is one that should be otherwise.</p>
<p><b>{count} mutants, {exact} of them exactly as they must be</b>, in {minutes:.1f} minutes of grading.</p>
<div class="wide"><table><thead><tr><td></td>{heads}</tr></thead><tbody>
{rows}
</tbody></table></div>
</html>
"""


def as_html(runs: Sequence[Run]) -> str:
    """The whole page."""
    titles = course.checks()
    heads = "".join(f'<th title="{escape(titles[id_].title)}">{escape(id_)}</th>' for id_ in all_checks())
    return _PAGE.format(
        count=len(runs),
        exact=sum(not run.differences for run in runs),
        minutes=sum(run.seconds for run in runs) / 60,
        heads=heads,
        rows="\n".join(map(_row, runs)),
    )


def _row(run: Run) -> str:
    must = expected(run.mutant.fails, run.mutant.judged)
    cells = "".join(_cell(run, id_, must[id_]) for id_ in all_checks())
    return f"<tr><th>{escape(run.mutant.name)}<br><small>{escape(run.mutant.mistake)}</small></th>{cells}</tr>"


def _cell(run: Run, id_: str, must: str) -> str:
    result = run.results[id_]
    said = result.reason.saw if result.reason else ""
    wrong = "" if result.verdict == must else " wrong"
    hover = f"{id_} {result.verdict}" + (f": {said}" if said else "")
    return f'<td class="v {result.verdict}{wrong}" title="{escape(hover)}">{_SIGNS[result.verdict]}</td>'


def as_text(runs: Sequence[Run]) -> str:
    """One line for each mutant: ! before one that is not as it must be, its seconds, its verdicts in columns."""
    ids = all_checks()
    lines = [f"{number + 1:>4} {id_}" for number, id_ in enumerate(ids)]
    lines += ["", " " * 36 + "".join(f"{number + 1:>3}" for number in range(len(ids)))]
    for run in runs:
        signs = "".join(f"{_SIGNS[run.results[id_].verdict]:>3}" for id_ in ids)
        lines.append(f"{'!' if run.differences else ' '} {run.mutant.name:<26} {run.seconds:5.1f} s{signs}")
    exact = sum(not run.differences for run in runs)
    lines.append(f"{len(runs)} mutants, {exact} exact; ● failed, ○ skipped, · passed, ? not graded")
    return "\n".join(lines)
