"""The pictures say what the recordings do, in SVG that any browser draws and nobody's words can break."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentinel_grader.notebook import card_map, images, pictures
from sentinel_grader.notebook.images import ImageSeen, LayerSeen, Seen
from sentinel_grader.notebook.svg import GREY, WIDTH, Picture

SEEN = images.stored()
DRAWN = (pictures.layers, pictures.starts, pictures.rebuilds)


def texts(picture: Picture) -> list[str]:
    return [element.text or "" for element in ET.fromstring(picture).iter() if element.tag.endswith("}text")]


def boxes(picture: Picture, colour: str) -> list[ET.Element]:
    return [each for each in ET.fromstring(picture).iter() if each.get("fill") == colour and each.get("rx") == "3"]


def test_the_stored_recordings_say_how_they_were_made_and_are_of_two_very_different_images() -> None:
    assert SEEN.made_by == "python -m sentinel_grader.notebook.record"
    assert re.search(r"Docker Engine \d", SEEN.source)
    assert SEEN.missing == ""
    assert SEEN.naive.new_bytes > 5 * SEEN.yours.new_bytes > 0
    assert SEEN.naive.edit_seconds > 3 * SEEN.yours.edit_seconds > 0


@pytest.mark.parametrize("draw", DRAWN)
def test_a_picture_has_a_title_a_sentence_and_its_source(draw: Callable[[Seen], Picture]) -> None:
    root = ET.fromstring(draw(SEEN))
    assert [child.tag.rpartition("}")[2] for child in root][:2] == ["title", "desc"]
    assert texts(draw(SEEN))[-1] == f"Drawn from {SEEN.source}."


def test_layers_are_as_wide_as_they_have_bytes() -> None:
    image = ImageSeen(100_000_000, [LayerSeen("RUN a", 50_000_000), LayerSeen("RUN b", 25_000_000)], 1, 1, 1)
    picture = pictures.layers(Seen("a test", image, image))
    wide = {each[0].text: float(each.get("width", 0)) for each in ET.fromstring(picture).iter() if len(each) == 1}
    assert wide["50 MB: RUN a"] == pytest.approx(2 * wide["25 MB: RUN b"], rel=0.02)
    assert "175 MB" in texts(picture)


def test_what_is_not_the_reader_s_own_is_never_called_yours() -> None:
    borrowed = msgspec.structs.replace(SEEN, missing="There is no engine.")
    for draw in DRAWN:
        words = " ".join(texts(draw(borrowed)))
        assert "solution" in words
        assert not re.search(r"\byours?\b", words)
    assert str(borrowed).startswith("There is no engine.\n\nDrawn from: ")


WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=150) | st.just('</text><script>"&')
SECONDS = st.floats(0, 1e5)
IMAGES = st.builds(
    ImageSeen,
    st.integers(0, 10**10),
    st.lists(st.builds(LayerSeen, WORDS, st.integers(0, 10**10)), max_size=12),
    SECONDS, SECONDS, SECONDS,
)  # fmt: skip


@given(seen=st.builds(Seen, WORDS, IMAGES, IMAGES, WORDS))
def test_any_recording_can_be_drawn_and_nothing_sticks_out(seen: Seen) -> None:
    for draw in DRAWN:
        root = ET.fromstring(draw(seen))
        assert not [each.tag for each in root.iter() if each.tag.endswith("}script")]
        for each in root.iter():
            if each.tag.endswith("}rect"):
                assert float(each.get("x", 0)) + float(each.get("width", 0)) <= WIDTH


# The map of a card.


def by_memory(case: dict[str, Any]) -> str:
    return "kubernetes" if case["copies"] * case["memory_mb"] > case["machine_mb"] else "virtualenv"


def test_the_map_shows_each_answer_in_its_colour() -> None:
    picture = card_map.card_map(by_memory)
    cells = len(card_map.COPIES) * len(card_map.MEMORY)
    many = sum(copies * memory > 4096 for copies in card_map.COPIES for memory in card_map.MEMORY)
    legend = 1
    assert len(boxes(picture, card_map.COLOURS["kubernetes"])) == 3 * many + legend
    assert len(boxes(picture, card_map.COLOURS["virtualenv"])) == 3 * (cells - many) + legend
    assert "4 copies of 1024 MB: virtualenv" in picture
    assert "5 copies of 1024 MB: kubernetes" in picture


@pytest.mark.parametrize("answer", [None, 5, "VM", ["container"]])
def test_what_is_no_answer_is_grey(answer: object) -> None:
    picture = card_map.card_map(lambda _case: answer)
    assert len(boxes(picture, GREY)) == 3 * len(card_map.COPIES) * len(card_map.MEMORY) + 1


def test_a_card_that_raises_is_told_in_the_picture() -> None:
    picture = card_map.card_map(lambda case: case["nothing"])
    assert "Your card raised KeyError: 'nothing'" in texts(picture)
