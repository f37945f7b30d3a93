"""Files and folders that a Compose file names: beside it or below, and nowhere else."""

from __future__ import annotations

import os
import re
from pathlib import Path, PurePosixPath

from sentinel_grader.policy.compose.forms import single
from sentinel_grader.policy.compose.judge import Judge
from sentinel_grader.policy.compose.tree import Value
from sentinel_grader.submission.names import is_left_out
from sentinel_grader.submission.refusal import shown

_PLAIN = re.compile(r"[\w.@+-]+(?:/[\w.@+-]+)*/?", re.ASCII)
_REMEDY = "Name a file or folder beside this file, such as ./alerter."


def inside(value: Value, judge: Judge) -> str | None:
    """What the value names, relative to the Compose file's folder; None where it was refused.

    In the model paths are absolute, since Compose made them so.
    """
    scalar = single(value, judge, _REMEDY)
    if not scalar:
        return None
    path = _below(scalar.text, judge)
    if path is None or not _stays(judge.folder, path):
        saw = f"names `{shown(scalar.text, 80)}`, which is not plainly in this folder."
        judge.refuse("path_leads_out", value, saw, _REMEDY)
        return None
    return path


def _below(written: str, judge: Judge) -> str | None:
    if judge.project:
        top = f"{judge.folder}{os.sep}"
        written = "." if written == str(judge.folder) else written.removeprefix(top)
    if written in (".", "./"):
        return "."
    plain = written.removeprefix("./")
    if not _PLAIN.fullmatch(plain) or {".", ".."} & set(plain.split("/")):
        return None
    return PurePosixPath(plain).as_posix()


def _stays(folder: Path, path: str) -> bool:
    """Whether no link on the way leads out. A clean copy has none; this is for whoever judges another folder."""
    return (folder / path).resolve().is_relative_to(folder.resolve())


def existing(value: Value, judge: Judge, *, needed: bool = True) -> str | None:
    """The same for a file that must be there. It is noted as one that the Compose file reads."""
    path = inside(value, judge)
    if path is None:
        return None
    if (judge.folder / path).is_file():
        judge.files.add(path)
        return path
    if any(map(is_left_out, path.split("/"))):
        saw = f"names `{shown(path, 80)}`, and a file of that name is never part of a submission."
        remedy = "Call it something else, or write `required: false` where the file may be missing."
    else:
        saw = f"names `{shown(path, 80)}`, and there is no such file."
        remedy = "Add the file to the repository."
    if needed:
        judge.refuse("no_such_file", value, saw, remedy)
    return None
