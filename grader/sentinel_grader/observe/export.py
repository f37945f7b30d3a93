"""An image's files as `docker export` streams them: read as they pass, never unpacked."""

from __future__ import annotations

import hashlib
import io
import tarfile
import time
from collections.abc import Iterator
from dataclasses import dataclass

from sentinel_grader.observe.outcome import Fault
from sentinel_grader.observe.scope import Scope
from sentinel_grader.observe.user import unstarted

#: What an image may have at most of files, and of seconds to hand them over. A service's image has a thousandth.
MOST_FILES, DEADLINE = 400_000, 120.0
_KINDS = {tarfile.REGTYPE: "file", tarfile.AREGTYPE: "file", tarfile.LNKTYPE: "file", tarfile.DIRTYPE: "folder"}


@dataclass(frozen=True)
class Entry:
    """A file or folder: whose it is and who may do what with it. `raises`: whoever runs it gets more than their own
    privileges, by a set-uid or set-gid bit or by capabilities; then `digest` is its content's."""

    path: str
    kind: str
    mode: int
    uid: int
    gid: int
    raises: bool = False
    digest: str = ""


def entries(scope: Scope, image: str) -> Iterator[Entry]:
    """Every file and folder of `image`, links and devices aside. Raises Fault for one without end."""
    with unstarted(scope.session, image) as container:
        stream = io.BufferedReader(_Stream(scope, container.export(chunk_size=1 << 20)), 1 << 20)  # type: ignore[type-var]
        with tarfile.open(fileobj=stream, mode="r|", errors="backslashreplace") as archive:
            for number, member in enumerate(archive):
                if number > MOST_FILES:
                    raise Fault("too_many_files", f"The image has more than {MOST_FILES} files.", expected="fewer")
                if kind := _KINDS.get(member.type):
                    yield _entry(archive, member, kind)


def _entry(archive: tarfile.TarFile, member: tarfile.TarInfo, kind: str) -> Entry:
    path = "/" + member.name.removeprefix("./").strip("/")
    raises = kind == "file" and bool(member.mode & 0o6000 or "SCHILY.xattr.security.capability" in member.pax_headers)
    content = archive.extractfile(member) if raises and member.isreg() else None
    digest = hashlib.file_digest(content, "sha256").hexdigest() if content else ""  # type: ignore[arg-type]
    return Entry(path, kind, member.mode & 0o7777, member.uid, member.gid, raises, digest)


class _Stream(io.RawIOBase):
    """Chunks as a file, until a deadline or the grade's end."""

    def __init__(self, scope: Scope, chunks: Iterator[bytes]) -> None:
        self._scope, self._chunks, self._rest = scope, chunks, b""
        self._until = time.monotonic() + DEADLINE

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        while not self._rest:
            self._scope.check_cancelled()
            if time.monotonic() > self._until:
                raise Fault("too_large", f"Reading the image's files took more than {DEADLINE:.0f} s.")
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._rest = chunk
        taken, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
        buffer[: len(taken)] = taken
        return len(taken)
