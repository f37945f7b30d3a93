"""What makes an installation stale, and what is done about it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from .checkouts import OFFLINE, Checkout, pins

pytestmark = pytest.mark.install


def test_a_changed_lock_is_noticed(ready: Checkout) -> None:
    ready.lock().write_text(pins("flit-core", "h11", "iniconfig"))
    again = ready.start("up")
    assert "iniconfig" in again.answer["packages"]
    assert "locked packages changed" in again.said
    assert ready.start("up").said == ""


def test_a_changed_package_definition_is_noticed(ready: Checkout) -> None:
    pyproject = ready.root / "grader" / "pyproject.toml"
    pyproject.write_text(
        pyproject.read_text().replace('sentinel = "', 'other = "sentinel_grader.cli:main"\nsentinel = "')
    )
    assert ready.start("up").status == 0
    assert (ready.venv / "bin" / "other").exists()


def test_what_tests_need_comes_with_the_first_test_and_stays(ready: Checkout) -> None:
    first = ready.start("test")
    assert "iniconfig" in first.answer["packages"]
    assert "adding what `test` and `bench` need" in first.said
    assert ready.start("up").said == "", "the other verbs leave it there"
    ready.lock("test").write_text(pins("flit-core", "h11", "iniconfig", "mdurl"))
    assert "mdurl" in ready.start("up").answer["packages"], "and keep it current"


def test_while_offline_what_is_installed_stays_good(ready: Checkout) -> None:
    before = ready.lock().read_text()
    ready.lock().write_text(pins("flit-core", "h11", "iniconfig"))
    again = ready.start("up", **OFFLINE)
    assert again.status == 4
    assert "nothing has been replaced" in again.said
    assert "the package index does not answer" in again.said
    ready.lock().write_text(before)
    assert ready.start("up", **OFFLINE).said == ""
    assert ready.start("test", **OFFLINE).status == 4
    assert ready.start("up", **OFFLINE).said == "", "`test` could not be set up; all else works"


def test_a_moved_checkout_is_installed_again(ready: Checkout, tmp_path: Path) -> None:
    moved = Checkout(tmp_path / "moved")
    shutil.move(ready.root, moved.root)
    assert moved.start("up").answer["prefix"] == str(moved.venv)
    assert moved.start("up").said == ""


@pytest.mark.parametrize("loss", ["interpreter", "script"])
def test_a_broken_environment_is_made_again(loss: str, ready: Checkout, tmp_path: Path) -> None:
    """An interpreter goes when the system is upgraded to a release with another one."""
    broken = ready.venv / "bin" / ("sentinel" if loss == "script" else "python")
    broken.unlink()
    if loss == "interpreter":
        broken.symlink_to(tmp_path / "python3.11-of-the-last-release")
    assert ready.start("up").answer["missing"] == []
