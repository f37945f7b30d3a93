"""What runs here: the version of the code, and the build it came from."""

from __future__ import annotations

from importlib.resources import files

VERSION = "1.0.0"


def read_build() -> str:
    """What the file BUILD beside this one says: the pipeline writes the commit into it; in a checkout it says `dev`."""
    try:
        return files("alerter").joinpath("BUILD").read_text(encoding="utf-8").strip() or "dev"
    except FileNotFoundError:
        return "dev"
