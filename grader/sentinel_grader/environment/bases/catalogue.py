"""Which base images the course uses: the folders of `recipes/`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

RECIPES = Path(__file__).with_name("recipes")
#: What the stand-ins themselves are built on. It has no recipe: it comes from mmdebstrap (standin.py).
DEBIAN = "debian:trixie-slim"


@dataclass(frozen=True)
class Recipe:
    """How to build the stand-in for one base: `folder` holds a Dockerfile and what it copies."""

    name: str
    folder: Path

    @property
    def dockerfile(self) -> str:
        return (self.folder / "Dockerfile").read_text(encoding="utf-8")

    @property
    def probes(self) -> dict[str, str]:
        """Build arguments whose value only the built image knows: `# probe NAME: command` in the Dockerfile."""
        return dict(re.findall(r"^# probe (\w+): (.+)$", self.dockerfile, re.MULTILINE))


def recipes() -> dict[str, Recipe]:
    """Every base by its usual name: the folder `python-3.13-slim` stands for `python:3.13-slim`."""
    folders = sorted(path for path in RECIPES.iterdir() if (path / "Dockerfile").exists())
    return {name: Recipe(name, folder) for folder in folders if (name := folder.name.replace("-", ":", 1))}
