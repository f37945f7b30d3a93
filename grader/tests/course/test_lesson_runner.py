"""The lesson runner catches every way in which a lesson can be wrong. No engine: the lessons here are small ones."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psutil
import pytest

from .lessons import LessonError, read
from .output import matches

COURSE = Path(__file__).resolve().parent
PYPROJECT = COURSE.parents[1] / "pyproject.toml"
RIGHT = """
    # A lesson

    ```bash
    echo one
    ```
    ```text
    one
    ```
"""


class Outcome:
    """What pytest said of a sample lesson: for each line of a block its outcome, and all its words."""

    def __init__(self, words: str, status: int) -> None:
        self.words, self.status = words, status
        found = [line.split() for line in words.splitlines() if line.startswith("module-00-sample/README.md:")]
        self.steps = {parts[0].rpartition(":")[2]: parts[1] for parts in found if len(parts) > 1}


class Checkout:
    """A checkout that holds one sample lesson and the runner."""

    def __init__(self, root: Path) -> None:
        self.root = root
        course = root / "grader" / "tests" / "course"
        course.mkdir(parents=True)
        for name in ("conftest.py", "lessons.py", "made.py", "output.py", "run.py", "shell.py"):
            shutil.copy(COURSE / name, course)
        shutil.copy(PYPROJECT, root / "grader")
        (root / "module-00-sample").mkdir()

    def learn(self, lesson: str, *options: str) -> Outcome:
        (self.root / "module-00-sample" / "README.md").write_text(textwrap.dedent(lesson))
        command = [sys.executable, "-m", "pytest", "-c", "grader/pyproject.toml", "--rootdir", ".", "-v"]
        command += ["--import-mode=importlib", "-p", "no:cacheprovider", "--color=no", "-p", "pytest_timeout"]
        done = subprocess.run(
            [*command, *options, "grader/tests"],
            cwd=self.root,
            capture_output=True,
            text=True,
            timeout=60,
            env=_environment(),
            check=False,
        )
        return Outcome(done.stdout + done.stderr, done.returncode)


def _environment() -> dict[str, str]:
    """No engine that answers: these lessons need none, and are quicker without asking one what they left."""
    return {
        "PATH": os.environ["PATH"],
        "DOCKER_HOST": "unix:///nowhere",
        "LC_ALL": "C.UTF-8",
        "COLUMNS": "200",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def lesson(command: str, output: str | None = None, directive: str = "") -> str:
    """A lesson of one block, which starts at line 4, and a second one that depends on it."""
    parts = ["# A lesson", "", f"<!-- lesson: {directive} -->" if directive else "", "```bash", command, "```"]
    parts += [] if output is None else ["", "```text", output, "```"]
    return "\n".join([*parts, "", "```bash", "echo second", "```", ""])


def test_a_right_lesson_passes(checkout: Checkout) -> None:
    outcome = checkout.learn(RIGHT)
    assert outcome.steps == {"4": "PASSED", "nothing-is-left": "PASSED"}, outcome.words


def test_a_wrong_exit_status_fails_and_skips_the_rest(checkout: Checkout) -> None:
    outcome = checkout.learn(lesson("ls /nowhere", "<...>"))
    assert outcome.steps == {"4": "FAILED", "12": "SKIPPED", "nothing-is-left": "SKIPPED"}, outcome.words
    assert "ended with status 2, and the lesson expects 0" in outcome.words
    assert "it stands on line 4 of module-00-sample/README.md, which failed" in outcome.words


def test_a_failure_in_the_middle_of_a_block_fails(checkout: Checkout) -> None:
    outcome = checkout.learn(lesson("false\necho end", "end"))
    assert outcome.steps["4"] == "FAILED", outcome.words


def test_a_failure_that_the_lesson_expects_passes(checkout: Checkout) -> None:
    assert checkout.learn(lesson("(exit 3)", directive="exits 3")).status == 0
    assert "expects 3" in checkout.learn(lesson("true", directive="exits 3")).words


def test_a_wrong_output_fails_with_the_difference(checkout: Checkout) -> None:
    outcome = checkout.learn(lesson("printf 'one\\ntwo\\n'", "one\nthree"))
    assert outcome.steps["4"] == "FAILED"
    assert "- three" in outcome.words
    assert "+ two" in outcome.words
    assert "Line 5, typed as it stands there" in outcome.words


def test_a_hang_fails_at_its_deadline(checkout: Checkout) -> None:
    began = time.monotonic()
    outcome = checkout.learn(lesson("sleep 3600", directive="within 1 s"))
    assert outcome.steps["4"] == "FAILED"
    assert "it did not end within 1 s, and printed nothing" in outcome.words
    assert time.monotonic() - began < 40


def test_a_block_that_reads_from_the_terminal_ends(checkout: Checkout) -> None:
    assert "ended with status 1" in checkout.learn(lesson("read answer")).words


def test_a_block_that_never_ends_is_ended_with_all_that_it_started(checkout: Checkout) -> None:
    command = f"tail -f README.md & {_runaway(3602)} & while :; do echo tick; sleep 0.1; done"
    outcome = checkout.learn(lesson(f"cd module-00-sample; {command}", directive="within 2 s"))
    assert outcome.steps["4"] == "FAILED"
    assert "it did not end within 2 s, though it printed something" in outcome.words
    assert "tick" in outcome.words
    assert not _alive("sleep(3602)")


def test_a_block_that_floods_is_ended_before_the_disk_is_full(checkout: Checkout) -> None:
    assert "it printed over 1000000 bytes" in checkout.learn(lesson("yes")).words


@pytest.mark.parametrize("command", ["echo 'one", "cat <<END\none", "if true; then"])
def test_an_unfinished_command_swallows_nothing(checkout: Checkout, command: str) -> None:
    outcome = checkout.learn(lesson(command, "<...>"))
    assert outcome.steps["4"] == "FAILED"
    assert "never closed" in outcome.words


def test_a_block_that_ends_its_shell_fails(checkout: Checkout) -> None:
    outcome = checkout.learn(lesson("exit 3"))
    assert outcome.steps["4"] == "FAILED"
    assert "ended the lesson's shell, with status 3" in outcome.words


def test_what_runs_on_at_the_end_is_named_and_ended(checkout: Checkout) -> None:
    outcome = checkout.learn(lesson(f"{_runaway(3601)} &"))
    assert outcome.steps["4"] == "PASSED", outcome.words
    assert outcome.steps["nothing-is-left"] == "FAILED"
    assert "time.sleep(3601)" in outcome.words
    assert not _alive("sleep(3601)")


def test_state_lasts_from_block_to_block(checkout: Checkout) -> None:
    text = lesson("cd grader; export WHERE=here; there() { echo there; }") + "```bash\necho $WHERE; there; ls\n```\n"
    outcome = checkout.learn(text + "```text\nhere\nthere\npyproject.toml\ntests\n```\n")
    assert outcome.status == 0, outcome.words


def test_the_checkout_stays_as_it_was(checkout: Checkout) -> None:
    assert checkout.learn(lesson("rm -r module-00-sample; echo x >new")).status == 0
    assert (checkout.root / "module-00-sample").exists()
    assert not (checkout.root / "new").exists()


def test_the_course_command_is_that_of_the_checkout(checkout: Checkout) -> None:
    (checkout.root / "sentinel").write_text("not to be run")
    outcome = checkout.learn(lesson("cd module-00-sample; ../sentinel --version", "sentinel <...>"))
    assert outcome.status == 0, outcome.words


def test_a_block_asked_for_alone_runs_those_before_it(checkout: Checkout) -> None:
    text = "```bash\nexport A=1\n```\n\n```bash\necho $A\n```\n```text\n1\n```\n"
    outcome = checkout.learn(text, "-k", "README.md:5")
    assert outcome.steps == {"5": "PASSED"}, outcome.words


def test_the_port_and_the_project_are_the_lessons_own_and_read_as_the_readers(checkout: Checkout) -> None:
    command = "echo 127.0.0.1:8000 localhost:$SENTINEL_PORT $COMPOSE_PROJECT_NAME-1\ntest $SENTINEL_PORT != 8000\n"
    command += "echo $COMPOSE_PROJECT_NAME >name; cat name | tr a-z A-Z"
    outcome = checkout.learn(lesson(command, "127.0.0.1:8000 localhost:8000 sentinel-1\nLESSON-MODULE-00-SAMPLE"))
    assert outcome.status == 0, outcome.words


def test_a_block_that_is_only_shown_is_reported_with_its_reason(checkout: Checkout) -> None:
    outcome = checkout.learn(lesson("rm -rf /", directive="shown only, because it needs a terminal"))
    assert outcome.steps["4"] == "SKIPPED"
    assert "shown only, because it needs a terminal" in outcome.words
    assert "2 passed, 1 skipped" in outcome.words


def test_what_is_not_there_skips_with_its_name(checkout: Checkout) -> None:
    outcome = checkout.learn("<!-- lesson: needs cluster -->\n" + lesson("false"))
    assert outcome.status == 0, outcome.words
    assert "line 5 needs cluster, and there is none here" in outcome.words


def test_a_lesson_on_an_engine_is_left_out_without_one(checkout: Checkout) -> None:
    outcome = checkout.learn("<!-- lesson: needs engine -->\n" + lesson("false"), "-m", "not engine")
    assert outcome.status == 5, outcome.words


def test_an_unknown_directive_is_an_error_that_names_its_line(checkout: Checkout) -> None:
    outcome = checkout.learn(lesson("true", directive="needs luck"))
    assert outcome.status == 2
    assert "module-00-sample/README.md, line 3: unknown directive 'needs luck'" in outcome.words


def test_directives_above_the_title_hold_for_all() -> None:
    blocks = read("<!-- lesson: needs engine -->\n<!-- lesson: within 9 s -->\n" + lesson("a", directive="exits 1"))
    assert [(*block.needs, block.within, block.exits) for block in blocks] == [("engine", 9.0, 1), ("engine", 9.0, 0)]


def test_fences_in_lists_and_in_folded_text_are_found() -> None:
    text = "- a\n\n  ```bash\n  one\n  ```\n\n<details><summary>b</summary>\n\n```bash\ntwo\n```\n\n</details>\n"
    assert [(block.line, block.command) for block in read(text)] == [(3, "one\n"), (9, "two\n")]


def test_an_output_belongs_to_the_commands_right_before_it() -> None:
    text = "```bash\na\n```\nIt prints:\n```text\nA\n```\n```bash\nb\n```\n# Next\n```text\nno output\n```\n"
    assert [block.output for block in read(text)] == ["A\n", None]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<!-- lesson: needs luck -->\n```bash\na\n```\n", "line 1: unknown directive 'needs luck'"),
        ("<!-- lesson: shown only -->\n```bash\na\n```\n", "unknown directive"),
        ("<!-- lesson: exits -1 -->\n```bash\na\n```\n", "unknown directive"),
        ("text <!-- lesson: exits 1 -->\n```bash\na\n```\n", "needs lines of its own"),
        ("# A\n<!-- lesson: exits 1 -->\n", "the last directive has no ```bash block after it"),
        ("<details>\n```bash\na\n```\n</details>\n", "put an empty line between"),
    ],
)
def test_what_the_runner_would_misread_is_an_error(text: str, said: str) -> None:
    with pytest.raises(LessonError, match=said.replace("`", "\\`")):
        read(text)


@pytest.mark.parametrize(
    ("expected", "seen", "match"),
    [
        ("a", "a\n", True),
        ("a", "a  \n\n", True),
        ("a", "\x1b[32ma\x1b[0m\n", True),
        ("a", " a", False),
        ("a", "a\nb", False),
        ("a\nb", "a", False),
        ("a.c", "abc", False),
        ("a<...>c", "abc", True),
        ("a<...>c", "ac", True),
        ("a<...>c", "a\nc", False),
        ("id <...>, <...>!", "id 1, 2!", True),
        ("a\n<...>\nb", "a\nb", True),
        ("a\n<...>\nb", "a\nx\ny\nb", True),
        ("a\n<...>\nb", "a\nx\ny\nb\nc", False),
        ("<...>\nb\n<...>\nb", "b\nx\nb", True),
        ("<...>\nb\n<...>\nb", "b", False),
        ("  <...>", "anything", True),
        ("<...>", "", True),
        ("", "", True),
        ("", "a", False),
    ],
)
def test_output_is_compared_exactly_but_for_what_varies(expected: str, seen: str, match: bool) -> None:
    assert matches(expected, seen) is match


def test_many_gaps_are_compared_quickly() -> None:
    began = time.monotonic()
    assert not matches("<...>\na\n" * 40 + "b", "a\n" * 2000)
    assert time.monotonic() - began < 5


def _runaway(seconds: int) -> str:
    """A command that leaves the session of its shell, as daemons do. (`setsid` is not on macOS.)"""
    return f"{sys.executable} -c 'import os, time; os.setsid(); time.sleep({seconds})'"


def _alive(words: str) -> bool:
    return any(words in " ".join(process.info["cmdline"] or []) for process in psutil.process_iter(["cmdline"]))
