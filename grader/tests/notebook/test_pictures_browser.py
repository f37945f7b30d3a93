"""The pictures in a real browser: every word stays on its card, and is drawn over no other word.

The page stays in reports/, for people to look at.
"""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import msgspec
import pytest

from sentinel_grader.notebook import card_map, images, pictures
from sentinel_grader.notebook.images import ImageSeen, LayerSeen, Seen
from sentinel_grader.notebook.svg import WIDTH, Picture
from sentinel_grader.paths import REPORTS

from ..reports.test_html_browser import Browser, pytestmark

__all__ = ["pytestmark"]

#: Boxes of all texts of each picture, in the picture's own units.
_MEASURE = """<p id="said"></p><script>addEventListener('load', () => {
  const boxes = [...document.querySelectorAll('svg')].map(svg => [...svg.querySelectorAll('text')].map(text => {
    const box = text.getBBox(); return [text.textContent, box.x, box.y, box.width, box.height] }));
  document.getElementById('said').textContent = JSON.stringify(boxes) })</script>"""

_LONG = "RUN " + " && ".join(f"apt-get install --yes package-{number}" for number in range(40))
_MANY = ImageSeen(121_000_000, [LayerSeen(_LONG, 10 ** (number % 9)) for number in range(30)], 0.01, 95.0, 7200.0)
_STORED = images.stored()
_BORROWED = f"the naive image on this machine's Docker Engine 29.9.3, and {_STORED.source}"
SEEN = {
    "stored": _STORED,
    "borrowed": msgspec.structs.replace(_STORED, source=_BORROWED, missing="It does not build."),
    "many layers": Seen("a test", _MANY, _STORED.yours),
    "as heavy as the naive one": Seen("a test", _STORED.naive, _STORED.naive),
}


def _by_memory(case: dict[str, Any]) -> str:
    if case["runs_strangers_code"]:
        return "virtual machine"
    if case["copies"] * case["memory_mb"] > case["machine_mb"]:
        return "kubernetes"
    return "container" if case["system_packages"] else "virtualenv"


def _drawn(seen: Seen) -> list[Picture]:
    return [pictures.layers(seen), pictures.starts(seen), pictures.rebuilds(seen), card_map.card_map(_by_memory)]


def _page(seen: Seen) -> str:
    return f'<!doctype html><meta charset="utf-8"><body style="width:{WIDTH}px">' + "<br><br>".join(_drawn(seen))


@pytest.mark.parametrize("name", SEEN)
def test_every_word_is_on_the_card_and_over_no_other(name: str, tmp_path: Path) -> None:
    dom = Browser(tmp_path).run(_page(SEEN[name]) + _MEASURE, "--dump-dom", "--virtual-time-budget=5000")
    found = re.search(r'<p id="said">(.+?)</p>', dom)
    assert found
    measured = json.loads(unescape(found[1]))
    assert len(measured) == len(_drawn(SEEN[name]))
    for boxes in measured:
        for number, (words, x, y, width, height) in enumerate(boxes):
            assert 0 < x < x + width < WIDTH, f"{words!r} sticks out"
            for other, left, top, wide, high in boxes[number + 1 :]:
                apart = x + width <= left or left + wide <= x or y + height <= top + 4 or top + high <= y + 4
                assert apart, f"{words!r} and {other!r} are drawn over each other"


def test_there_is_a_page_to_look_at(tmp_path: Path) -> None:
    REPORTS.mkdir(exist_ok=True)
    picture = REPORTS / "notebook-pictures.png"
    picture.unlink(missing_ok=True)
    Browser(tmp_path).run(_page(_STORED), f"--screenshot={picture}", f"--window-size={WIDTH + 40},1640")
    assert picture.read_bytes().startswith(b"\x89PNG")
