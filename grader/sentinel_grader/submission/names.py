"""Names of files: which are left out, and which no checkout on another system could hold."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from fnmatch import fnmatchcase

from sentinel_grader.submission.refusal import Refusal, is_plain, shown

#: What the course's .gitignore keeps out of a repository (a test compares the two): never part of a submission.
LEFT_OUT = frozenset(
    {".git", ".venv", ".env", ".ds_store", "__pycache__", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".hypothesis"}
    | {".ipynb_checkpoints"}
)
#: And what editors lay beside a file while they have it open, or write it: vim's swap files, Emacs' locks and copies,
#: JetBrains' and Kate's. A learner neither made them nor sees them, and they change with every key.
_PASSING = ("*.egg-info", "*~", "*.sw[opx]", "4913", ".#*", "#*#", "*___jb_tmp___", "*___jb_old___", ".*.kate-swp")
#: Where the grader would keep what it recorded: nobody hands that in.
OURS = ".sentinel"

#: https://learn.microsoft.com/windows/win32/fileio/naming-a-file: a learner's class mates could not check these out,
#: and `\` or `:` mean another file there than here.
_NOT_ON_WINDOWS = frozenset('\\:*?"<>|')
_DEVICES = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10))}
)


def is_left_out(name: str) -> bool:
    """Whether a file or folder of this name is passed over without a word, whatever it is."""
    folded = name.casefold()
    return folded in LEFT_OUT or any(fnmatchcase(folded, pattern) for pattern in _PASSING)


def is_environment(names: Collection[str], path: str) -> bool:
    """Whether a folder with these `names` in it is a virtual environment, whatever it is called: `python -m venv env`
    is the most usual thing to lie about in an exercise, and git leaves it out too (it holds a .gitignore of its own).
    Not an exercise's own folder: what is in there by mistake has to be told."""
    return "pyvenv.cfg" in names and path.count("/") > 2


def folded(name: str) -> str:
    """The same for names that one folder of macOS or Windows cannot hold side by side."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def refused_name(name: str, path: str) -> Refusal | None:
    """What is wrong with `name`, the last part of `path`."""
    where = shown(path)
    if name.casefold() == OURS:
        saw = f"There is a {OURS} in the submission; only the grader writes such a folder, and not there."
        return Refusal("sentinel_folder", where, saw, remedy="Delete it, and leave it out of the repository.")
    try:
        name.encode()
    except UnicodeEncodeError:
        return Refusal("name_not_utf8", where, "This name is not valid UTF-8.", remedy=_RENAME)
    if hidden := [character for character in name if not is_plain(character)]:
        saw = f"This name holds {shown(hidden[0])}, which cannot be seen when it is printed."
        return Refusal("name_invisible", where, saw, remedy=_RENAME)
    if bad := sorted(_NOT_ON_WINDOWS & set(name)):
        return Refusal("name_not_portable", where, f"This name holds {bad[0]}, which Windows forbids.", remedy=_RENAME)
    if name != name.rstrip(" .") or name.split(".")[0].casefold() in _DEVICES:
        return Refusal("name_not_portable", where, "Windows cannot hold a file of this name.", remedy=_RENAME)
    return None


_RENAME = "Rename it: letters, digits, dot, hyphen and underscore are safe everywhere."
