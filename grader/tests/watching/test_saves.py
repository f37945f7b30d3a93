"""Saves as editors make them, on a real file system: each burst is told once, and a look says what came of it."""

from __future__ import annotations

import os
import queue
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from sentinel_grader import pristine
from sentinel_grader.observe.dockerfile import ALERTER, DOCKERFILE
from sentinel_grader.observe.registry import REGISTRY
from sentinel_grader.watching import saves as telling
from sentinel_grader.watching.events import Broken, Happening, Happenings, Saved
from sentinel_grader.watching.looks import folders_of, look

#: Seconds in which a save is told of, on a busy machine too; those of silence after which nothing more comes.
TOLD, SILENT = 20.0, 1.0


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SENTINEL_STATE", str(tmp_path / "state"))
    pristine.lay(tmp_path / "checkout", solved=True)
    return tmp_path / "checkout"


@pytest.fixture(params=["told by the system", "polling"])
def happenings(checkout: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Happenings]:
    if request.param == "polling":
        monkeypatch.setattr(telling, "is_foreign", lambda _folder: True)
    told = Happenings()
    with telling.saves(folders_of(checkout), told):
        assert told.get(timeout=TOLD) == Saved(), "the first one says that it listens"
        yield told


def bursts(told: Happenings) -> list[Happening]:
    """What is told of until nothing more comes."""
    found = [told.get(timeout=TOLD)]
    while True:
        try:
            found.append(told.get(timeout=SILENT))
        except queue.Empty:
            return found


def by_vim(path: Path) -> None:
    """As vim does with `backupcopy=no`: a swap file, a probe, the old file away, a new one, the old one gone."""
    swap, probe, old = path.with_name(f".{path.name}.swp"), path.with_name("4913"), path.with_name(f"{path.name}~")
    swap.write_bytes(b"b0VIM 9.0")
    probe.touch()
    probe.unlink()
    text = path.read_text()
    path.rename(old)
    path.write_text(text + "\n# vim\n")
    old.unlink()


def by_rename(path: Path) -> None:
    """As VS Code, JetBrains and sed -i do: a temporary file, moved over the old one."""
    new = path.with_name(f"{path.name}___jb_tmp___")
    new.write_text(path.read_text() + "\n# renamed\n")
    new.replace(path)


def in_pieces(path: Path) -> None:
    """As a slow program does."""
    for number in range(5):
        with path.open("a") as file:
            file.write(f"\n# piece {number}\n")
        time.sleep(0.01)


@pytest.mark.parametrize("save", [by_vim, by_rename, in_pieces])
def test_a_save_is_one_change(checkout: Path, happenings: Happenings, save: Callable[[Path], None]) -> None:
    before = look(checkout)
    save(checkout / DOCKERFILE)
    told = bursts(happenings)
    assert set(told) == {Saved()}
    assert len(told) <= 3, "a burst, not a word for each step of it"
    after = look(checkout)
    assert after.differing(before) == [DOCKERFILE]
    assert {"recipe", "build"} <= after.concerned(before, after.contents)
    assert "decision_card" not in after.concerned(before, after.contents)


def test_what_an_editor_lays_beside_a_file_changes_nothing(checkout: Path, happenings: Happenings) -> None:
    before = look(checkout)
    (checkout / ALERTER / ".Dockerfile.swp").write_bytes(b"b0VIM 9.0")
    os.utime(checkout / DOCKERFILE)
    bursts(happenings)
    after = look(checkout)
    assert (after.differing(before), after.concerned(before, after.contents)) == ([], set())


def test_a_given_file_that_was_changed_is_seen_and_concerns_the_task_about_it_alone(checkout: Path) -> None:
    before = look(checkout)
    (checkout / ALERTER / "alerter" / "rule.py").write_text("# mine\n")
    after = look(checkout)
    assert after.differing(before) == [f"{ALERTER}/alerter/rule.py"]
    of_own_code = {name for name in after.contents if "own_build" in {one.name for one in REGISTRY.closure([name])}}
    assert after.concerned(before, after.contents) == of_own_code
    assert not of_own_code & {"build", "running", "stopping"}


def test_what_is_refused_is_a_change_as_well(checkout: Path) -> None:
    before = look(checkout)
    (checkout / ALERTER / "link").symlink_to("/etc/passwd")
    after = look(checkout)
    assert "submitted" in after.concerned(before, after.contents)


def test_where_nothing_can_be_watched_it_is_said(tmp_path: Path) -> None:
    told = Happenings()
    with telling.saves([tmp_path / "nowhere"], told):
        assert isinstance(told.get(timeout=TOLD), Broken)


def test_other_machines_folders_are_polled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounts = [("/", "ext4"), (str(tmp_path), "9p"), (str(tmp_path / "here"), "ext4")]
    listed = [SimpleNamespace(mountpoint=place, fstype=kind) for place, kind in mounts]
    monkeypatch.setattr(psutil, "disk_partitions", lambda **_: listed)
    assert telling.is_foreign(tmp_path / "deep" / "down")
    assert not telling.is_foreign(tmp_path / "here" / "deep")
    assert not telling.is_foreign(Path("/usr"))
