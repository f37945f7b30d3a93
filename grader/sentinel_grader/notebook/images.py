"""Two images side by side: one made the naive way, and the learner's own, as recordings to draw from."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec

from sentinel_grader.environment.bases.catalogue import recipes
from sentinel_grader.environment.bases.images import local_images
from sentinel_grader.environment.docker import Engine, find_engine
from sentinel_grader.paths import ROOT

#: The course's own recordings: for a machine without an engine, and for what a learner's image does not show yet.
STORED = ROOT / "module-01-containers" / "notebook-recordings.json"
#: What the line begins with in which the measuring process says what it saw.
RESULT = "seen: "


class LayerSeen(msgspec.Struct, frozen=True):
    """A layer over the base: the instruction that made it, and the bytes of its files."""

    instruction: str
    bytes: int


class ImageSeen(msgspec.Struct, frozen=True):
    """An image. Seconds: from its start to the first /health that is 200, and of two builds: one after an edit of a
    line of code, one from nothing."""

    base_bytes: int
    layers: list[LayerSeen]
    start_seconds: float
    edit_seconds: float
    nothing_seconds: float

    @property
    def new_bytes(self) -> int:
        return sum(layer.bytes for layer in self.layers)


class Seen(msgspec.Struct, frozen=True):
    """A naive image and the reader's own, and where the recordings come from, in words. `missing` says why the second
    is the course's solution instead; `made_by` is the command that recordings were made by, where they were stored."""

    source: str
    naive: ImageSeen
    yours: ImageSeen
    missing: str = ""
    made_by: str = ""

    @property
    def whose(self) -> str:
        """What the second image is called in a picture."""
        return "solution" if self.missing else "yours"

    def __str__(self) -> str:
        return "\n\n".join(words for words in (self.missing, f"Drawn from: {self.source}.") if words)

    def __repr__(self) -> str:
        return str(self)


def stored() -> Seen:
    """The course's own recordings."""
    return msgspec.json.decode(STORED.read_bytes(), type=Seen)


def look(checkout: Path = ROOT) -> Seen:
    """Look at the images of this checkout; two or three minutes the first time, a moment while nothing changes.

    In a process of its own: a notebook has an event loop already, and its stop button then ends what is at work.
    """
    engine, missing = usable_engine()
    if not engine:
        return msgspec.structs.replace(stored(), missing=missing)
    command = [sys.executable, "-m", "sentinel_grader.notebook.measuring", str(checkout)]
    found = None
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as measuring:
        assert measuring.stdout
        for line in measuring.stdout:
            if line.startswith(RESULT):
                found = msgspec.json.decode(line.removeprefix(RESULT), type=Seen)
            else:
                sys.stdout.write(line)
    gone = f"Your images could not be looked at: that ended with status {measuring.returncode}."
    return found or msgspec.structs.replace(stored(), missing=gone)


def usable_engine() -> tuple[Engine | None, str]:
    """The engine to measure on; else why there is none, and what to do."""
    found = find_engine()
    if not found.engine:
        return None, f"Nothing of yours can be drawn: {found.answer.value}. `./sentinel doctor` says what to do."
    lacking = sorted(set(recipes()) - {image.name for image in local_images(recipes())})
    if lacking:
        return None, f"Nothing of yours can be drawn: {', '.join(lacking)} is not here. `./sentinel bases` gets it."
    return found.engine, ""
