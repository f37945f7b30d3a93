"""Files of ours are written whatever a learner has in their place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sentinel_grader.observe.planting import plant


def _file(folder: Path) -> None:
    (folder / "a").write_text("theirs")


def _folder(folder: Path) -> None:
    (folder / "a/b/c").mkdir(parents=True)
    (folder / "a/b/c/d").write_text("theirs")


def _link(folder: Path) -> None:
    (folder.parent / "elsewhere").mkdir()
    (folder / "a").symlink_to("../elsewhere")


def _link_to_nothing(folder: Path) -> None:
    (folder / "a").mkdir()
    (folder / "a/b").symlink_to("/nothing/here")


def _link_to_a_folder(folder: Path) -> None:
    (folder.parent / "elsewhere").mkdir()
    (folder / "a").mkdir()
    (folder / "a/b").symlink_to("../../elsewhere")


@pytest.mark.parametrize("lay", [lambda _: None, _file, _folder, _link, _link_to_nothing, _link_to_a_folder])
def test_what_is_in_the_way_goes_first(lay: Callable[[Path], None], tmp_path: Path) -> None:
    (folder := tmp_path / "copy").mkdir()
    lay(folder)
    plant(folder, "a/b", b"ours")
    assert (folder / "a/b").read_bytes() == b"ours"
    assert not (folder / "a/b").is_symlink()
    assert list(tmp_path.glob("elsewhere/*")) == []
