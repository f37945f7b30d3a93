"""What `bench watch` prints and saves."""

from __future__ import annotations

import json
import platform
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from sentinel_grader.bench.watch.measure import MOST, ROUNDS, Row, measure
from sentinel_grader.environment.problem import Problem
from sentinel_grader.paths import REPORTS
from sentinel_grader.watching.played import Unheard

FOLDER = REPORTS / "bench-watch"


def watch(json_path: Path, *, rounds: int = ROUNDS, folder: Path = FOLDER) -> int:
    """Measure, print the table, save the figures; returns the exit status: 1 if a bound is missed.

    Raises:
        Problem: what was measured came to nothing.
    """
    console = Console(highlight=False)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        with console.status("measuring") as status:
            rows = measure(status.update, folder, rounds=rounds)
    except (Unheard, TimeoutError, subprocess.SubprocessError) as failed:
        raise Problem(f"There is nothing to compare: {failed}", "On a busy machine, try again later.") from failed
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    console.print(_table(rows))
    json_path.parent.mkdir(parents=True, exist_ok=True)
    json_path.write_text(json.dumps(as_json(rows), indent=2) + "\n", encoding="utf-8")
    console.print(f"Figures: {json_path}", soft_wrap=True)
    return 0 if all(row.holds for row in rows) else 1


def _table(rows: list[Row]) -> Table:
    shown = Table(
        title="From a save to the verdicts, in s: medians",
        caption="by hand: docker build, docker run and wait until it is healthy; docker compose up --build --wait.\n"
        "first, all: the verdicts of a watch. Those of tasks 5 and 6 wait for late starts, crashes and kills.",
        title_justify="left",
        caption_justify="left",
        box=None,
        padding=(0, 2, 0, 0),
        pad_edge=False,
    )
    for heading in ("edit of", "task", "by hand", "first", "all", "ratio", "bound", ""):
        shown.add_column(heading, justify="left" if heading in ("edit of", "task") else "right", no_wrap=True)
    for row in rows:
        medians = [f"{median(seconds):.1f}" for seconds in (row.by_hand, row.first, row.watching)]
        holds = "[green]holds[/]" if row.holds else "[red]missed[/]"
        shown.add_row(row.edit.name, row.edit.task, *medians, f"{row.ratio:.2f}", f"{MOST:.2f}", holds)
    return shown


def as_json(rows: list[Row]) -> dict[str, object]:
    """All figures, and what they were measured on. Times are in seconds."""
    return {
        "schema": "sentinel/bench-watch/v1",
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {"python": platform.python_version(), "system": platform.platform()},
        "holds": all(row.holds for row in rows),
        "most": MOST,
        "rows": [
            {"edit": row.edit.name, "task": row.edit.task, "by_hand": row.by_hand, "first": row.first}
            | {"watch": row.watching, "ratio": row.ratio, "holds": row.holds, "answer": row.answer}
            for row in rows
        ],
    }
