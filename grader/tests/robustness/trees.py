"""Submissions that are hardly any: trees in which something is missing, in the way, too much, or not what it seems."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import socket
from collections.abc import Callable
from functools import partial
from pathlib import Path

from ..mutants.mutant import ALERTER
from ..submission.trees import plant

#: What a program writes that should never have run.
TRAPPED = "trapped"
Make = Callable[[], object]
#: Ends a build within a second: for what is about the tree, not about the image.
SHORT = "FROM python:3.13-slim\nRUN false\n"
_NAMES = [
    b"\xff\xfe", b"a\nb", b"\x1b[2J", "exe\u202etxt".encode(), b"con", b"nul.txt", b"a:b", b"dockerfile", b"-rf",
    b"\xed\xa0\x80", b"x" * 255, "\u00e9".encode(), "e\u0301".encode(), b" ", b"...", b"$(id)", b"[a", b"~",
]  # fmt: skip


def nothing(chance: random.Random, top: Path) -> None:
    """Only a part of the way to the exercise is there, or none."""
    shutil.rmtree(top)
    (top / chance.choice(["", "module-01-containers", "module-01-containers/exercises", ALERTER])).mkdir(parents=True)


def in_the_way(chance: random.Random, top: Path) -> None:
    """A folder on the way is a file, a link, or a fifo."""
    spoilt = top / chance.choice(["module-01-containers", "module-01-containers/exercises", ALERTER])
    shutil.rmtree(spoilt)
    kinds: list[Make] = [
        lambda: spoilt.write_text("x"), lambda: os.mkfifo(spoilt), lambda: spoilt.symlink_to("/etc"),
        lambda: spoilt.symlink_to("."), lambda: spoilt.symlink_to("nowhere"),
    ]  # fmt: skip
    chance.choice(kinds)()


def odd_file(chance: random.Random, top: Path) -> None:
    """The Dockerfile, the list of what is ignored, or a file of the code is a folder, fifo, link, socket or device."""
    path = top / ALERTER / chance.choice(["Dockerfile", "Dockerfile", ".dockerignore", "alerter/rule.py", "odd"])
    path.unlink(missing_ok=True)
    kinds: list[Make] = [
        path.mkdir, lambda: os.mkfifo(path), lambda: _listen(path), lambda: _device(path), lambda: _sparse(path),
        lambda: path.symlink_to("/etc/passwd"), lambda: path.symlink_to(path.name),
        lambda: path.hardlink_to(top / ALERTER / "requirements.txt"),
    ]  # fmt: skip
    chance.choice(kinds)()


def _sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(1 << 40)


def _device(path: Path) -> None:
    with contextlib.suppress(PermissionError):  # only root makes devices
        os.mknod(path, 0o020666, os.makedev(1, 5))


def _listen(path: Path) -> None:
    here = os.open(path.parent, os.O_RDONLY)  # an address is at most 108 bytes: /proc's is short
    with socket.socket(socket.AF_UNIX) as ear:
        ear.bind(f"/proc/self/fd/{here}/{path.name}")
    os.close(here)


def hostile_git(chance: random.Random, top: Path) -> None:
    """Hooks, a program for git to run, a worktree elsewhere; a .git that is no folder."""
    place = top / chance.choice(["", ALERTER])
    if chance.random() < 0.3:
        kinds: list[Make] = [
            lambda: (place / ".git").write_text("gitdir: /etc\n"),
            lambda: os.mkfifo(place / ".git"),
            lambda: (place / ".git").symlink_to("/"),
        ]
        chance.choice(kinds)()
        return
    (place / ".git").mkdir()
    (place / ".git" / "trapped").symlink_to(top / TRAPPED)  # the path itself may be none that a script can hold
    trap = '#!/bin/sh\ntouch "$(dirname "$0")/../trapped"\n'
    plant(place, {".git/hooks/post-checkout": trap, ".git/index": "DIRC" * chance.randrange(99),
                  ".git/config": "[core]\nfsmonitor = ./hooks/post-checkout\nworktree = /\n[include]\npath = /dev/zero",
                  ".git/HEAD": "ref: refs/heads/" + "../" * chance.randrange(20)})  # fmt: skip


def odd_names(chance: random.Random, top: Path) -> None:
    """Names that are no UTF-8, that hide, that others cannot hold."""
    for name in chance.sample(_NAMES, chance.randrange(1, 6)):
        path = Path(os.fsdecode(os.fsencode(top / ALERTER) + b"/" + name))
        with contextlib.suppress(OSError):
            path.write_bytes(b"x") if chance.random() < 0.5 else path.mkdir()


def many(chance: random.Random, top: Path) -> None:
    """Thousands of files, or folders."""
    for number in range(chance.choice([1500, 3000, 12_000])):
        path = top / ALERTER / f"d{number % 50}" / f"f{number}"
        path.parent.mkdir(exist_ok=True)
        path.touch() if chance.random() < 0.9 else path.mkdir()


def deep(chance: random.Random, top: Path) -> None:
    """Folders within folders: deeper than any limit, or than any path may be long."""
    here = os.open(top / ALERTER, os.O_RDONLY)
    name = "d" * chance.choice([1, 40, 250])
    for _ in range(chance.choice([13, 60, 900])):
        os.mkdir(name, dir_fd=here)
        inner = os.open(name, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(here)


def random_files(chance: random.Random, top: Path) -> None:
    """Anything anywhere."""
    for _ in range(chance.randrange(1, 40)):
        name = "/".join(
            chance.choice(["a", "b", "alerter", ".env", "x.py", ".venv"]) for _ in range(chance.randrange(1, 5))
        )
        path = top / chance.choice(["", "module-01-containers", ALERTER]) / name
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(chance.randbytes(chance.choice([0, 10, 5000])))


def odd_ignore(chance: random.Random, top: Path) -> None:
    """A list of what is ignored that no tool likes to read."""
    texts = [b"[\n", b"!\n", b"***/**/\\\n", b"\xff\xfe\0", b"/../../*\n", b"\0", b"!**\n*\n" * 20_000,
             b"*" * 10_000_000,
             b"[a-\n[^]\n", b"# \n\n\r\r\n", b"**/" * 3000 + b"x\n", "\ufeff*\n".encode("utf-16")]  # fmt: skip
    (top / ALERTER / chance.choice([".dockerignore", "Dockerfile.dockerignore"])).write_bytes(chance.choice(texts))


def given_code(chance: random.Random, top: Path) -> None:
    """The code that learners are given, gone, emptied or turned into something else."""
    for path in sorted((top / ALERTER / "alerter").iterdir()):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
        chance.choice((path.exists, path.mkdir, path.touch, partial(path.write_bytes, b"\xff" * 99)))()


TREES = (nothing, in_the_way, odd_file, hostile_git, odd_names, many, deep, random_files, odd_ignore, given_code)
