"""What `--verbose` adds: every observation, how it ended, how long it took, and whether it was made or found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sentinel_grader.observe.outcome import Blocked, Outcome, SubmissionFault, Unavailable
from sentinel_grader.observe.schedule import Event, Moment
from sentinel_grader.reports.live import label
from sentinel_grader.reports.text import shown


def print_observations(events: Iterable[Event], outcomes: Mapping[str, Outcome], console: Console) -> None:
    """Print a table of all `outcomes`; `events` tell which were reused and what each took."""
    ended = {event.observation: event for event in events if event.moment in (Moment.REUSED, Moment.ENDED)}
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("Observation", no_wrap=True)
    table.add_column("Seconds", justify="right", no_wrap=True)
    table.add_column("")
    table.add_column("Ended", overflow="fold")
    for name, outcome in outcomes.items():
        event = ended.get(name)
        seconds = f"{event.seconds:.1f}" if event else ""
        how = "reused" if event and event.moment is Moment.REUSED else ""
        table.add_row(label(name), seconds, Text(how, "dim"), _ending(outcome))
    console.print()
    console.print(table)
    made = sum(event.seconds for event in ended.values() if event.moment is Moment.ENDED)
    reused = sum(event.moment is Moment.REUSED for event in ended.values())
    console.print(Text(f"{len(ended) - reused} made in {made:.1f} s of work, {reused} reused"), soft_wrap=True)


def _ending(outcome: Outcome) -> Text:
    match outcome:
        case SubmissionFault(code=code):
            return Text(f"fault: {shown(code, most=60, lines=1)}", "red")
        case Unavailable(code=code):
            return Text(f"not to be had: {shown(code, most=60, lines=1)}", "yellow")
        case Blocked(by=by):
            return Text(f"not tried, for lack of {', '.join(map(label, by))}", "dim")
        case _:
            return Text("recorded", "green")
