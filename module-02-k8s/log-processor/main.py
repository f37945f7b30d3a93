"""The log-processor's command line.

    python main.py --serve       move logs from the queue to the backend until SIGTERM
    python main.py --once        do that until the queue is empty; exit 1 if Redis or the backend stays out of reach
    python main.py --health      exit 0 if a processor on this machine can do its work, else 1
    python main.py --settings    print the table of environment variables

Each imports what it needs and no more: --health runs every few seconds.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys

from processor.settings import Settings, SettingsError, markdown_table


def main(arguments: list[str] | None = None) -> int:
    """Run one of the above; returns the exit status: 2 where the environment or the command line is wrong."""
    parser = argparse.ArgumentParser(description="Sentinel's log-processor.", epilog="It is set by environment alone.")
    verbs = parser.add_mutually_exclusive_group(required=True)
    verbs.add_argument("--serve", action="store_true", help="move logs to the backend until SIGTERM")
    verbs.add_argument("--once", action="store_true", help="do that until the queue is empty")
    verbs.add_argument("--health", action="store_true", help="exit 0 if a processor here can do its work, else 1")
    verbs.add_argument("--settings", action="store_true", help="print the table of environment variables")
    verb = parser.parse_args(arguments)
    if verb.settings:
        print(markdown_table())
        return 0
    try:
        return run(Settings.from_environment(os.environ), health=verb.health, once=verb.once)
    except SettingsError as error:
        print(f"log-processor: {error}", file=sys.stderr)
        return 2


def run(settings: Settings, *, health: bool, once: bool) -> int:
    """Probe, or work."""
    if health:
        from processor.probe import is_healthy

        return 0 if is_healthy(settings.port) else 1
    # With nothing in hand yet there is nothing to finish; and PID 1 of a container would otherwise ignore the signal.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    from processor.service import run as work

    return 0 if work(settings, once=once) else 1


if __name__ == "__main__":
    sys.exit(main())
