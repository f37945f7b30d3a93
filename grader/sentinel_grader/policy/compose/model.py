"""A Compose file that may run, as values: what observations start from.

Composed ─┬─ services ─── Service ─── build ─── Build ─── dockerfile (policy/model.py)
          └─ files: what else it reads, beside it
Resolved ─── the same as Compose understood it: `model`, and the `text` to run
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sentinel_grader.policy.compose.tree import Table, line_of
from sentinel_grader.policy.model import Dockerfile


@dataclass(frozen=True)
class Build:
    """How a service's image is built: `context` is a folder beside the Compose file; `dockerfile` has passed the
    policy for Dockerfiles, as it will be built with `arguments`, and only `prepared_text` of it may be built."""

    context: str
    dockerfile: Dockerfile
    arguments: dict[str, str]
    target: str = ""


@dataclass(frozen=True)
class Service:
    """One of the learner's own services. `image` is "" where it has none but what it builds."""

    name: str
    line: int | None
    image: str
    build: Build | None
    profiles: tuple[str, ...]


@dataclass(frozen=True)
class Composed:
    """A raw Compose file that the policy lets pass, with what it extends. `includes_course` says whether it brings up
    the course's own services; `files` are relative to its folder."""

    name: str
    tree: Table
    services: tuple[Service, ...]
    includes_course: bool
    files: tuple[str, ...]

    def line_of(self, *path: str) -> int | None:
        """Where something stands, such as ("services", "alerter", "ports", "0"), or the nearest thing above it."""
        return line_of(self.tree, path)

    def service(self, name: str) -> Service | None:
        return next((one for one in self.services if one.name == name), None)


@dataclass(frozen=True)
class Resolved:
    """The model that Compose makes of it; `services` are the learner's own, with all that they extend.

    Run `text` (`docker compose --file - …`), or a `model` with ours in it, and never the raw file: that would be read
    a second time, with variables of whoever runs it.
    """

    composed: Composed
    project: str
    services: tuple[Service, ...]
    model: dict[str, Any]
    text: str
