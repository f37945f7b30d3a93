"""The backend's command line.

    python main.py --serve       take events and answer until SIGTERM
    python main.py --health      exit 0 if a backend on this machine can take events, else 1
    python main.py --settings    print the table of environment variables

Each imports what it needs and no more: --health runs every few seconds.
"""

from __future__ import annotations

import argparse
import os
import sys

from backend.settings import Settings, SettingsError, markdown_table


def main(arguments: list[str] | None = None) -> int:
    """Run one of the above; returns the exit status: 2 where the environment or the command line is wrong."""
    parser = argparse.ArgumentParser(description="Sentinel's backend.", epilog="It is set by environment alone.")
    verbs = parser.add_mutually_exclusive_group(required=True)
    verbs.add_argument("--serve", action="store_true", help="take events and answer until SIGTERM")
    verbs.add_argument("--health", action="store_true", help="exit 0 if a backend here can take events, else 1")
    verbs.add_argument("--settings", action="store_true", help="print the table of environment variables")
    verb = parser.parse_args(arguments)
    if verb.settings:
        print(markdown_table())
        return 0
    try:
        return run(verb.health, Settings.from_environment(os.environ))
    except SettingsError as error:
        print(f"backend: {error}", file=sys.stderr)
        return 2


def run(health: bool, settings: Settings) -> int:
    """Probe or serve."""
    if health:
        from backend.probe import is_healthy

        return 0 if is_healthy(settings.port) else 1
    from backend.server import serve

    return 0 if serve(settings) else 1


if __name__ == "__main__":
    sys.exit(main())
