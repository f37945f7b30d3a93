"""A stranger's text, made fit to be shown: nothing in it hides, commands, or fills the page.

What is changed is changed visibly, between ⟨ and ⟩. A text's own brackets of this kind are changed too. So nobody can
forge such a mark, and two texts that differ are shown differently.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

#: Characters that have a name that people know.
_NAMES = {"\0": "NUL", "\t": "tab", "\n": "LF", "\r": "CR", "\x1b": "ESC", "\x7f": "DEL"}
#: Controls, what steers the direction of writing (Cf), surrogates, what no XML may hold (Cn), strange line ends and
#: spaces: https://www.unicode.org/reports/tr44/#General_Category_Values
_HIDING = {"Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp", "Zs"}
#: Letters and marks that are blank all the same: https://www.unicode.org/reports/tr44/#Default_Ignorable_Code_Point
_BLANK = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")
_SUSPECT = re.compile(r"[^ -~\n]")
#: The commands that GitHub's runner reads from a log: `::name …` at the start of a line, the older `##[name …]`
#: anywhere in it (actions/runner, src/Runner.Common/ActionCommand.cs); and Azure's `##vso[…]`.
_COMMAND = re.compile(r"^ *:(?=:)|(?<=#)#(?=\w{0,20}\[)", re.MULTILINE)


def shown(text: str, *, most: int = 4000, lines: int = 40) -> str:
    """`text` without tricks, and at most about `most` characters and `lines` lines of it; with one, on one line."""
    if len(text) <= most and (lines == 1 or text.count("\n") < lines):
        return _visible(text, lines)
    head, tail = text[: most * 2 // 3], text[len(text) - most // 3 :]
    if lines > 1:
        head = "\n".join(head.split("\n")[: lines * 2 // 3])
        tail = "\n".join(tail.split("\n")[-max(1, lines // 3) :])
    return _visible(head, lines) + _note(text, len(text) - len(head) - len(tail)) + _visible(tail, lines)


def _note(text: str, left_out: int) -> str:
    """How much is missing; and a digest of all, so that texts that differ only in what is missing look different."""
    digest = hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:16]
    return f"⟨… {left_out} of {len(text)} characters left out, sha256 of all {digest} …⟩"


def _visible(text: str, lines: int) -> str:
    text = _SUSPECT.sub(lambda found: _named(found[0]) if _hides(found[0]) else found[0], text)
    if lines == 1:
        text = text.replace("\n", _named("\n"))
    return _COMMAND.sub(lambda found: found[0][:-1] + _named(found[0][-1]), text)


def _hides(character: str) -> bool:
    return character in "⟨⟩" or unicodedata.category(character) in _HIDING or bool(_BLANK.match(character))


def _named(character: str) -> str:
    return f"⟨{_NAMES.get(character) or f'U+{ord(character):04X}'}⟩"
