"""A bounded walk through a stranger's folder that follows no link and opens nothing but regular files.

Each folder is opened relative to the one above it with O_NOFOLLOW, and stays open while it is walked: renaming or
replacing things meanwhile never leads elsewhere. What is opened is looked at again (`fstat`) before a byte is read.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sentinel_grader.submission.limits import Limits
from sentinel_grader.submission.names import folded, is_environment, is_left_out, refused_name
from sentinel_grader.submission.reading import NotTaken, kind_of, read_regular
from sentinel_grader.submission.refusal import Refusal, shown

_FOLDER = os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY | os.O_CLOEXEC

#: What is done with a file that was taken: its path below the walk's beginning, its content, whether it may be run.
Take = Callable[[str, bytes, bool], None]


class Full(Exception):
    """A bound of the whole walk is reached: nothing more is read."""


@dataclass
class Walk:
    """One walk; several folders may share it, and with it the bounds. `skip` names paths to pass over."""

    limits: Limits
    take: Take
    skip: frozenset[str] = frozenset()
    refusals: list[Refusal] = field(default_factory=list)
    files: int = 0
    entries: int = 0
    bytes: int = 0

    def folder(self, descriptor: int, path: str) -> None:
        """Walk the open folder `descriptor`, which is `path` below the submission. Raises Full."""
        if path.count("/") >= self.limits.depth:
            saw = f"This folder lies more than {self.limits.depth} folders deep."
            return self.refuse(Refusal("too_deep", shown(path), saw, remedy="Move its files up."))
        names = self._names(descriptor, path)
        if is_environment(names, path):
            return None
        seen: dict[str, str] = {}
        for name in names:
            below = f"{path}/{name}"
            if is_left_out(name) or below in self.skip:
                continue
            refusal = refused_name(name, below) or self._clash(seen, name, below)
            if refusal:
                self.refuse(refusal)
            else:
                self._entry(descriptor, name, below)
        return None

    def refuse(self, refusal: Refusal) -> None:
        """Note a refusal. Raises Full once there are more than anybody reads."""
        self.refusals.append(refusal)
        if len(self.refusals) >= self.limits.refusals:
            saw = f"{len(self.refusals)} things were refused; the rest was not looked at."
            self._full(Refusal("too_many_refusals", "", saw, remedy="Mend these first."))

    def _names(self, descriptor: int, path: str) -> list[str]:
        names: list[str] = []
        try:
            with os.scandir(descriptor) as listing:
                for entry in listing:
                    self.entries += 1
                    if self.entries > self.limits.entries:
                        self._too_many(path, f"more than {self.limits.entries} files and folders")
                    names.append(entry.name)
        except OSError as error:
            self.refuse(_unreadable(path, error))
        return sorted(names)

    def _clash(self, seen: dict[str, str], name: str, path: str) -> Refusal | None:
        other = seen.setdefault(folded(name), name)
        if other == name:
            return None
        saw = f"Its name differs from {shown(other)} beside it in nothing but case or accents' spelling."
        return Refusal("case_clash", shown(path), saw, remedy="Keep one: macOS and Windows cannot hold both.")

    def _entry(self, parent: int, name: str, path: str) -> None:
        if len(os.fsencode(path)) > self.limits.path_bytes:
            saw = f"This path is longer than {self.limits.path_bytes} bytes."
            return self.refuse(Refusal("path_too_long", shown(path), saw, remedy="Use shorter names."))
        try:
            status = os.stat(name, dir_fd=parent, follow_symlinks=False)
            if stat.S_ISDIR(status.st_mode):
                with opened_folder(name, parent) as descriptor:
                    self.folder(descriptor, path)
            else:
                self._file(parent, name, path, status)
        except NotTaken as why:
            self.refuse(Refusal(why.code, shown(path), why.saw, remedy=why.remedy))
        except OSError as error:
            self.refuse(_unreadable(path, error))
        return None

    def _file(self, parent: int, name: str, path: str, status: os.stat_result) -> None:
        if kind := kind_of(status):
            raise kind
        if self.files >= self.limits.files:
            self._too_many(path, f"more than {self.limits.files} files")
        content, runnable = read_regular(name, parent, status, self.limits.file_bytes)
        if self.bytes + len(content) > self.limits.total_bytes:
            self._too_many(path, f"more than {self.limits.total_bytes / 1e6:.0f} MB")
        self.files += 1
        self.bytes += len(content)
        self.take(path, content, runnable)

    def _too_many(self, path: str, what: str) -> None:
        saw = f"The submission holds {what}; from here on nothing is read."
        self._full(Refusal("too_much", shown(path), saw, remedy="Keep data and downloads out of exercises/."))

    def _full(self, refusal: Refusal) -> None:
        self.refusals.append(refusal)
        raise Full


@contextmanager
def opened_folder(name: str, parent: int | None = None) -> Iterator[int]:
    """A folder, opened for the block and never through a link. Raises OSError."""
    descriptor = os.open(name, _FOLDER, dir_fd=parent)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _unreadable(path: str, error: OSError) -> Refusal:
    saw = f"It could not be read: {error.strerror or type(error).__name__}."
    return Refusal("unreadable", shown(path), saw, remedy="Is it readable to you, and did it stay where it was?")
