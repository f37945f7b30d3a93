"""On terminals that know few signs the grader speaks with those, and never crashes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import sentinel_grader

FEW = {
    "ascii": {"PYTHONIOENCODING": "ascii"},
    "latin-1": {"PYTHONIOENCODING": "latin-1"},
    "C": {"LC_ALL": "C"},
    "C, taken at its word": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
}


def run(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[bytes]:
    command = [str(Path(sys.executable).with_name("sentinel")), *arguments]
    return subprocess.run(command, env={**os.environ, **environment}, capture_output=True, timeout=300)


@pytest.mark.parametrize("environment", FEW.values(), ids=FEW)
@pytest.mark.parametrize("verb", [["tasks"], ["hint", "1", "--all"], ["grade", "1.9"]], ids=" ".join)
def test_a_terminal_with_few_signs_gets_words_all_the_same(environment: dict[str, str], verb: list[str]) -> None:
    done = run(environment, *verb)
    assert b"Traceback" not in done.stderr, done.stderr.decode(errors="replace")
    assert done.returncode == (3 if verb[0] == "grade" else 0)
    assert done.stdout or done.stderr


def test_a_sign_is_spelt_so_that_it_can_be_told_from_others() -> None:
    words = "from sentinel_grader.reports import encoding, words; encoding.be_readable_anywhere(); "
    script = words + "print(*words.MARKS.values(), '→', 'é', '容')"
    done = subprocess.run(
        [sys.executable, "-c", script], env={**os.environ, **FEW["ascii"]}, capture_output=True, timeout=60, check=True
    )
    assert done.stdout == b"+ x - . -> ? ?\n"


def test_programs_that_are_given_to_containers_as_arguments_are_ascii() -> None:
    """Else they could not be given at all where arguments are."""
    programs = sorted(Path(sentinel_grader.__file__).parent.glob("observe/*_inside.py"))
    assert programs
    assert [program.name for program in programs if not program.read_bytes().isascii()] == []


@pytest.mark.engine
@pytest.mark.timeout(300)
def test_a_grade_reaches_its_end_in_ascii(tmp_path: Path) -> None:
    """The empty checkout of one who has not begun: what is missing is said, in signs that are there."""
    done = run(
        {**FEW["ascii"], "SENTINEL_STATE": str(tmp_path / "state")}, "grade", "1.1", "--submission", str(tmp_path)
    )
    assert done.returncode == 1, done.stderr.decode()
    assert done.stdout.isascii()
    assert b"x m1.builds" in done.stdout
