"""What GitHub Actions shows of a grade: annotations on the learner's lines, and the job's summary.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

from sentinel_grader.reports import github_summary, words
from sentinel_grader.reports.text import shown
from sentinel_grader.result import CheckResult, Result, Verdict

#: GitHub shows so many annotations of a level from one step, and drops the others without a word (actions/toolkit,
#: docs/problem-matchers.md).
PER_LEVEL = 10
#: What is not graded is no error: the run has to be repeated, and nothing has to be mended.
_LEVELS = {Verdict.FAILED: "error", Verdict.NOT_GRADED: "warning"}
#: Of a text, in an annotation: a few lines beside the code. The summary has more.
_MOST = 500


def report(result: Result, log: TextIO, environment: Mapping[str, str]) -> None:
    """Write annotations to the step's `log`, and the summary where the runner said it wants it."""
    for line in commands(result, folder=_folder(result, environment)):
        log.write(line + "\n")
    if path := environment.get("GITHUB_STEP_SUMMARY"):
        github_summary.append(result, Path(path))


def _folder(result: Result, environment: Mapping[str, str]) -> str:
    """Where the submission lies in the repository, since a place is one in the repository: "course/"; "" for its top,
    or elsewhere."""
    submission = Path(result.submission.path).resolve()
    workspace = Path(environment.get("GITHUB_WORKSPACE") or submission).resolve()
    if submission == workspace or not submission.is_relative_to(workspace):
        return ""
    return shown(f"{submission.relative_to(workspace).as_posix()}/", most=300, lines=1)


def commands(result: Result, folder: str = "") -> list[str]:
    """One command for each check that failed or was not graded, within what GitHub shows; and one for the sum. Files
    are in `folder`."""
    lines = []
    for verdict, level in _LEVELS.items():
        checks = words.having(result, verdict)
        room = len(checks) if len(checks) <= PER_LEVEL else PER_LEVEL - 1
        lines += [_annotation(level, check, folder) for check in checks[:room]]
        if more := len(checks) - room:
            text = f"{more} more {words.NAMES[verdict]}: see the summary."
            lines.append(command(level, text, title="Sentinel"))
    return [*lines, command("notice", words.sum_of(result), title="Sentinel")]


def _annotation(level: str, check: CheckResult, folder: str) -> str:
    fields = words.fields_of(check, most=_MOST)
    text = "\n".join(f"{name}: {text}" for name, text in fields if name != "where")
    where = {}
    if check.reason and check.reason.file:
        where["file"] = folder + words.file_of(check.reason)
        if check.reason.line:
            where["line"] = str(check.reason.line)
    title = f"{words.id_of(check)}: {words.title_of(check)}"
    return command(level, text or words.NAMES[check.verdict], **where, title=title)


def command(name: str, text: str, **properties: str) -> str:
    """A workflow command, escaped as the runner undoes it (actions/runner, src/Runner.Common/ActionCommand.cs)."""
    named = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{name} {named}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
