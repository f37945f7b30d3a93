"""The list of allowed bases: bases.toml beside this file, and what a class adds in `sentinel.toml`."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from sentinel_grader.environment.problem import Problem
from sentinel_grader.paths import ROOT
from sentinel_grader.policy.images import image_named

OURS = Path(__file__).with_name("bases.toml")
#: At the root of the course checkout that grades, never of a submission.
CLASS_FILE = "sentinel.toml"
_EXAMPLE = '[bases]\nallow = ["registry.example.org/team/python"]'


def allowed_bases(course: Path = ROOT) -> tuple[str, ...]:
    """Every allowed repository, the course's first. Raises Problem, with the line, for a list that cannot be read."""
    added = course / CLASS_FILE
    names = [*_read(OURS), *(_read(added) if added.exists() else ())]
    return tuple(dict.fromkeys(names))


def _read(path: Path) -> list[str]:
    try:
        text = path.read_text(encoding="utf-8")
        table = tomllib.loads(text)
    except (OSError, ValueError) as error:  # tomllib says "(at line 3, column 5)"
        raise Problem(f"{path.name} cannot be read: {error}.", f"It should look like this:\n{_EXAMPLE}") from None
    section = table.get("bases", {})
    names = section.get("allow", []) if isinstance(section, dict) else None
    if not isinstance(names, list) or unknown(section):
        raise _wrong(path, text, "bases", "`[bases]` takes one key, `allow`, a list of images")
    return [_repository(path, text, name) for name in names]


def unknown(section: dict[str, Any]) -> set[str]:
    """Keys that nobody would read: a misspelt `allow` must not pass for an empty list."""
    return set(section) - {"allow"}


def _repository(path: Path, text: str, name: object) -> str:
    image = image_named(name) if isinstance(name, str) else None
    if not image:
        raise _wrong(path, text, str(name), f"{name!r} is not the name of an image")
    if image.tag or image.digest:
        raise _wrong(path, text, str(name), f"{name!r} names one version; the list is by repository: leave it out")
    return image.repository


def _wrong(path: Path, text: str, near: str, what: str) -> Problem:
    line = next((number for number, line in enumerate(text.splitlines(), 1) if near in line), 1)
    return Problem(f"{path.name}, line {line}: {what}.", f"It should look like this:\n{_EXAMPLE}")
