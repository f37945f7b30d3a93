"""grader/README.md says what the code says. (Its commands are run as a lesson's are: conftest.py.)"""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest
import yaml
from typer.main import get_command

from sentinel_grader.cli.app import ENVIRONMENT, INTERRUPTED, USAGE, app
from sentinel_grader.paths import ROOT
from sentinel_grader.policy import allowed_bases
from sentinel_grader.result import EXIT, Overall, Verdict

from .lessons import read

PAGE = (ROOT / "grader" / "README.md").read_text(encoding="utf-8")


def _fences(language: str) -> list[str]:
    found = re.findall(rf"^( *)```{language}\n(.*?)^ *```$", PAGE, re.MULTILINE | re.DOTALL)
    return [textwrap.dedent(code).strip("\n") for _, code in found]


@pytest.mark.parametrize("code", _fences("python"), ids=lambda code: code.splitlines()[0][:40])
def test_every_example_stands_in_the_code(code: str) -> None:
    files = [*ROOT.glob("grader/sentinel_grader/**/*.py"), *ROOT.glob("grader/tests/mutants/*.py")]
    assert any(_plain(code) in _plain(file.read_text(encoding="utf-8")) for file in files), code


def _plain(code: str) -> str:
    """Code wherever it is indented to."""
    return "\n".join(line.strip() for line in code.splitlines())


def test_the_example_of_a_class_s_own_list_can_be_read(tmp_path: Path) -> None:
    (example,) = _fences("toml")
    (tmp_path / "sentinel.toml").write_text(example)
    added = set(allowed_bases(tmp_path)) - set(allowed_bases(tmp_path / "nowhere"))
    assert added == {"registry.example.org/team/python"}


def test_it_explains_every_verdict_and_no_other() -> None:
    table = PAGE.partition("<!-- verdicts -->")[2].partition("<!-- /verdicts -->")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == [verdict.value for verdict in Verdict]


def test_the_exit_statuses_are_those_of_the_code() -> None:
    said = re.search(r"(\d) all passed, (\d) something failed, (\d) something could not be graded", PAGE)
    assert said
    assert [int(status) for status in said.groups()] == [EXIT[overall] for overall in Overall]
    text = (ROOT / "README.md").read_text(encoding="utf-8").partition("\n| exit status |")[2]
    table = [int(row) for row in re.findall(r"^\| (\d+) \|", text, re.MULTILINE)]
    assert table == [*EXIT.values(), USAGE, ENVIRONMENT, INTERRUPTED]


def test_every_option_that_it_names_is_there() -> None:
    commands = get_command(app).commands  # type: ignore[attr-defined]
    known = {option for command in commands.values() for parameter in command.params for option in parameter.opts}
    prose = re.sub(r"^ *```.*?^ *```$", "", PAGE, flags=re.MULTILINE | re.DOTALL)
    assert set(re.findall(r"`(--[\w-]+)`", prose)) <= known
    typed = [line for block in read(PAGE) for line in block.command.splitlines() if "./sentinel" in line]
    assert {word for line in typed for word in line.split() if word.startswith("--")} <= known


def test_what_it_says_github_runs_is_what_the_workflow_runs() -> None:
    steps = yaml.safe_load((ROOT / ".github" / "workflows" / "grade.yml").read_text())["jobs"]["grade"]["steps"]
    runs = [step["run"].replace('"$TARGET"', "1") for step in steps if "run" in step]
    assert any(block.command.splitlines() == runs for block in read(PAGE) if block.shown_only)
