"""Which of an image's files are the program, and who may change them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from sentinel_grader.observe.export import Entry
from sentinel_grader.observe.modes import Modes
from sentinel_grader.observe.user import User


def described(entry: Entry) -> str:
    return f"{entry.path} (owner {entry.uid}:{entry.gid}, mode {entry.mode:04o})"


#: No part of a service: what `useradd --create-home` copies from /etc/skel, and the empty file, for all to write, that
#: uv leaves in every folder and environment that it installs to.
_LEFTOVERS = {".bashrc", ".profile", ".bash_logout", ".lock"}
#: Where every run gets something of its own, whatever the image has there. (BuildKit 0.8, in Engine 20.10, copies the
#: device files of a stage that is copied whole as ordinary files that anybody may write.)
_OF_THE_RUN = ("/tmp/", "/dev/", "/proc/", "/sys/")


def program(modes: Modes) -> Iterator[Entry]:
    """The files over the base, the folders over the base that hold any of them at whatever depth, and the folder the
    command starts in, since Python looks there first. /tmp and the like are not the image's."""
    files = [entry for entry in modes.over_base if entry.kind == "file" and not entry.path.startswith(_OF_THE_RUN)]
    files = [entry for entry in files if PurePosixPath(entry.path).name not in _LEFTOVERS]
    holding = {str(parent) for entry in files for parent in PurePosixPath(entry.path).parents} | {modes.workdir}
    yield from files
    yield from (entry for entry in modes.over_base if entry.kind == "folder" and entry.path in holding)


def may_write(user: User, entry: Entry) -> bool:
    """By the kernel's rules (https://man7.org/linux/man-pages/man7/path_resolution.7.html): only the first class that
    fits counts. An owner may give themselves what they lack."""
    if user.uid == entry.uid:
        return True
    return bool(entry.mode & (0o020 if user.in_group(entry.gid) else 0o002))
