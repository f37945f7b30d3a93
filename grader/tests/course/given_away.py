"""What each solution has and its starter has not, word by word: whatever a first hint must not hold.

It goes by the real difference of what is handed out and what solves it, file by file. So a task that is added falls
under it by itself.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import PurePosixPath

from sentinel_grader import pristine, scratch
from sentinel_grader.observe.decision_card import TAG
from sentinel_grader.observe.notebook_cells import tagged_cells
from sentinel_grader.observe.outcome import Place

#: Words that are everyday words too (`build`, `install`) give nothing away, and single letters and signs do not either.
_EVERYDAY = re.compile(r"[a-z]*|\W*|\d{1,2}|-m")


@cache
def given_away() -> dict[str, frozenset[str]]:
    """By the solution's file: instructions, options, variables, paths, patterns, keys, names, commands of Redis."""
    handed_out = pristine.contents()
    solutions = [name for name in handed_out if "/solutions/" in name]
    return {
        name: frozenset(
            _words(
                name,
                handed_out[name].decode(),
                handed_out.get(name.replace("/solutions/", "/exercises/"), b"").decode(),
            )
        )
        for name in solutions
    }


def _words(name: str, solved: str, starter: str) -> set[str]:
    match PurePosixPath(name).suffix:
        case ".ipynb":
            found = _parts(_cell(solved)) - _parts(_cell(starter))
        case ".py":
            found = set(_of_code(solved)) - set(_of_code(starter))
        case _:
            known = set(starter.splitlines())
            lines = [line for line in solved.splitlines() if line not in known]
            found = _parts(" ".join(line for line in lines if not line.lstrip().startswith("#")).replace("\\", " "))
            found = {word.rstrip(":") for word in found}  # a key of YAML, which is an everyday word as any other
    return {word for word in found if not _EVERYDAY.fullmatch(word)}


def _cell(notebook: str) -> str:
    with scratch.folder("hints") as folder:
        (path := folder / "notebook.ipynb").write_text(notebook)
        (cell,) = tagged_cells(path, TAG, Place(pristine.NOTEBOOK))
        return cell


def _parts(text: str) -> set[str]:
    return {part for word in text.split() for part in (word, *re.split(r"[=,\[\]\"]", word))}


def _of_code(text: str) -> Iterator[str]:
    """Names, words of strings that are no docstrings, and what Redis is asked to do, as it calls it itself."""
    before = tokenize.NEWLINE
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.NAME:
            yield token.string
        elif token.type == tokenize.STRING and before not in (tokenize.NEWLINE, tokenize.INDENT, tokenize.NL):
            yield from _parts(token.string.strip("\"'"))
        if token.type != tokenize.COMMENT:
            before = token.type
    yield from (command.upper() for command in re.findall(r"redis\w*\.(\w+)\(", text))


def told_by(hint: str) -> set[str]:
    """What of all solutions a hint gives away."""
    every = {word for words in given_away().values() for word in words}
    return {word for word in every if re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", hint)}
