"""What the grader hands out and grades with is what lies in the exercises and solutions."""

from __future__ import annotations

from pathlib import Path

from sentinel_grader import course, pristine, resetting


def test_the_archive_is_not_stale() -> None:
    assert pristine.contents() == pristine.tracked(), "run `.venv/bin/python -m sentinel_grader.pristine`"


def test_reset_puts_the_starter_back_and_keeps_every_attempt(tmp_path: Path) -> None:
    module, task = course.task_of("m1.builds")
    resetting.reset(module, task, tmp_path)
    dockerfile = tmp_path / resetting.names(module, task)[0]
    starter = dockerfile.read_bytes()
    for attempt in (b"FROM one", b"FROM two"):
        dockerfile.write_bytes(attempt)
        resetting.reset(module, task, tmp_path)
    assert dockerfile.read_bytes() == starter
    assert dockerfile.with_name("Dockerfile.mine").read_bytes() == b"FROM one"
    assert dockerfile.with_name("Dockerfile.mine2").read_bytes() == b"FROM two"
