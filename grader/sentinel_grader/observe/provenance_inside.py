"""Runs inside a build of ours: hashes those files of the builders mounted below /sentinel that have a wanted size.

Members of wheels, zips and tars count too, since a later stage may have unpacked them. Archives are a learner's: what
cannot be read is passed over, and bytes are counted.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import resource
import signal
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

#: Bytes that are hashed, bytes of memory, and seconds for archives: what is packed small may be without end.
MOST_BYTES, MEMORY, SECONDS, LOOKING = 2_000_000_000, 4_000_000_000, 30, 120
ZIPS = (".whl", ".zip", ".pyz", ".pex", ".egg")
TARS = (".tar", ".tar.gz", ".tgz", ".tar.xz", ".txz", ".tar.bz2")

sizes: set[int] = set(json.loads(sys.argv[1]))
found: dict[str, set[str]] = {"files": set(), "members": set()}
left = MOST_BYTES


def take(kind: str, file: IO[bytes], size: int) -> None:
    global left
    left -= size
    if left > 0:
        found[kind].add(hashlib.sha256(file.read(size)).hexdigest())


def members(path: Path) -> None:
    if path.name.endswith(ZIPS):
        with zipfile.ZipFile(path) as zipped:
            for info in zipped.infolist()[:20_000]:
                if info.file_size in sizes:
                    with zipped.open(info) as file:
                        take("members", file, info.file_size)
    elif path.name.endswith(TARS):
        with tarfile.open(path) as tar:
            for member in tar:
                if member.size in sizes and (content := tar.extractfile(member)):
                    take("members", content, member.size)


class Over(BaseException):
    """The time is over."""


def over(*_: object) -> None:
    raise Over


def look_on() -> Iterator[Path]:
    """Take what lies there as files; the archives among them."""
    for folder, _, names in os.walk("/sentinel"):
        for name in names:
            path = Path(folder, name)
            try:
                if path.is_symlink() or not path.is_file():
                    continue
                size = path.stat().st_size
                if size in sizes:
                    with path.open("rb") as file:
                        take("files", file, size)
            except Exception:
                continue
            if name.endswith(ZIPS + TARS):
                yield path


resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
signal.signal(signal.SIGALRM, over)
try:
    signal.alarm(LOOKING)
    archives = list(look_on())
    signal.alarm(SECONDS)
    for path in archives:
        try:
            members(path)
        except Exception:
            continue
    signal.alarm(0)
except Over:
    pass  # what was found until then counts

with gzip.open("/found.json.gz", "wt") as out:
    json.dump({kind: sorted(hashes) for kind, hashes in found.items()}, out)
