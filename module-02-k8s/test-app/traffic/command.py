"""The command line: `./sentinel traffic`, `python -m traffic`."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import math
import signal
import sys
from collections.abc import Sequence

from traffic.client import Client, NoAnswer
from traffic.plan import requests, tenants
from traffic.run import Run

_TIMEOUT = 10.0  # seconds for one request: longer than /api/v1/slow takes
_TIMEOUT_OF_FIRST = 3.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Make traffic until Ctrl-C, or as long as it is told.

    Returns:
        The exit status: 0 it ran, 1 nobody answers, 2 the command line is wrong.
    """
    chosen = _parser().parse_args(arguments)
    try:
        return asyncio.run(_traffic(chosen))
    except ValueError as error:
        print(f"traffic: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:  # before, or after, it is caught below
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="sentinel traffic", description="Make requests to the test-app.")
    parser.add_argument("--url", default="http://localhost:4000", help="where it is (default: %(default)s)")
    parser.add_argument(
        "--rate", type=_positive, default=20.0, metavar="R", help="requests per second, on average (20)"
    )
    parser.add_argument("--tenants", type=_count, default=10, metavar="N", help="how many tenants ask (10)")
    parser.add_argument("--duration", type=_positive, metavar="S", help="seconds; default: until Ctrl-C")
    parser.add_argument("--day", type=_positive, default=5.0, metavar="M", help="minutes that a day takes (5)")
    parser.add_argument("--seed", type=int, default=1, metavar="X", help="the same seed makes the same requests (1)")
    return parser


def _positive(text: str) -> float:
    number = float(text)
    if not 0 < number <= 1_000_000 or math.isnan(number):
        raise argparse.ArgumentTypeError(f"must be a number above 0, not {text}")
    return number


def _count(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 10_000:
        raise argparse.ArgumentTypeError(f"must be 1 to 10000, not {text}")
    return number


async def _traffic(chosen: argparse.Namespace) -> int:
    try:
        await _greet(chosen.url)
    except NoAnswer as error:
        print(f"traffic: nobody answers at {chosen.url}: {error}", file=sys.stderr)
        print("  Start the test-app (./sentinel up 2), or say where it is with --url.", file=sys.stderr)
        return 1
    planned = requests(chosen.rate, chosen.day * 60, tenants(chosen.tenants, chosen.seed), chosen.seed)
    run = Run(Client(chosen.url, _TIMEOUT), planned, _say)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows: KeyboardInterrupt ends it
            loop.add_signal_handler(number, run.stop)
    _say(
        f"to {chosen.url} from {chosen.tenants} tenants, {chosen.rate:g} requests per second on average; Ctrl-C ends it"
    )
    await run.go(chosen.duration)
    for line in run.tallies.summary(run.seconds):
        _say(line)
    return 0


async def _greet(url: str) -> None:
    """One request, to tell a wrong address from a server in trouble."""
    client = Client(url, _TIMEOUT_OF_FIRST)
    try:
        await client.get("/health/live", "default")
    finally:
        client.close()


def _say(line: str) -> None:
    """Print a line now, also into a pipe; who reads it may have gone."""
    with contextlib.suppress(BrokenPipeError):
        print(line, flush=True)
