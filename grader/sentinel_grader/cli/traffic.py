"""The verb for something to look at."""

from __future__ import annotations

from typing import Annotated

import typer

from sentinel_grader.cli.app import ENVIRONMENT, app


@app.command()
def traffic(
    url: Annotated[str, typer.Option(help="Where the test-app is.")] = "http://localhost:4000",
    rate: Annotated[float, typer.Option(help="Requests a second, on average.", min=0.01)] = 20.0,
    tenants: Annotated[int, typer.Option(help="How many tenants ask.", min=1)] = 10,
    duration: Annotated[float | None, typer.Option(help="Seconds; else until Ctrl-C.", min=0.1)] = None,
    day: Annotated[float, typer.Option(help="Minutes that a day takes.", min=0.01)] = 5.0,
    seed: Annotated[int, typer.Option(help="The same seed makes the same requests.")] = 1,
) -> int:
    """Ask stage 2's test-app as a day of business would: with errors, slow calls, busy and quiet hours."""
    import signal
    import subprocess
    import sys

    from sentinel_grader.paths import ROOT

    words = [("--url", url), ("--rate", rate), ("--tenants", tenants), ("--day", day), ("--seed", seed)]
    words += [("--duration", duration)] if duration else []
    command = [sys.executable, "-m", "traffic", *(str(word) for pair in words for word in pair)]
    process = subprocess.Popen(command, cwd=ROOT / "module-02-k8s" / "test-app")
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the other's to take: it ends with a summary
    return ENVIRONMENT if process.wait() else 0
