"""The table of a measurement, with a verdict for each row, and the same as JSON."""

from __future__ import annotations

import json
import platform
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from sentinel_grader.bench.rows import Row
from sentinel_grader.paths import ROOT


def show(measure: Callable[[Callable[[str], None]], list[Row]], json_path: Path | None) -> int:
    """Run a measurement with progress, print and save what came of it; returns 0 if every bound holds, else 1."""
    console = Console()
    with console.status("starting Redis and both servers") as status:
        rows = measure(lambda text: status.update(text))
    console.print(table(rows))
    path = json_path or ROOT / "reports" / "bench-ingest.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(as_json(rows), encoding="utf-8")
    console.print(f"Saved as {path}")
    return 0 if all(row.holds for row in rows) else 1


def table(rows: list[Row]) -> Table:
    """The rows as Rich shows them."""
    shown = Table(
        title="Processor time for one log, in µs",
        caption="baseline: FastAPI, pydantic and one awaited LPUSH each; the same uvicorn\n"
        "Redis: its own time, with the baseline and with the collector",
        box=None,
        padding=(0, 2, 0, 0),
        pad_edge=False,
    )
    for heading in ("request", "clients", "baseline", "collector", "ratio", "bound", "", "Redis"):
        shown.add_column(heading, justify="left" if heading == "request" else "right", no_wrap=True)
    for row in rows:
        shown.add_row(*_cells(row))
    return shown


def _cells(row: Row) -> tuple[str, ...]:
    return (
        row.request,
        str(row.connections),
        f"{row.baseline.server_us:.0f}",
        f"{row.collector.server_us:.1f}",
        f"{row.ratio:.3f}",
        f"{row.most:.3f}",
        "[green]holds[/]" if row.holds else "[red]missed[/]",
        f"{row.baseline.redis_us:.1f} {row.collector.redis_us:5.1f}",
    )


def as_json(rows: list[Row]) -> str:
    """The rows and what they were measured on."""
    machine = {"python": platform.python_version(), "system": platform.platform(), "processor": platform.machine()}
    report = {
        "schema": "sentinel/bench-ingest/v1",
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine,
        "holds": all(row.holds for row in rows),
        "rows": [row.as_json() for row in rows],
    }
    return json.dumps(report, indent=2) + "\n"
