"""How a rule says no."""

from __future__ import annotations

from sentinel_grader.submission.refusal import Refusal, shown


class Refused(Exception):
    """One line of the file is refused: `saw` and `remedy` are sentences, quoted text goes through `shown`."""

    def __init__(self, code: str, line: int | None, saw: str, remedy: str) -> None:
        super().__init__(saw)
        self.code, self.line, self.saw, self.remedy = code, line, saw, remedy

    def refusal(self, path: str) -> Refusal:
        return Refusal(self.code, shown(path), self.saw, self.line, self.remedy)
