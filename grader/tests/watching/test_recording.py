"""The recorder: a screen as a terminal shows it, a recording that plays, a picture that is small, and has an end."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from sentinel_grader import course, pristine
from sentinel_grader.paths import ROOT
from sentinel_grader.watching.recording import cast, picture
from sentinel_grader.watching.recording.screen import Screen
from sentinel_grader.watching.recording.session import COLUMNS, ROWS, TASKS

CAST, SVG = ROOT / ".github" / "watch.cast", ROOT / ".github" / "watch.svg"
CHUNKS = [
    (0.0, "Watching\r\n"),
    (0.5, "⠋ 0 of 4 checks decided"),
    (0.7, "\r\x1b[2K⠙ 0 of 4 checks decided\r\n  build 1 s"),
    (20.0, "\r\x1b[2K\x1b[1A\x1b[2K\x1b[32m✓ \x1b[0m\x1b[1mm1.builds\x1b[0m\r\n"),
    (21.0, "4 of 13 points: failed\r\n<&>"),
]


def _text(screen: Screen) -> list[str]:
    return ["".join(character for character, _ in line) for line in screen.lines()]


def test_a_screen_shows_what_a_terminal_would() -> None:
    screen = Screen(12, 3)
    screen.feed("one\r\n\x1b[1;31mtwo\x1b[0m \x1b[2mdim\x1b[22m x  \r\nthree")
    assert _text(screen) == ["one", "two dim x", "three"]
    (_, red), (_, dim) = screen.lines()[1][0], screen.lines()[1][4]
    assert (red.colour, red.bold, dim.dim, dim.colour) == ("red", True, True, "")
    screen.feed("\r\x1b[2K\x1b[1Athe second line is long\x1b[?25l")
    assert _text(screen) == ["one", "the second l", "ine is long"]
    screen.feed("\r\nlast\rLA\b\x1b[K!")
    assert _text(screen) == ["the second l", "ine is long", "L!"]


def test_a_recording_can_be_read_back_and_is_in_real_time() -> None:
    head, chunks = cast.read(cast.write(CHUNKS, columns=80, rows=24, title="it"))
    assert (head["version"], head["width"], head["height"], head["title"]) == (2, 80, 24, "it")
    assert chunks == CHUNKS


def test_a_picture_has_a_moment_for_what_is_said_and_not_for_each_turn_of_a_spinner() -> None:
    thin = picture.thinned(CHUNKS, 80, 24)
    assert [at for at, _ in thin] == [0.0, 0.5, 20.0, 21.0]
    moments = picture.moments(thin, 80, 24)
    assert len(moments) == 3
    assert max(seconds for seconds, _ in moments[:-1]) <= cast.IDLE, "long waits are left out"
    drawn = picture.render(thin, columns=80, rows=24, title="a & b", description="c")
    frames = ET.fromstring(drawn).findall("{http://www.w3.org/2000/svg}g")
    assert len(frames) == 3
    assert "".join(frames[-1].itertext()).endswith("4 of 13 points: failed<&>")
    assert [frame.get("class") for frame in frames] == ["f f0", "f f1", "f f2 last"]
    for words in ("prefers-color-scheme: dark", "prefers-reduced-motion", "a &amp; b"):
        assert words in drawn


@pytest.mark.parametrize("number", TASKS)
def test_what_is_recorded_is_a_mistake_in_a_file_of_the_task(number: int) -> None:
    task = TASKS[number]
    assert task.file in next(each.files for each in course.MODULES[0].tasks if each.number == number)
    assert task.right in pristine.contents()[f"module-01-containers/solutions/{task.file}"].decode()


def test_the_recording_in_the_readme_is_one_and_its_picture_is_made_of_it() -> None:
    head, chunks = cast.read(CAST.read_text())
    last = picture.moments(chunks, COLUMNS, ROWS)[-1][1]
    assert "./sentinel watch" in str(head["title"])
    assert any("points: passed" in text for _, text in chunks)
    assert max(SVG.stat().st_size, CAST.stat().st_size) < 150_000
    assert last
    description = ET.fromstring(SVG.read_text()).findtext("{http://www.w3.org/2000/svg}desc") or ""
    again = picture.render(chunks, columns=COLUMNS, rows=ROWS, title=str(head["title"]), description=description)
    assert again == SVG.read_text(), "python -m sentinel_grader.watching.recording --picture-only"
    assert ".github/watch.svg" in (ROOT / "README.md").read_text()
