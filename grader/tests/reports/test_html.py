"""The page: no text of a stranger's becomes markup, it fetches nothing, and everybody can read it."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
from hypothesis import given

from sentinel_grader.reports import html
from sentinel_grader.result import Result

from .samples import BROKEN, MIXED, PERFECT
from .strategies import results

CSS = (Path(html.__file__).with_name("templates") / "report.css").read_text()


class Markup(HTMLParser):
    """The tags of a page in order, with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    @property
    def shape(self) -> list[tuple[str, list[str]]]:
        return [(tag, sorted(attributes)) for tag, attributes in self.tags]


def harmless(result: Result) -> Result:
    """The same result where every stranger's text is `x`: long ones, and keys, aside, which only have other words."""

    def mild(value: object, key: str = "") -> object:
        if isinstance(value, dict):
            return {name: mild(item, str(name)) for name, item in value.items()}
        if isinstance(value, list):
            return [mild(item, key) for item in value]
        return "x" if isinstance(value, str) and value and key not in ("schema", "verdict") else value

    return msgspec.convert(mild(msgspec.to_builtins(result)), Result)


@given(results())
def test_a_stranger_s_text_changes_no_tag_and_no_attribute_name(result: Result) -> None:
    assert Markup(html.render(result)).shape == Markup(html.render(harmless(result))).shape


@given(results())
def test_the_page_runs_and_fetches_nothing(result: Result) -> None:
    for tag, attributes in Markup(html.render(result)).tags:
        assert tag not in {"script", "iframe", "object", "embed", "img", "link", "a", "form", "base", "use", "image"}
        assert not {name for name in attributes if name.startswith("on")}
        assert not attributes.keys() & {"src", "href", "xlink:href", "srcset", "action", "data", "style", "background"}


def test_the_style_fetches_nothing() -> None:
    assert "url(" not in CSS
    assert "@import" not in CSS
    assert "Content-Security-Policy" in html.render(PERFECT)


@pytest.mark.parametrize("result", [MIXED, BROKEN, PERFECT], ids=["mixed", "broken", "perfect"])
def test_a_screen_reader_finds_its_way(result: Result) -> None:
    tags = Markup(html.render(result)).tags
    names = [tag for tag, _attributes in tags]
    assert ("html", {"lang": "en"}) in tags
    assert names.count("h1") == names.count("main") == 1
    assert names.count("table") == names.count("caption")
    levels = [int(name[1]) for name in names if re.fullmatch(r"h[1-6]", name)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    ids = [attributes["id"] for _tag, attributes in tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {attributes["aria-labelledby"] for _tag, attributes in tags if "aria-labelledby" in attributes} <= set(ids)
    assert all("scope" in attributes for tag, attributes in tags if tag == "th")
    assert all(
        "aria-hidden" in attributes or attributes.get("role") == "img" for tag, attributes in tags if tag == "svg"
    )


def _palettes() -> list[dict[str, str]]:
    light, dark = (
        dict(re.findall(r"--([\w-]+): (#\w{6})", block)) for block in re.findall(r":root \{(.*?)\}", CSS, re.S)
    )
    return [light, {**light, **dark}]


def _luminance(colour: str) -> float:
    """https://www.w3.org/TR/WCAG22/#dfn-relative-luminance"""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("palette", _palettes(), ids=["light", "dark"])
def test_every_colour_can_be_read(palette: dict[str, str]) -> None:
    """Text 4.5 to 1, graphics 3 to 1: https://www.w3.org/TR/WCAG22/#contrast-minimum and #non-text-contrast"""
    for name in ("text", "dim", "passed", "failed", "skipped", "not-graded", "incomplete"):
        for ground in ("page", "card"):
            assert _contrast(palette[name], palette[ground]) >= 4.5, f"{name} on {ground}"
    for name in ("base", "drop", *(f"c{number}" for number in range(6))):
        assert _contrast(palette[name], palette["page"]) >= 3, name
