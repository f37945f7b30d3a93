"""The Lua scripts beside this file. Redis runs each to its end before anything else: so nothing is ever half done."""

from __future__ import annotations

from pathlib import Path


def read_script(name: str) -> str:
    """The text of one of them."""
    return Path(__file__).with_name(f"{name}.lua").read_text(encoding="utf-8")
