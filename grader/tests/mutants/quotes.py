"""What the lesson says that the grader says: rows of its tables, each with the mutant that comes to it.

    | `m1.starts` | `The container ended with exit status 0.` <!-- mutant: ends-at-once --> | no command … |

`<...>` stands for anything, as in the lesson's outputs; and where the grader begins a new line, the quote has a space.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sentinel_grader.paths import ROOT

LESSONS = sorted(ROOT.glob("module-*/README.md"))
_ROW = re.compile(r"^\| `([\w.]+)` \| `([^`]+)` <!-- mutant: ([\w-]+) --> \| [^|]+ \|$", re.MULTILINE)


@dataclass(frozen=True)
class Quote:
    """A check's words, as a lesson quotes them of a mutant."""

    check: str
    words: str
    mutant: str

    def is_in(self, said: str) -> bool:
        """Whether a check that said this is quoted rightly."""
        parts = (re.escape(" ".join(part.split())) for part in self.words.split("<...>"))
        return bool(re.search(r"\s*.*?\s*".join(parts), " ".join(said.split())))


def quotes() -> list[Quote]:
    """Every quote in the lessons, in order."""
    return [Quote(*row) for lesson in LESSONS for row in _ROW.findall(lesson.read_text(encoding="utf-8"))]


def marked_rows() -> int:
    """How many rows of the lessons name a mutant, whether they can be read as quotes or not."""
    return sum(lesson.read_text(encoding="utf-8").count("<!-- mutant:") for lesson in LESSONS)
