"""One regular file, read whole or not at all."""

from __future__ import annotations

import os
import stat

# O_NONBLOCK: should a file turn into a fifo between looking and opening, opening it must not wait for a writer.
# O_NOCTTY: nor may a terminal become ours.
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_BLOCK = 1 << 20

_KINDS = {
    stat.S_IFIFO: "a fifo",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


class NotTaken(Exception):
    """Why a file was not taken."""

    def __init__(self, code: str, saw: str, remedy: str) -> None:
        super().__init__(saw)
        self.code, self.saw, self.remedy = code, saw, remedy


def kind_of(status: os.stat_result) -> NotTaken | None:
    """Why what has this status is not taken, or None for a regular file with one name.

    Links are refused whole. No exercise needs one, a checkout on Windows makes a text file of it, and one that stays
    inside today leads out as soon as a folder on its way is replaced.
    """
    kind = stat.S_IFMT(status.st_mode)
    if kind == stat.S_IFLNK:
        return NotTaken("link", "This is a link.", "Put a copy of the file in its place.")
    if kind != stat.S_IFREG:
        saw = f"This is {_KINDS.get(kind, 'no regular file')}."
        return NotTaken("special_file", saw, "Delete it: a repository holds regular files only.")
    if status.st_nlink > 1:
        saw = f"This file has {status.st_nlink} names (hard links); the others may lie outside."
        return NotTaken("hard_link", saw, "Replace it by a copy of itself: cp FILE NEW && mv NEW FILE.")
    return None


def read_regular(name: str, parent: int, seen: os.stat_result, most: int) -> tuple[bytes, bool]:
    """The content of `name` in the open folder `parent`, and whether its owner may run it.

    `seen` is the status that was looked at: what is opened must be that very file, and stay as it is while it is
    read. Nothing larger than `most` bytes is opened, however few blocks it takes on the disk (sparse files).
    Raises NotTaken and OSError.
    """
    if seen.st_size > most:
        raise NotTaken("too_large", f"This file has {seen.st_size} bytes; at most {most} are taken.",
                       "Leave data and downloads out of exercises/.")  # fmt: skip
    descriptor = os.open(name, _FILE, dir_fd=parent)
    try:
        before = os.fstat(descriptor)
        if why := kind_of(before):
            raise why
        if before.st_size != seen.st_size:
            raise _changed()
        content = _read(descriptor, before.st_size + 1)
        if not _same(seen, before) or not _same(before, os.fstat(descriptor)) or len(content) != before.st_size:
            raise _changed()
        return content, bool(before.st_mode & stat.S_IXUSR)
    finally:
        os.close(descriptor)


def _changed() -> NotTaken:
    remedy = "Hand in files that nothing writes to, then grade again."
    return NotTaken("changed_meanwhile", "This file changed while it was read.", remedy)


def _read(descriptor: int, most: int) -> bytes:
    blocks: list[bytes] = []
    while most > 0 and (block := os.read(descriptor, min(_BLOCK, most))):
        blocks.append(block)
        most -= len(block)
    return b"".join(blocks)


def _same(one: os.stat_result, other: os.stat_result) -> bool:
    def of(status: os.stat_result) -> tuple[int, ...]:
        return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns

    return of(one) == of(other)
