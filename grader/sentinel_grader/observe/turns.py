"""Observations of all grades on this machine, side by side; and now and then one of them alone.

Two files of the state folder, locked as long as somebody is at it: whoever is at work shares the first one, who wants
to be alone has it for himself. On the way in everybody passes the second one, which he holds meanwhile: so he need not
wait for those who come after him. A killed grade holds nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import IO

from sentinel_grader.paths import state_folder

#: Seconds between two tries to get in.
_AGAIN = 0.05


def _folder() -> Path:
    folder = state_folder() / "turns"
    folder.mkdir(exist_ok=True)
    return folder


@contextlib.asynccontextmanager
async def among_others() -> AsyncIterator[None]:
    """At work, beside whoever else is."""
    with (_folder() / "working").open("a") as working:
        with (_folder() / "door").open("a") as door:
            await _locked(door, fcntl.LOCK_SH)
            await _locked(working, fcntl.LOCK_SH)
        yield


@contextlib.asynccontextmanager
async def alone() -> AsyncIterator[None]:
    """At work, and no observation of any grade besides."""
    with (_folder() / "door").open("a") as door, (_folder() / "working").open("a") as working:
        await _locked(door, fcntl.LOCK_EX)
        await _locked(working, fcntl.LOCK_EX)
        yield


async def _locked(file: IO[str], how: int) -> None:
    """Return once it is locked; closing it unlocks it. Not by waiting in the kernel, where nobody could call it off."""
    while True:
        try:
            fcntl.flock(file, how | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            await asyncio.sleep(_AGAIN)
