"""Folders to hand in."""

from __future__ import annotations

from pathlib import Path

from sentinel_grader.submission import LIMITS, Limits, Submission, clean_copy

ALERTER = "module-01-containers/exercises/alerter"
EDITABLE = {ALERTER: ("Dockerfile", ".dockerignore")}

CANARY = "CANARY-that-no-copy-may-hold"


def plant(top: Path, files: dict[str, str]) -> Path:
    """Write `files`, by their paths below `top`, and return it."""
    for name, text in files.items():
        path = top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return top


def codes(taken: Submission) -> list[str]:
    return [refusal.code for refusal in taken.refusals]


class Hostile:
    """A submission in the making, with a secret lying outside of it."""

    def __init__(self, folder: Path) -> None:
        self.course = plant(folder / "course", {f"{ALERTER}/Dockerfile": "# TODO"})
        self.top = plant(folder / "in", {f"{ALERTER}/Dockerfile": "FROM x"})
        self.alerter = self.top / ALERTER
        self.secret = plant(folder / "outside", {"secret": CANARY}) / "secret"
        self._folder = folder
        self._copies = 0

    def take(self, limits: Limits = LIMITS) -> Submission:
        """Make a clean copy and see that the secret is not in it."""
        self._copies += 1
        taken = clean_copy(self.top, self._folder / f"copy{self._copies}", course=self.course, limits=limits)
        for path in taken.path.rglob("*"):
            assert path.is_dir() or path.is_file(), path
            assert not path.is_symlink()
            assert path.is_dir() or CANARY not in path.read_text(errors="replace")
        assert all(str(one).isprintable() for one in taken.refusals), taken.refusals
        return taken
