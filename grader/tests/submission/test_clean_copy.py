"""What a clean copy holds, and what its hash is over."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sentinel_grader.paths import ROOT
from sentinel_grader.submission import (
    OWN,
    Limits,
    Submission,
    changed_given_files,
    clean_copy,
    keep_own,
    lay_given_code,
)
from sentinel_grader.submission.names import LEFT_OUT, is_left_out
from sentinel_grader.submission.writing import time_of

from .trees import ALERTER, EDITABLE, codes, plant


@pytest.fixture
def course(tmp_path: Path) -> Path:
    return plant(
        tmp_path / "course",
        {
            "module-01-containers/README.md": "lesson",
            "module-01-containers/.env": "PASSWORD=x",
            "module-01-containers/solutions/alerter/worker.py": "mended",
            "module-01-containers/solutions/alerter/Dockerfile": "FROM solution",
            f"{ALERTER}/Dockerfile": "# TODO",
            f"{ALERTER}/worker.py": "flawed",
            f"{ALERTER}/rule.py": "rule",
            "module-02-k8s/exercises/base.yaml": "starter",
            "unrelated/file": "x",
        },
    )


@pytest.fixture
def handed_in(tmp_path: Path) -> Path:
    return plant(
        tmp_path / "handed-in",
        {
            f"{ALERTER}/Dockerfile": "FROM python:3.13-slim",
            f"{ALERTER}/worker.py": "flawed",
            f"{ALERTER}/rule.py": "cheated",
            f"{ALERTER}/start.sh": "exec python",
            f"{ALERTER}/.env": "SECRET=1",
            f"{ALERTER}/__pycache__/rule.pyc": "x",
            f"{ALERTER}/.venv/bin/python": "x",
            "module-01-containers/README.md": "forged",
            "module-01-containers/log-collector/main.py": "forged",
            "grader/sentinel_grader/cli.py": "forged",
            "sentinel.toml": "forged",
        },
    )


def copied(submission: Path, course: Path, target: Path, **more: Limits) -> Submission:
    return clean_copy(submission, target, course=course, editable=EDITABLE, **more)


def test_only_exercises_come_from_the_submission(course: Path, handed_in: Path, tmp_path: Path) -> None:
    taken = copied(handed_in, course, tmp_path / "copy")
    tree = {
        path.relative_to(taken.path).as_posix(): path.read_text() for path in taken.path.rglob("*") if path.is_file()
    }
    assert tree == {
        "module-01-containers/README.md": "lesson",
        f"{ALERTER}/Dockerfile": "FROM python:3.13-slim",
        f"{ALERTER}/worker.py": "flawed",
        f"{ALERTER}/rule.py": "cheated",
        f"{ALERTER}/start.sh": "exec python",
        "module-02-k8s/exercises/base.yaml": "starter",
    }
    assert taken.files == tuple(
        sorted(f"{ALERTER}/{name}" for name in ("Dockerfile", "worker.py", "rule.py", "start.sh"))
    )
    assert taken.refusals == ()
    assert taken.changed_given_files == (f"{ALERTER}/rule.py",)


def test_the_hash_is_over_what_was_taken_and_refused(course: Path, handed_in: Path, tmp_path: Path) -> None:
    hashes = [copied(handed_in, course, tmp_path / "0").tree_hash]

    def changed(number: int) -> None:
        hashes.append(copied(handed_in, course, tmp_path / str(number)).tree_hash)

    (handed_in / "module-01-containers/README.md").write_text("forged again")
    (handed_in / ALERTER / ".env").write_text("other")
    os.utime(handed_in / ALERTER / "start.sh", (1, 1))
    changed(1)
    assert hashes[0] == hashes[1]
    (handed_in / ALERTER / "start.sh").chmod(0o4755)
    changed(2)
    (handed_in / ALERTER / "start.sh").write_text("other")
    changed(3)
    (handed_in / ALERTER / "start.sh").rename(handed_in / ALERTER / "begin.sh")
    changed(4)
    (handed_in / ALERTER / "link").symlink_to("start.sh")
    changed(5)
    assert len(set(hashes)) == 5
    assert (tmp_path / "2" / ALERTER / "start.sh").stat().st_mode & 0o7777 == 0o755


def test_a_submission_without_exercises_is_told_so(course: Path, tmp_path: Path) -> None:
    taken = copied(plant(tmp_path / "empty", {"alerter/Dockerfile": "FROM x"}), course, tmp_path / "copy")
    assert codes(taken) == ["no_exercises"]
    assert taken.files == ()
    assert codes(copied(tmp_path / "nowhere", course, tmp_path / "other")) == ["no_exercises"]


def test_a_target_in_use_is_left_alone(course: Path, handed_in: Path) -> None:
    with pytest.raises(ValueError, match="not empty"):
        clean_copy(handed_in, course, course=course)


def test_given_code_is_laid_over_the_learners_and_theirs_is_kept_aside(
    course: Path, handed_in: Path, tmp_path: Path
) -> None:
    tree = copied(handed_in, course, tmp_path / "copy").path
    before = _texts(tree / ALERTER)
    keep_own(tree, EDITABLE)
    assert lay_given_code(tree, course, EDITABLE) == [f"{ALERTER}/rule.py"]
    assert _texts(tree / ALERTER) == {
        "Dockerfile": "FROM python:3.13-slim", "rule.py": "rule", "worker.py": "mended", "start.sh": "exec python",
    }  # fmt: skip
    assert _texts(tree / OWN / ALERTER) == before
    assert before["rule.py"] == "cheated"
    kept = (tree / OWN / ALERTER / "rule.py").stat()
    assert (kept.st_mode & 0o777, kept.st_mtime) == (0o644, time_of(b"cheated"))


def test_the_same_content_is_of_the_same_time_and_another_of_another() -> None:
    """Else a build would find the old content in the new file: BuildKit looks at path, size and time."""
    times = [time_of(content) for content in (b"6379", b"7000", b"")]
    assert len(set(times)) == 3
    assert times == [time_of(content) for content in (b"6379", b"7000", b"")]
    assert all(1_577_836_800 <= time < 1_767_225_600 for time in times), "2020 to 2025"


def _texts(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()}


def test_of_a_folder_that_was_not_handed_in_nothing_is_kept(tmp_path: Path) -> None:
    keep_own(tmp_path, EDITABLE)
    assert list(tmp_path.iterdir()) == []


def test_given_code_replaces_whatever_has_its_name(course: Path, tmp_path: Path) -> None:
    handed_in = plant(tmp_path / "in", {f"{ALERTER}/rule.py/x": "a folder", f"{ALERTER}/Dockerfile": "FROM x"})
    tree = copied(handed_in, course, tmp_path / "copy").path
    assert changed_given_files(tree, course, EDITABLE) == [f"{ALERTER}/rule.py", f"{ALERTER}/worker.py"]
    lay_given_code(tree, course, EDITABLE)
    assert (tree / ALERTER / "rule.py").read_text() == "rule"


def test_what_git_ignores_here_is_no_part_of_a_submission() -> None:
    lines = [line.strip() for line in (ROOT / ".gitignore").read_text().splitlines()]
    names = [line.rstrip("/") for line in lines if line and not line.startswith(("#", "/"))]
    assert [name for name in names if not is_left_out(name.replace("*", "x").replace("\\", ""))] == []
    assert {".git", ".venv"} <= LEFT_OUT


def test_what_editors_lay_beside_a_file_is_no_part_of_a_submission(
    course: Path, handed_in: Path, tmp_path: Path
) -> None:
    before = copied(handed_in, course, tmp_path / "before")
    names = (".Dockerfile.swp", "Dockerfile~", "#Dockerfile#", "4913", "Dockerfile___jb_tmp___", ".Dockerfile.kate-swp")
    plant(handed_in / ALERTER, dict.fromkeys(names, "half a line"))
    (handed_in / ALERTER / ".#Dockerfile").symlink_to("me@here.1234")
    assert copied(handed_in, course, tmp_path / "after").tree_hash == before.tree_hash
    plant(handed_in / ALERTER, {"swap": "mine", "notes#": "mine"})
    assert copied(handed_in, course, tmp_path / "mine").tree_hash != before.tree_hash


def test_a_virtual_environment_is_left_out_whatever_it_is_called(course: Path, handed_in: Path, tmp_path: Path) -> None:
    before = copied(handed_in, course, tmp_path / "before")
    env = plant(handed_in / ALERTER / "my-env", {"pyvenv.cfg": "home = /usr/bin", "bin/activate": "x"})
    (env / "bin/python").symlink_to("/usr/bin/python3")
    assert copied(handed_in, course, tmp_path / "after").tree_hash == before.tree_hash
    for path in env.iterdir():
        path.rename(handed_in / ALERTER / path.name)
    assert codes(copied(handed_in, course, tmp_path / "here")) == ["link"]


def test_the_courses_own_solution_is_taken_whole(tmp_path: Path) -> None:
    taken = clean_copy(ROOT, tmp_path / "copy", editable={ALERTER: ("Dockerfile", ".dockerignore")})
    assert taken.refusals == ()
    assert f"{ALERTER}/Dockerfile" in taken.files
    assert not (tmp_path / "copy" / "module-01-containers" / "solutions").exists()
