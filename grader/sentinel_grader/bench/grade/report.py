"""What `bench grade` prints and saves: tables on the terminal, the same as JSON, and the picture."""

from __future__ import annotations

import json
import platform
import shutil
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from sentinel_grader.bench.grade import chart
from sentinel_grader.bench.grade.measure import ROUNDS, Measured, measure
from sentinel_grader.bench.grade.runs import Failed
from sentinel_grader.environment.problem import Problem
from sentinel_grader.paths import REPORTS

FOLDER = REPORTS / "bench-grade"


def grade(
    json_path: Path,
    targets: tuple[str, ...],
    *,
    rounds: int = ROUNDS,
    most_at_once: int = 4,
    folder: Path = FOLDER,
) -> int:
    """Measure, print the tables, save the report and the picture; returns the exit status: 1 if a bound is missed.

    Raises:
        Problem: what was measured came to nothing.
    """
    console = Console(highlight=False)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        with console.status("measuring") as status:
            found = measure(status.update, folder, targets, rounds=rounds, most_at_once=most_at_once)
    except Failed as failed:
        raise Problem(f"There is nothing to compare: {failed}", "On a busy machine, try again later.") from failed
    for table in (_ratio(found), _path(found), _cases(found), _at_once(found)):
        console.print(table)
        console.print()
    for line in _words(found):
        console.print(line, soft_wrap=True)
    json_path.parent.mkdir(parents=True, exist_ok=True)
    json_path.write_text(json.dumps(as_json(found), indent=2) + "\n", encoding="utf-8")
    page = folder / "index.html"
    page.write_text(chart.render(found), encoding="utf-8")
    for what, path in (("Figures", json_path), ("Picture", page), ("Baseline", folder / "baseline" / "baseline.sh")):
        console.print(f"{what + ':':<10} {path}", soft_wrap=True)
    return 0 if found.holds else 1


def _table(title: str, *headings: str) -> Table:
    shown = Table(title=title, title_justify="left", box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for number, heading in enumerate(headings):
        shown.add_column(heading, justify="right" if number else "left", no_wrap=True)
    return shown


def _holds(holds: bool) -> str:
    return "[green]holds[/]" if holds else "[red]missed[/]"


def _ratio(found: Measured) -> Table:
    title = f"A whole grade of {', '.join(found.targets)}, warm, in s"
    table = _table(title, "", "grade", "baseline", "ratio", "bound", "")
    for number, (made, base) in enumerate(zip(found.grades, found.baselines, strict=True), 1):
        table.add_row(
            f"round {number}", f"{made.seconds:.1f}", f"{base.seconds:.1f}", f"{made.seconds / base.seconds:.2f}"
        )
    figures = (f"{found.seconds:.1f}", f"{found.baseline_seconds:.1f}", f"{found.ratio:.2f}", f"{found.most:.2f}")
    table.add_row("[bold]medians[/]", *figures, _holds(found.ratio <= found.most))
    return table


def _path(found: Measured) -> Table:
    table = _table("What its length comes from: the critical path of the median grade", "", "s", "from", "waited for")
    for part in found.path:
        waited = f"{part.after}, for its place" if part.for_place else part.after
        table.add_row(part.what, f"{part.seconds:.1f}", f"{part.began - found.middle.began:.1f}", waited)
    table.columns[3].justify = "left"
    return table


def _cases(found: Measured) -> Table:
    table = _table("Submissions that fail, in s", "", "first failure", "all", "bound", "")
    for case in found.cases:
        row = (case.name, f"{case.first_failure:.1f}", f"{case.seconds:.1f}", f"{case.most:.1f}")
        table.add_row(*row, _holds(case.holds))
    return table


def _at_once(found: Measured) -> Table:
    table = _table("Submissions at once", "", "s", "to one alone", "each")
    for number, seconds in found.at_once.items():
        table.add_row(str(number), f"{seconds:.1f}", f"{seconds / found.seconds:.2f}", f"{seconds / number:.1f}")
    return table


def _words(found: Measured) -> list[str]:
    trace, commands = found.middle.trace, found.middle_baseline.commands
    again = f"made anew: {', '.join(found.made_again)}" if found.made_again else "nothing was observed anew"
    return [
        f"Processor time of the grader: {trace.own_s:.1f} s of its own, {trace.children_s:.1f} s of the docker client.",
        f"The baseline is {commands} commands, of which the docker client's own start is {found.client * 1000:.0f} ms "
        f"each; without those the ratio would be {found.ratio_without_client:.2f}.",
        f"An unchanged tree, graded again: {found.again.seconds:.1f} s; {again}. {_holds(not found.made_again)}",
    ]


def as_json(found: Measured) -> dict[str, object]:
    """All figures, and what they were measured on. Times are in seconds."""
    trace, began = found.middle.trace, found.middle.began
    rounds = zip(found.grades, found.baselines, strict=True)
    return {
        "schema": "sentinel/bench-grade/v1",
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {"python": platform.python_version(), "system": platform.platform()},
        "targets": found.targets,
        "holds": found.holds,
        "ratio": found.ratio,
        "most": found.most,
        "ratio_without_client": found.ratio_without_client,
        "rounds": [{"grade": made.seconds, "baseline": base.seconds} for made, base in rounds],
        "critical_path": [
            {"what": part.what, "from": part.began - began, "seconds": part.seconds, "after": part.after}
            for part in found.path
        ],
        "baseline": {"commands": found.middle_baseline.commands, "client_start": found.client}
        | {"parts": [{"what": part.what, "seconds": part.seconds} for part in found.middle_baseline.parts]},
        "processor": {"own": trace.own_s, "children": trace.children_s},
        "cases": [
            {"name": case.name, "first_failure": case.first_failure, "seconds": case.seconds, "most": case.most}
            for case in found.cases
        ],
        "at_once": {
            str(number): {"seconds": seconds, "ratio": seconds / found.seconds}
            for number, seconds in found.at_once.items()
        },
        "again": {"seconds": found.again.seconds, "made": found.made_again},
    }
