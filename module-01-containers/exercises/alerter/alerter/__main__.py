"""The alerter's command line.

    python -m alerter               serve until SIGTERM
    python -m alerter --health      exit 0 if the alerter in this container is well, else 1
    python -m alerter --settings    print the table of environment variables

Each imports what it needs and no more: --health runs every few seconds.
"""

from __future__ import annotations

import argparse
import os
import sys

from alerter.settings import Settings, SettingsError, markdown_table


def main(arguments: list[str] | None = None) -> int:
    """Run one of the above; returns the exit status: 2 where the environment or the command line is wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m alerter", description="Sentinel's alerter. Without an option: serve."
    )
    verbs = parser.add_mutually_exclusive_group()
    verbs.add_argument("--health", action="store_true", help="exit 0 if the alerter in this container is well, else 1")
    verbs.add_argument("--settings", action="store_true", help="print the table of environment variables")
    verb = parser.parse_args(arguments)
    if verb.settings:
        print(markdown_table())
        return 0
    try:
        return run(verb.health, Settings.from_environment(os.environ))
    except SettingsError as error:
        print(f"alerter: {error}", file=sys.stderr)
        return 2


def run(health: bool, settings: Settings) -> int:
    """Probe or serve."""
    if health:
        from alerter.probe import is_healthy

        return 0 if is_healthy(settings.port) else 1
    from alerter.server import serve

    return 0 if serve(settings) else 1


if __name__ == "__main__":
    sys.exit(main())
