"""While a grade runs, one sees what runs and what is decided: on a terminal, and line by line elsewhere."""

from __future__ import annotations

import io
import threading

from rich.console import Console

from sentinel_grader.judging import Judged
from sentinel_grader.observe.outcome import Blocked, Outcome, Recorded, SubmissionFault, Unavailable
from sentinel_grader.observe.schedule import Event, Moment
from sentinel_grader.reports.live import Display, _Heartbeat
from sentinel_grader.reports.verbose import print_observations
from sentinel_grader.result import Verdict

TITLES = {"m1.builds": "The image builds", "m1.starts": "It starts"}


def _console(*, terminal: bool = False) -> tuple[Console, io.StringIO]:
    file = io.StringIO()
    return Console(file=file, width=80, height=20, force_terminal=terminal, highlight=False), file


def test_in_a_log_each_decided_check_is_one_line_once() -> None:
    console, file = _console()
    with Display(console, TITLES) as display:
        display.event(Event("image", Moment.STARTED))
        display.judged(Judged("m1.builds", Verdict.FAILED))
        display.judged(Judged("m1.builds", Verdict.FAILED))
        display.judged(Judged("m1.starts", Verdict.SKIPPED, rests_on=("m1.builds",)))
    assert file.getvalue().splitlines() == [
        "✗ m1.builds          The image builds",
        "– m1.starts          skipped, as m1.builds did not pass",  # noqa: RUF001
        "",
    ]


def test_a_log_hears_what_is_running_and_for_how_long() -> None:
    console, file = _console()
    now = 100.0
    display = Display(console, TITLES, clock=lambda: now)
    display.event(Event("alerter_image", Moment.STARTED))
    now = 112.4
    display.event(Event("dockerfile", Moment.STARTED))
    display._say_alive()
    display.event(Event("alerter_image", Moment.ENDED))
    display.event(Event("dockerfile", Moment.ENDED))
    display._say_alive()
    assert file.getvalue() == "… alerter image 12 s, dockerfile 0 s\n"


def test_what_a_build_prints_is_told_while_it_runs_and_commands_nothing() -> None:
    console, file = _console()
    display = Display(console, TITLES, clock=lambda: 3.0)
    display.event(Event("build", Moment.STARTED))
    for words in (
        "#7 [build 3/3] RUN pip install",
        "#7 12.031 Collecting fastapi",
        "#7 12.2 \x1b[2J::error::x\r::stop",
    ):
        display.event(Event("build", Moment.SAID, words=words))
        display._say_alive()
    display.event(Event("build", Moment.ENDED))
    display._say_alive()
    told = file.getvalue().splitlines()
    assert told[:2] == ["… build 0 s  [build 3/3] RUN pip install", "… build 0 s  Collecting fastapi"]
    assert told[2].startswith("… build 0 s  ")
    assert "\x1b" not in told[2]
    assert len(told) == 3


def test_the_heart_beats_until_the_block_ends() -> None:
    beats = threading.Semaphore(0)
    with _Heartbeat(lambda: beats.release(), seconds=0.001):
        assert beats.acquire(timeout=10)
        assert beats.acquire(timeout=10)
    assert not [thread for thread in threading.enumerate() if "_loop" in thread.name]


def test_a_terminal_shows_what_runs_and_keeps_only_what_is_decided() -> None:
    console, file = _console(terminal=True)
    with Display(console, TITLES) as display:
        display.event(Event("alerter_image", Moment.STARTED))
        display.judged(Judged("m1.builds", Verdict.PASSED))
        display.event(Event("alerter_image", Moment.ENDED))
    assert "m1.builds" in file.getvalue()
    still, shown = _console()
    still.print(display._now())
    assert "1 of 2 checks decided" in shown.getvalue()


def test_verbose_lists_every_observation_and_whether_it_was_made() -> None:
    console, file = _console()
    ended: dict[str, Outcome] = {
        "dockerfile": Recorded(1),
        "image": SubmissionFault("build_failed", "x"),
        "base": Unavailable("engine_gone"),
        "processes": Blocked(("image",)),
    }
    events = [
        Event("dockerfile", Moment.REUSED, ended["dockerfile"], 0.2),
        Event("image", Moment.STARTED),
        Event("image", Moment.ENDED, ended["image"], 12.34),
        Event("base", Moment.ENDED, ended["base"], 1.0),
    ]
    print_observations(events, ended, console)
    rows = [line.split() for line in file.getvalue().splitlines()]
    assert ["dockerfile", "0.2", "reused", "recorded"] in rows
    assert ["image", "12.3", "fault:", "build_failed"] in rows
    assert ["base", "1.0", "not", "to", "be", "had:", "engine_gone"] in rows
    assert ["processes", "not", "tried,", "for", "lack", "of", "image"] in rows
    assert file.getvalue().endswith("2 made in 13.3 s of work, 1 reused\n")
