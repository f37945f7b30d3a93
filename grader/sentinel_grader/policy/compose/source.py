"""From bytes to text: bounds and characters, before anything is parsed."""

from __future__ import annotations

from sentinel_grader.policy.refused import Refused
from sentinel_grader.submission.refusal import is_plain, shown

#: Bounds. The course's own Compose file has 80 lines of at most 130 characters.
MOST_BYTES = 64_000
MOST_LINES = 1_500
MOST_IN_LINE = 2_000


def text_of(data: bytes) -> str:
    """The text of a YAML or environment file. Raises Refused.

    What YAML 1.1 takes for the end of a line and 1.2 does not (U+0085, U+2028, U+2029) is among the characters that
    are refused: here a comment ends where everybody sees it end.
    """
    if len(data) > MOST_BYTES:
        raise Refused("file_too_large", None, f"It is larger than {MOST_BYTES} bytes.", "Move data into other files.")
    try:
        text = data.decode().removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        number = data[: error.start].count(b"\n") + 1
        saw = f"The byte 0x{data[error.start]:02x} is not valid UTF-8."
        raise Refused("not_utf8", number, saw, "Save the file as UTF-8.") from None
    lines = text.replace("\r\n", "\n").split("\n")
    if len(lines) > MOST_LINES:
        raise Refused("too_many_lines", MOST_LINES + 1, f"It has {len(lines)} lines.", f"Keep it under {MOST_LINES}.")
    for number, line in enumerate(lines, 1):
        _check(line, number)
    return "\n".join(lines)


def _check(line: str, number: int) -> None:
    if len(line) > MOST_IN_LINE:
        saw = f"This line has {len(line)} characters; at most {MOST_IN_LINE} are read."
        raise Refused("line_too_long", number, saw, "Put data into a file of its own.")
    for character in line:
        if character != "\t" and not is_plain(character):
            saw = f"This line holds {shown(character)}, which cannot be seen."
            raise Refused("invisible_character", number, saw, "Type the line again; it was probably pasted.")
