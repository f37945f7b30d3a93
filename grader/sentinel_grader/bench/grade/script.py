"""The baseline: a shell script that does what a grade asked of the engine, one thing after another, without a sleep.

A folder, made from a trace: `baseline.sh`, the contexts that it builds, the programs and questions that it hands in.
Names and nonces are made up anew each time, so that what had to be made anew in the grade has to be again.
"""

from __future__ import annotations

import re
import secrets
import shlex
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sentinel_grader.bench.grade.steps import Step, environment, steps
from sentinel_grader.observe.learners_images import REPOSITORY, tag_now
from sentinel_grader.observe.leftovers import LABEL
from sentinel_grader.observe.log import CONTEXTS, FILE, Called, Entry
from sentinel_grader.tracing import Trace

NAME = "baseline.sh"
#: How a section begins in what the script prints, for whoever takes the time.
SECTION = "== "
_INSIDE = Path(__file__).with_name("replay_inside.py")
_AGENT = Path(__file__).parents[2] / "observe" / "agent_inside.py"
_HEAD = """\
#!/usr/bin/env bash
# What one grade asked of the engine, one thing after another: the baseline of `./sentinel bench grade`, which made this
# from the log of a real grade. There is no sleep in it; an answer is waited for by asking again.
# What the grader asked only to know what it had made itself is left out, and so is all that it read and judged.
set -euo pipefail
cd "$(dirname "$0")"
scratch=$(mktemp -d)
trap 'rm -r "$scratch"' EXIT
ask() { docker exec --interactive "$1" python -c "$(cat replay_inside.py)" "$(cat agent_inside.py)" < "$2"; }
"""
_WIDTH = 116
#: Larger files hold no nonce: they are planted as junk, or the learner's.
_SMALL = 1_000_000


@dataclass(frozen=True)
class Script:
    """A script that was written: where, and how many commands it runs."""

    path: Path
    commands: int


def write(trace: Trace, source: Path, target: Path, run: str) -> Script:
    """Write the script of `trace`, which lies in `source`, into the folder `target`, which is emptied before. What it
    makes on the engine bears the name of `run`. Raises UnknownCall."""
    swaps = {_run_of(trace.log): run} | {nonce: secrets.token_hex(len(nonce) // 2) for nonce in trace.nonces}
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for program in (_INSIDE, _AGENT):
        shutil.copy(program, target)
    found = steps(trace.log)
    _copy_contexts(source / CONTEXTS, target / CONTEXTS, swaps)
    text = _swapped("\n".join(_lines(found, environment(trace.log), _Files(target, swaps))) + "\n", swaps)
    path = target / NAME
    path.write_text(text)
    path.chmod(0o755)
    return Script(path, len(found))


def _run_of(log: Iterable[Entry]) -> str:
    labels = (entry.body.get("Labels") for entry in log if isinstance(entry, Called) and isinstance(entry.body, dict))
    return str(next(found[LABEL] for found in labels if found and LABEL in found))


def _swapped(text: str, swaps: Mapping[str, str]) -> str:
    for old, new in swaps.items():
        text = text.replace(old, new)
    return text


def _copy_contexts(source: Path, target: Path, swaps: Mapping[str, str]) -> None:
    """With new nonces in the names of files and in what they hold."""
    shutil.copytree(source, target, symlinks=True)
    for path in sorted(target.rglob("*"), reverse=True):  # what is in a folder before the folder
        if path.is_file() and not path.is_symlink() and path.stat().st_size < _SMALL:
            text = path.read_text(errors="surrogateescape")
            if _swapped(text, swaps) != text:
                path.write_text(_swapped(text, swaps), errors="surrogateescape", newline="")
        path.rename(path.with_name(_swapped(path.name, swaps)))


class _Files:
    """What the script hands in, as files beside it: it stays readable so."""

    def __init__(self, folder: Path, swaps: Mapping[str, str]) -> None:
        self._folder, self._swaps, self._known = folder, swaps, dict[str, str]()

    def add(self, name: str, text: str) -> str:
        """Write a file, once; its path from the script's folder."""
        text = _swapped(text, self._swaps)
        if text not in self._known:
            path = self._known[text] = f"{len(self._known) + 1}-{name}"
            (self._folder / path).write_text(text)
        return self._known[text]


def _lines(found: list[Step], variables: Mapping[str, str], files: _Files) -> list[str]:
    lines = [_HEAD, *(f"export {name}={shlex.quote(value)}" for name, value in sorted(variables.items()))]
    section = None
    for step in found:
        if step.observation != section:
            section = step.observation
            lines += ["", f"echo '{SECTION}{section}'"]
        lines.append(_line(step, files) + (" || true" if step.may_fail else ""))
    return lines


def _line(step: Step, files: _Files) -> str:
    if step.questions:
        asked = files.add("questions.jsonl", "".join(f"{question.line()}\n" for question in step.questions))
        return f"ask {step.words[0]} {asked}"
    words = [_word(word, step.folders, files) for word in step.words]
    fed = [f"< {files.add('stdin', step.stdin)}"] if step.stdin else []
    return _wrapped([*words, *fed, "> /dev/null"])


def _word(word: str, folders: Mapping[str, str], files: _Files) -> str:
    option = FILE * word.startswith(FILE)
    for folder, place in folders.items():
        if (path := word.removeprefix(option)) == folder or path.startswith(f"{folder}/"):
            return shlex.quote(f"{option}{place}{path.removeprefix(folder)}")
    if "\n" in word:
        return f'"$(cat {files.add("program.py", word)})"'
    if word.startswith(f"--tag={REPOSITORY}:"):
        word = f"--tag={REPOSITORY}:{tag_now(word.partition(':')[2].partition('-')[0])}"
    passing = re.sub(f"{re.escape(tempfile.gettempdir())}/[^/]+/", "@scratch@/", word)
    return shlex.quote(passing).replace("@scratch@", '"$scratch"')


def _wrapped(words: list[str]) -> str:
    """On lines that fit, if they can; an option stays with its value."""
    lines = [""]
    for number, word in enumerate(words):
        is_value = number > 0 and words[number - 1].startswith("-") and not word.startswith("-")
        if len(lines[-1]) + len(word) > _WIDTH - 20 * (not is_value):
            lines[-1] += "\\"
            lines.append("    ")
        lines[-1] += f"{word} "
    return "\n".join(lines).rstrip()
