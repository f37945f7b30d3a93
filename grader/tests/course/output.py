"""The output that a lesson shows, compared with what was seen.

`<...>` stands for anything within a line; a line that is `<...>` alone stands for any number of lines, none included.
Colours and white space at the ends of lines are left out of the comparison, and so are empty lines at the very end.
"""

from __future__ import annotations

import difflib
import re

ANYTHING = "<...>"
_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")


def matches(expected: str, seen: str) -> bool:
    """Whether `seen` is what the lesson shows. Follows all ways to match at once, so it is quick on any input."""
    wanted = lines(expected)
    places = _skip_gaps({0}, wanted)
    for line in lines(seen):
        after = {place for place in places if place < len(wanted) and wanted[place].strip() == ANYTHING}
        after |= {place + 1 for place in places - after if place < len(wanted) and _line_matches(wanted[place], line)}
        places = _skip_gaps(after, wanted)
    return len(wanted) in places


def _skip_gaps(places: set[int], wanted: list[str]) -> set[int]:
    """With each place before a line `<...>`, also the place after it: it may stand for no line at all."""
    found = set(places)
    for place, line in enumerate(wanted):
        if place in found and line.strip() == ANYTHING:
            found.add(place + 1)
    return found


def lines(text: str) -> list[str]:
    """The lines as they are compared."""
    stripped = [line.rstrip() for line in _ANSI.sub("", text).replace("\r\n", "\n").split("\n")]
    while stripped and not stripped[-1]:
        stripped.pop()
    return stripped


def _line_matches(wanted: str, line: str) -> bool:
    pattern = ".*".join(re.escape(part) for part in wanted.split(ANYTHING))
    return re.fullmatch(pattern, line) is not None


def difference(expected: str, seen: str) -> str:
    """What differs, line by line: `-` the lesson shows it, `+` it was seen. Lines that match look alike."""
    wanted = lines(expected)
    patterns = [line for line in wanted if ANYTHING in line and line.strip() != ANYTHING]
    alike = [next((each for each in patterns if _line_matches(each, line)), line) for line in lines(seen)]
    return "\n".join(difflib.ndiff(wanted, alike))
