"""Submissions that want the grader to read what is not theirs, to wait, to fill up, or to run something."""

from __future__ import annotations

import os
import random
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sentinel_grader.submission import Limits

from .trees import ALERTER, Hostile, codes, plant


def device(path: Path) -> None:
    try:
        os.mknod(path, 0o020666, os.makedev(1, 5))  # /dev/zero
    except PermissionError:
        pytest.skip("only root makes devices")


def listening(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as ear:
        before = Path.cwd()
        os.chdir(path.parent)  # the address is at most 108 bytes
        ear.bind(path.name)
        os.chdir(before)


def sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(1 << 40)


@pytest.mark.parametrize(
    ("code", "make"),
    [
        ("link", lambda at, out: at.symlink_to(out)),
        ("link", lambda at, out: at.symlink_to(out.parent)),
        ("link", lambda at, _out: at.symlink_to("Dockerfile")),
        ("link", lambda at, _out: at.symlink_to(".")),
        ("link", lambda at, _out: at.symlink_to(at.name)),
        ("hard_link", lambda at, out: at.hardlink_to(out)),
        ("special_file", lambda at, _out: os.mkfifo(at)),
        ("special_file", lambda at, _out: listening(at)),
        ("special_file", lambda at, _out: device(at)),
        ("too_large", lambda at, _out: sparse(at)),
        ("too_large", lambda at, _out: at.write_bytes(b"x" * 10_000_000)),
    ],
)
def test_what_is_no_plain_file_is_named_and_not_opened(
    code: str, make: Callable[[Path, Path], None], hostile: Hostile
) -> None:
    make(hostile.alerter / "odd", hostile.secret)
    taken = hostile.take()
    assert [(one.code, one.path) for one in taken.refusals] == [(code, f"{ALERTER}/odd")]
    assert taken.files == (f"{ALERTER}/Dockerfile",)


@pytest.mark.parametrize("below", ["module-01-containers", "module-01-containers/exercises", ALERTER])
def test_a_folder_on_the_way_may_be_no_link(below: str, hostile: Hostile) -> None:
    (hostile.top / below).rename(hostile.top / "elsewhere")
    (hostile.top / below).symlink_to(hostile.top / "elsewhere")
    taken = hostile.take()
    assert taken.files == ()
    assert codes(taken) == ["link" if below == ALERTER else "exercises_unreadable"]


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("name_not_utf8", b"\xff\xfe"),
        ("name_invisible", b"a\nb"),
        ("name_invisible", b"\x1b[2J"),
        ("name_invisible", "exe\u202etxt".encode()),
        ("name_invisible", "a\u00a0b".encode()),
        ("name_not_portable", b"a\\b"),
        ("name_not_portable", b"C:evil"),
        ("name_not_portable", b"con.txt"),
        ("name_not_portable", b"dot."),
        ("case_clash", b"dockerfile"),
        ("case_clash", b"DOCKERFILE"),
        ("sentinel_folder", b".Sentinel"),
        ("path_too_long", b"x" * 180),
    ],
)
def test_names_that_others_cannot_hold_or_read_are_refused(code: str, name: bytes, hostile: Hostile) -> None:
    Path(os.fsdecode(os.fsencode(hostile.alerter) + b"/" + name)).write_text("x")
    taken = hostile.take()
    # "DOCKERFILE" sorts before "Dockerfile": one of the two is refused, whichever.
    assert codes(taken) == [code]
    assert len(taken.files) == 1


def test_accents_spelled_in_two_ways_clash(hostile: Hostile) -> None:
    for name in ("caf\u00e9", "cafe\u0301"):
        (hostile.alerter / name).write_text("x")
    assert codes(hostile.take()) == ["case_clash"]


@pytest.mark.parametrize(
    ("code", "limits"),
    [
        ("too_much", Limits(files=20)),
        ("too_much", Limits(entries=20)),
        ("too_much", Limits(total_bytes=20)),
        ("too_large", Limits(file_bytes=1)),
        ("too_deep", Limits(depth=4)),
    ],
)
def test_there_is_an_end_to_what_is_read(code: str, limits: Limits, hostile: Hostile) -> None:
    plant(hostile.alerter, {f"{'a/' * (number % 9)}f{number}": "xyz" for number in range(60)})
    taken = hostile.take(limits)
    assert code in codes(taken)
    assert len(taken.files) <= limits.files


def test_there_is_an_end_to_what_is_refused(hostile: Hostile) -> None:
    for number in range(300):
        (hostile.alerter / f"link{number}").symlink_to("x")
    taken = hostile.take(Limits())
    assert codes(taken) == ["link"] * 50 + ["too_many_refusals"]


def test_a_tree_of_a_million_steps_takes_no_time(hostile: Hostile) -> None:
    here = hostile.alerter
    for _ in range(60):
        here = here / "d"
    here.mkdir(parents=True)
    before = time.monotonic()
    assert codes(hostile.take()) == ["too_deep"]
    assert time.monotonic() - before < 2


def test_what_cannot_be_read_is_said(hostile: Hostile, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(name: Any, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        if name == "Dockerfile":
            raise PermissionError(13, "Permission denied")
        return real(name, flags, mode, dir_fd=dir_fd)

    real = os.open
    monkeypatch.setattr(os, "open", forbidden)
    assert [(one.code, one.saw) for one in hostile.take().refusals] == [
        ("unreadable", "It could not be read: Permission denied.")
    ]


def test_no_git_and_nothing_else_is_run(hostile: Hostile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trap = tmp_path / "trap"
    script = f"#!/bin/sh\ntouch {trap}\n"
    for place in (hostile.top, hostile.alerter):
        plant(place, {".git/hooks/post-checkout": script, ".git/config": "[core]\nfsmonitor = ./evil\nhooksPath = ."})
        (place / ".git/hooks/post-checkout").chmod(0o755)
    bin_folder = plant(tmp_path / "bin", {"git": script})
    (bin_folder / "git").chmod(0o755)
    monkeypatch.setenv("PATH", str(bin_folder))
    monkeypatch.chdir(hostile.alerter)

    def no_process(*_arguments: Any, **_options: Any) -> None:
        raise AssertionError("a process was started")

    for name in ("Popen", "run"):
        monkeypatch.setattr(subprocess, name, no_process)
    taken = hostile.take()
    assert taken.files == (f"{ALERTER}/Dockerfile",)
    assert taken.refusals == ()
    assert not trap.exists()


def test_random_trees(hostile: Hostile) -> None:
    """Fifty of them in one place: whatever lies there, a submission comes back, and nothing of the outside in it."""
    chance = random.Random(1)
    letters = [*"aBb. \\:-é\n\u202e\ufeff\udcff", "e\u0301", ".git", "con"]
    kinds: list[Callable[[Path], object]] = [
        lambda at: at.write_bytes(chance.randbytes(50)), lambda at: at.mkdir(), lambda at: at.mkdir(),
        lambda at: at.symlink_to(hostile.secret), lambda at: at.symlink_to(".."), os.mkfifo,
        lambda at: at.hardlink_to(hostile.secret), sparse,
    ]  # fmt: skip
    places = [hostile.alerter]
    for _ in range(50):
        for _ in range(chance.randrange(8)):
            at = chance.choice(places) / "".join(chance.choices(letters, k=chance.randrange(1, 4)))
            try:
                chance.choice(kinds)(at)
            except OSError:
                continue
            if at.is_dir() and not at.is_symlink():
                places.append(at)
        taken = hostile.take(chance.choice((Limits(), Limits(files=9), Limits(entries=30), Limits(refusals=3))))
        assert len(taken.tree_hash) == 64
