"""From bytes to lines: bounds and characters, before anything is parsed."""

from __future__ import annotations

from sentinel_grader.policy.refused import Refused
from sentinel_grader.submission.refusal import is_plain, shown

#: Bounds. The course's longest Dockerfile has 40 lines of at most 120 characters.
MOST_BYTES = 64_000
#: BuildKit itself stops at 65,535 bytes in a line.
MOST_IN_LINE = 4_000
MOST_LINES = 2_000


def lines_of(data: bytes | str) -> tuple[str, ...]:
    """The file's lines without their line feeds; a carriage return before one stays. Raises Refused.

    A byte order mark at the beginning is dropped, as BuildKit does, and line ends of Windows are taken, as it takes
    them. Every other control character is refused: what counts as a blank differs between versions of BuildKit, and
    between it and the reader's eye.
    """
    text = _decoded(data).removeprefix("\ufeff")
    if len(text) > MOST_BYTES:
        raise _too_large()
    lines = tuple(text.split("\n"))
    if len(lines) > MOST_LINES:
        raise Refused("too_many_lines", MOST_LINES + 1, f"It has {len(lines)} lines.",
                      f"Keep it under {MOST_LINES}.")  # fmt: skip
    for number, line in enumerate(lines, 1):
        _check(line, number)
    return lines


def _decoded(data: bytes | str) -> str:
    if len(data) > MOST_BYTES:
        raise _too_large()
    try:
        return data.decode() if isinstance(data, bytes) else data.encode().decode()
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        saw = f"The byte 0x{error.object[error.start]:02x} is not valid UTF-8."
        raise Refused("not_utf8", line, saw, "Save the file as UTF-8.") from None
    except UnicodeEncodeError as error:
        line = error.object[: error.start].count("\n") + 1
        raise Refused("not_utf8", line, "It holds half a character.", "Save the file as UTF-8.") from None


def _check(line: str, number: int) -> None:
    if len(line) > MOST_IN_LINE:
        saw = f"This line has {len(line)} characters; at most {MOST_IN_LINE} are read."
        raise Refused("line_too_long", number, saw, "Break it with a backslash, or put the data into a file.")
    for character in line.removesuffix("\r"):
        if character < " " and character != "\t":
            saw = f"This line holds the control character {shown(character)}."
            raise Refused("control_character", number, saw, "Delete it; a Dockerfile is plain text.")


def check_visible(line: str, number: int) -> None:
    """Refuse blanks that are none, and characters that nobody sees, in a line that BuildKit would read words from."""
    for character in line.removesuffix("\r"):
        if character != "\t" and not is_plain(character):
            saw = f"This line holds {shown(character)}, which looks like a blank or like nothing."
            raise Refused("invisible_character", number, saw, "Type the line again; it was probably pasted.")


def _too_large() -> Refused:
    return Refused("file_too_large", None, f"It is larger than {MOST_BYTES} bytes.", "Move data into files.")
