"""The tree is the one that CONTRIBUTING.md and the design promise, and every file reads the same everywhere."""

from __future__ import annotations

import os
import subprocess

from sentinel_grader.paths import ROOT

TOP = {
    ".ci", ".editorconfig", ".gitattributes", ".github", ".gitignore", "LICENSE", "README.md", "sentinel",
    "grader", "module-01-containers", "module-02-k8s", "module-03-deploy",
}  # fmt: skip


def _tracked() -> list[str]:
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def test_nothing_lies_at_the_top_that_has_no_room_there() -> None:
    assert {name.split("/")[0] for name in _tracked()} <= TOP


def test_every_text_has_unix_line_endings() -> None:
    done = subprocess.run(["git", "ls-files", "--eol"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert [line for line in done.stdout.splitlines() if "i/crlf" in line or "i/mixed" in line] == []


def test_what_is_to_be_run_may_be_run() -> None:
    for name in ("sentinel", ".ci/run"):
        assert os.access(ROOT / name, os.X_OK), name


def test_lessons_say_docker_compose_in_two_words() -> None:
    """The one with a hyphen is Compose v1, which is no longer there: `docker-compose: command not found`."""
    for name in _tracked():
        if name.endswith(".md"):
            text = (ROOT / name).read_text().replace("docker-compose.", "").replace("docker-compose: command not", "")
            assert "docker-compose " not in text, name
