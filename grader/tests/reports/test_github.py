"""GitHub shows what the result says, and runs nothing that a submission wrote.

The log is read as the runner reads it: actions/runner, src/Runner.Common/ActionCommand.cs.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest
from hypothesis import given

from sentinel_grader.reports import github, github_summary, words
from sentinel_grader.reports.text import shown
from sentinel_grader.result import Result, Verdict

from .samples import BROKEN, MIXED, SIZE, made
from .strategies import results


@dataclass(frozen=True)
class Command:
    name: str
    properties: dict[str, str]
    data: str


def commands(log: str) -> list[Command]:
    """What the runner would do on reading this log: `::` at a line's start, else `##[` anywhere in it."""
    found = []
    for line in re.split(r"[\r\n]", log):
        if modern := re.match(r"\s*::([^ ]*?)(?: (.*?))?::(.*)$", line):
            pairs = (pair.split("=", 1) for pair in (modern[2] or "").strip().split(",") if pair)
            found.append(Command(modern[1], {key: _property(value) for key, value in pairs}, _data(modern[3])))
        elif old := re.search(r"##\[([^\]]*)\](.*)", line):
            found.append(Command(old[1], {}, old[2]))
    return found


def _data(text: str) -> str:
    return text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")


def _property(text: str) -> str:
    for token, escaped in (("\r", "%0D"), ("\n", "%0A"), (":", "%3A"), (",", "%2C"), ("%", "%25")):
        text = text.replace(escaped, token)
    return text


def _log(result: Result) -> str:
    log = io.StringIO()
    github.report(result, log, {})
    return log.getvalue()


def test_a_failure_stands_on_the_learner_s_line() -> None:
    first = commands(_log(MIXED))[0]
    assert first.name == "error"
    assert first.properties == {
        "file": SIZE.file or "",
        "line": "9",
        "title": "m1.size: At most 45 MB over the base",
    }
    assert first.data == f"saw: {SIZE.saw}\nexpected: {SIZE.expected}\nwhy: {SIZE.why}"


@pytest.mark.parametrize(
    ("workspace", "file"),
    [
        ("/home/ada/sentinel", SIZE.file),
        ("/home/ada", f"sentinel/{SIZE.file}"),
        ("/home", f"ada/sentinel/{SIZE.file}"),
        ("/home/bob", SIZE.file),
        ("", SIZE.file),
    ],
    ids=["at its top", "one folder down", "two folders down", "elsewhere", "not told"],
)
def test_a_place_is_one_in_the_repository_wherever_the_course_lies_in_it(workspace: str, file: str) -> None:
    log = io.StringIO()
    github.report(MIXED, log, {"GITHUB_WORKSPACE": workspace})
    assert commands(log.getvalue())[0].properties["file"] == file


def test_what_is_not_graded_is_a_warning_and_the_sum_a_notice() -> None:
    assert [command.name for command in commands(_log(MIXED))] == ["error"] * 3 + ["warning", "notice"]
    assert commands(_log(MIXED))[-1].data == f"{MIXED.points} of {MIXED.max_points} points, 2 pending: incomplete"


def test_github_shows_ten_of_a_level_and_the_tenth_says_how_many_more_there_are() -> None:
    failed = made({check.id: (Verdict.FAILED, SIZE) for check in MIXED.checks}, [])
    errors = [command for command in commands(_log(failed)) if command.name == "error"]
    assert len(errors) == github.PER_LEVEL
    assert errors[-1].data == f"{len(MIXED.checks) - github.PER_LEVEL + 1} more failed: see the summary."


@given(results())
def test_the_runner_reads_our_commands_and_no_other(result: Result) -> None:
    lines = github.commands(result)
    read = commands("\n".join(lines))
    assert len(read) == len(lines)
    assert {command.name for command in read} <= {"error", "warning", "notice"}
    assert not any("##[" in line for line in lines)
    files = [command.properties["file"] for command in read if "file" in command.properties]
    failed = [*words.having(result, Verdict.FAILED), *words.having(result, Verdict.NOT_GRADED)]
    assert files == [
        shown(check.reason.file, most=300, lines=1) for check in failed if check.reason and check.reason.file
    ]


class _Tags(HTMLParser):
    """The tags and the words of some HTML."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert not attrs, "the summary's tags have no attributes"
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.words += data


@given(results())
def test_in_the_summary_a_stranger_s_text_is_nothing_but_text(result: Result) -> None:
    text = github_summary.render(result)
    blocks = text.removesuffix("\n\n").split("\n\n")
    assert all(re.fullmatch(r"<(h2|h3|p|table)>[^\n]*</(h2|p|table)>", block) for block in blocks)
    read = _Tags(text)
    assert set(read.tags) <= {"h2", "h3", "p", "table", "tr", "th", "td", "code", "pre"}
    for check in words.having(result, Verdict.FAILED):
        for _name, said in words.fields_of(check):
            assert said in read.words


def test_the_summary_ends_in_time_and_says_so() -> None:
    for limit in (200, 3000, 4500):
        text = github_summary.render(MIXED, limit)
        assert len(text.encode()) <= limit
        assert text.endswith("the log and the other reports have all of it.</p>\n\n")


def test_the_summary_of_ten_thousand_failures_fits() -> None:
    many = msgspec.structs.replace(BROKEN, checks=BROKEN.checks[:1] * 10_000)
    assert len(github_summary.render(many).encode()) <= github_summary.LIMIT


def test_the_summary_is_added_to_what_the_step_has_written(tmp_path: Path) -> None:
    path = tmp_path / "summary"
    path.write_text("before\n")
    github.report(MIXED, io.StringIO(), {"GITHUB_STEP_SUMMARY": str(path)})
    assert path.read_text() == "before\n" + github_summary.render(MIXED)


@pytest.mark.parametrize("taken", [github_summary.LIMIT, github_summary.LIMIT - 50, github_summary.LIMIT - 4000])
def test_the_summary_respects_what_others_have_taken(tmp_path: Path, taken: int) -> None:
    path = tmp_path / "summary"
    path.write_text("x" * taken)
    github_summary.append(MIXED, path)
    assert path.stat().st_size <= github_summary.LIMIT
