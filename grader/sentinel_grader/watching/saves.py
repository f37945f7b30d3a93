"""Saves, as the file system tells of them.

An editor writes a file in many steps: a temporary one, a rename, a swap file, a second look at the mode. Whatever comes
within a blink of the last thing is one burst, and one word of it is passed on; what really changed, looks.py finds out.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import psutil
from watchfiles import watch

from sentinel_grader.watching.events import Broken, Happenings, Saved

#: Milliseconds of silence that end a burst; those after which it is told of all the same; those between two looks where
#: nobody tells us of changes.
SILENCE, LONGEST, POLL = 50, 500, 300
#: Milliseconds after which it is looked whether the watch is over.
_LOOKING = 500
#: File systems on which others write, of which the kernel tells nobody here: networks, and another system's folders
#: (https://man7.org/linux/man-pages/man7/inotify.7.html, "Limitations and caveats"; WSL's /mnt is 9p or drvfs).
_FOREIGN = (
    "nfs",
    "cifs",
    "smb",
    "9p",
    "drvfs",
    "fuse.",
    "virtiofs",
    "fakeowner",
    "vboxsf",
    "prl_fs",
    "afs",
    "ceph",
    "glusterfs",
)


@contextlib.contextmanager
def saves(folders: Sequence[Path], happenings: Happenings) -> Iterator[None]:
    """Tell of saves below `folders` during the block."""
    over = threading.Event()
    thread = threading.Thread(target=_tell, args=(folders, happenings, over), name="saves", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _tell(folders: Sequence[Path], happenings: Happenings, over: threading.Event) -> None:
    try:
        if not any(map(is_foreign, folders)):
            with contextlib.suppress(OSError):  # no inotify to be had: its watches are bounded for each user
                _listen(folders, happenings, over)
                return
        _poll(folders, happenings, over)
    except Exception as error:
        happenings.put(Broken(str(error) or type(error).__name__))


def _listen(folders: Sequence[Path], happenings: Happenings, over: threading.Event) -> None:
    listening = False
    for changes in watch(
        *folders,
        watch_filter=None,
        step=SILENCE,
        debounce=LONGEST,
        rust_timeout=_LOOKING,
        yield_on_timeout=True,  # by the first, it listens; what was saved until then has to be looked for
        stop_event=over,
        raise_interrupt=False,
        force_polling=False,
    ):
        if changes or not listening:
            happenings.put(Saved())
        listening = True


def _poll(folders: Sequence[Path], happenings: Happenings, over: threading.Event) -> None:
    """Look at every file again and again. Not by `force_polling`, which goes by whole seconds: of two saves in one, it
    would miss the second (https://github.com/notify-rs/notify, src/poll.rs, `mtime: i64`)."""
    before = None
    while not over.wait(0 if before is None else POLL / 1000):
        now = {place for folder in folders for place in _stamps(folder)}
        if now != before:
            happenings.put(Saved())
        before = now


def _stamps(folder: Path) -> Iterator[tuple[str, int, int, int]]:
    """Every file below a folder that must be there, with what changes when it is written."""
    folder.stat()
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):
            found = path.lstat()
            yield str(path), found.st_mtime_ns, found.st_size, found.st_ino


def is_foreign(folder: Path) -> bool:
    """Whether `folder` lies on a file system that tells nobody here of others' writes."""
    mounts = {mount.mountpoint: mount.fstype for mount in psutil.disk_partitions(all=True)}
    places = [str(place) for place in (folder.resolve(), *folder.resolve().parents)]
    kind = next((mounts[place] for place in places if place in mounts), "")
    return kind.lower().startswith(_FOREIGN)
