"""The exercises as they were handed out, and the course's mended code: a learner's checkout has the learner's own.

`pristine.zip` beside this file is made by `python -m sentinel_grader.pristine` from what git tracks; a test says when
it is stale. The same files give the same bytes, so a change of it is a change of them.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

from sentinel_grader import scratch
from sentinel_grader.paths import ROOT

ARCHIVE = Path(__file__).with_name("pristine.zip")
_FOLDERS = ("module-0*/exercises/*", "module-0*/solutions/*")
#: Handed out beside a lesson; a learner's own copy lies among the exercises, where `./sentinel notebook` puts it.
NOTEBOOK = "notebook.ipynb"
_WHEN = (1980, 1, 1, 0, 0, 0)  # the oldest that a zip can say


def contents() -> dict[str, bytes]:
    """Every file of the archive by its path in the checkout."""
    with zipfile.ZipFile(ARCHIVE) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def lay(folder: Path, *, solved: bool) -> None:
    """Lay the starters into `folder`, at their places in a checkout; where `solved`, with the solutions over them."""
    for name, content in sorted(contents().items()):  # exercises come before solutions
        path = folder / (name.replace("/solutions/", "/exercises/") if solved else name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


@contextlib.contextmanager
def tree() -> Iterator[Path]:
    """A folder with the pristine files at their places in a checkout, for the block."""
    with scratch.folder("pristine") as folder:
        lay(folder, solved=False)
        yield folder


def tracked() -> dict[str, bytes]:
    """What the archive should hold: the files that git tracks, as they lie in this checkout."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--", *_FOLDERS, f"module-0*/{NOTEBOOK}"], cwd=ROOT, capture_output=True, check=True
    )
    found = {_handed_out(name): ROOT / name for name in listed.stdout.decode().split("\0") if name}
    return {name: path.read_bytes() for name, path in sorted(found.items())}


def _handed_out(name: str) -> str:
    """Where a tracked file lies for a learner: a lesson's notebook among the exercises, all else where it is."""
    module, _, rest = name.partition("/")
    return f"{module}/exercises/{NOTEBOOK}" if rest == NOTEBOOK else name


def write(path: Path = ARCHIVE) -> None:
    """Make the archive."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in tracked().items():
            archive.writestr(zipfile.ZipInfo(name, _WHEN), content, zipfile.ZIP_DEFLATED)


if __name__ == "__main__":
    write()
    sys.stdout.write(f"wrote {ARCHIVE.name}: {len(contents())} files\n")
