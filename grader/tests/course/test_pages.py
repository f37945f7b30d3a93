"""The pages say what the code does: versions, verbs, links, minutes."""

from __future__ import annotations

import re
import tomllib
import xml.etree.ElementTree as ET
from pathlib import Path
from urllib.parse import unquote

import pytest
from markdown_it import MarkdownIt

from sentinel_grader import cli
from sentinel_grader.environment import docker
from sentinel_grader.environment.bases.catalogue import recipes
from sentinel_grader.paths import ROOT

from .lessons import read

STAGE_1 = ROOT / "module-01-containers"
MODULES = sorted(ROOT.glob("module-*/README.md"))
#: Those with steps; one that is being built has none yet.
LESSONS = [page for page in MODULES if read(page.read_text(encoding="utf-8"))]
PAGES = [ROOT / "README.md", ROOT / ".github" / "CONTRIBUTING.md", ROOT / "grader" / "README.md", *MODULES]
#: How a lesson's minutes are reckoned: a reader's usual pace, and what typing a step, waiting and looking take.
WORDS_A_MINUTE, MINUTES_A_STEP = 200, 0.75


def _rows(page: Path, heading: str) -> dict[str, str]:
    """The table whose first column is headed `heading`: the first two cells of its rows."""
    _, _, after = page.read_text().partition(f"\n| {heading} |")
    table = re.match(r"(.*\n)((?:\|.*\n)+)", after)
    assert table, f"{page.name} has no table headed {heading!r}"
    cells = [[cell.strip() for cell in line.strip("| \n").split(" | ")] for line in table[2].splitlines()[1:]]
    return {row[0]: row[1] for row in cells}


def _as_text(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


def test_the_versions_in_the_readme_are_those_of_the_code() -> None:
    project = tomllib.loads((ROOT / "grader" / "pyproject.toml").read_text())["project"]
    versions = _rows(ROOT / "README.md", "what")
    python = project["requires-python"].removeprefix(">=")
    assert versions["Python, for `./sentinel`"].startswith(f"{python} or newer")
    assert versions["Docker Engine"].startswith(f"{_as_text(docker.OLDEST_ENGINE)} or newer")
    assert versions["Docker Compose"].startswith(f"{_as_text(docker.OLDEST_COMPOSE)} or newer")
    assert versions["Docker buildx"].startswith(f"{_as_text(docker.OLDEST_BUILDX)} or newer")
    bases = {value.strip("`") for what, value in versions.items() if what in ("Python, in the images", "Redis")}
    assert bases == set(recipes())


def test_every_image_that_is_used_is_one_of_the_bases() -> None:
    froms = re.findall(r"^FROM (\S+)", (STAGE_1 / "log-collector" / "Dockerfile").read_text(), re.MULTILINE)
    images = re.findall(r"^ +image: (\S+)", (STAGE_1 / "docker-compose.yaml").read_text(), re.MULTILINE)
    assert {*froms, *(image for image in images if not image.startswith("sentinel/"))} == set(recipes())


def test_the_readme_names_every_verb_and_no_other() -> None:
    named = {words.strip("`").removeprefix("./sentinel ") for words in _rows(ROOT / "README.md", "command")}
    verbs = {command.name or getattr(command.callback, "__name__", "") for command in cli.app.registered_commands}
    verbs |= {group.name or "" for group in cli.app.registered_groups}
    assert named == verbs


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_within_the_course_leads_somewhere(page: Path) -> None:
    for target in _links(page):
        path, _, anchor = target.partition("#")
        found = page.parent / unquote(path) if path else page
        assert found.exists(), f"{page.name} links to {target}, which is not there"
        assert not anchor or anchor in _anchors(found), f"{page.name} links to {target}, which has no such heading"


def _links(page: Path) -> list[str]:
    tokens = [
        child
        for token in MarkdownIt("gfm-like", {"linkify": False}).parse(page.read_text())
        for child in token.children or ()
    ]
    targets = [str(token.attrs.get("href") or token.attrs.get("src") or "") for token in tokens]
    return [target for target in targets if target and "://" not in target]


def _anchors(page: Path) -> set[str]:
    """The anchors that GitHub gives to a page's headings."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", LESSONS, ids=lambda page: page.parent.name)
def test_a_lesson_says_how_long_it_takes(page: Path) -> None:
    text = page.read_text()
    said = re.search(r"about (\d+) minutes", text)
    assert said, f"{page} does not say how many minutes it takes"
    words = len(re.sub(r"```.*?```|<!--.*?-->", "", text, flags=re.DOTALL).split())
    reckoned = words / WORDS_A_MINUTE + len(read(text)) * MINUTES_A_STEP
    assert int(said[1]) == pytest.approx(reckoned, rel=0.15)


def test_pictures_can_be_drawn_and_say_what_they_show() -> None:
    for picture in (ROOT / ".github").glob("*.svg"):
        kinds = {element.tag.rpartition("}")[2] for element in ET.parse(picture).iter()}
        assert {"title", "desc"} <= kinds, picture
