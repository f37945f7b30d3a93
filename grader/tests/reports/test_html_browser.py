"""The page in a real browser: what it makes of it is the page we wrote, in any light and at any width, and it fits.

The pictures stay in reports/, for people to look at.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import msgspec
import pytest

from sentinel_grader.paths import REPORTS
from sentinel_grader.reports import html
from sentinel_grader.result import ImageResult, LayerResult, PathResult, Reason, Result, Verdict

from .samples import MIXED
from .strategies import HOSTILE
from .test_html import Markup, harmless

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), ""
)
pytestmark = pytest.mark.skipif(not CHROMIUM, reason="no chromium on the PATH: apt-get install chromium")
QUIET = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run", "--disable-quic"]
QUIET += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]


class Browser:
    """Chromium with a new profile for each page."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._pages = folder, 0

    def run(self, page: str, *options: str) -> str:
        self._pages += 1
        path = self._folder / f"{self._pages}.html"
        path.write_text(page, encoding="utf-8")
        profile = f"--user-data-dir={self._folder / str(self._pages)}"
        command = [CHROMIUM, *QUIET, profile, *options, path.as_uri()]
        done = subprocess.run(command, capture_output=True, timeout=120, check=True)
        return done.stdout.decode()


@pytest.fixture
def browser(tmp_path: Path) -> Browser:
    return Browser(tmp_path)


def _hostile() -> Result:
    """Each of the tricks in every field that a submission has a hand in."""
    texts, kinds = [*HOSTILE, "".join(HOSTILE)], (Verdict.FAILED, Verdict.NOT_GRADED, Verdict.SKIPPED)
    checks = [
        msgspec.structs.replace(
            MIXED.checks[0],
            id=text,
            title=text,
            verdict=kinds[number % 3],
            reason=Reason(code=text, saw=text, expected=text, why=text, file=text, line=1),
            rests_on=[text],
            evidence=[text],
        )
        for number, text in enumerate(texts)
    ]
    layers = [LayerResult(instruction=text, bytes=5, drop=[PathResult(path=text, bytes=3)]) for text in texts]
    images = [ImageResult(service=text, base=text, bytes=10**3, layers=layers) for text in texts]
    return msgspec.structs.replace(MIXED, checks=checks, images=images, nonces=dict(zip(texts, texts, strict=True)))


def test_the_browser_builds_no_element_of_a_stranger_s(browser: Browser) -> None:
    hostile = _hostile()
    shape = Markup(browser.run(html.render(hostile), "--dump-dom")).shape
    assert shape == Markup(browser.run(html.render(harmless(hostile)), "--dump-dom")).shape
    assert "script" not in {tag for tag, _attributes in shape}


def test_the_page_asks_the_network_for_nothing(browser: Browser, tmp_path: Path) -> None:
    log = tmp_path / "net.json"
    browser.run('<img src="http://127.0.0.1:9/seen.png">', "--dump-dom", f"--log-net-log={log}")
    assert "127.0.0.1:9/seen.png" in log.read_text(errors="replace")
    browser.run(html.render(_hostile()), "--dump-dom", f"--log-net-log={log}")
    assert "example.net" not in log.read_text(errors="replace")


@pytest.mark.parametrize("width", [390, 1000])
def test_nothing_sticks_out_at_the_side(browser: Browser, width: int) -> None:
    """The page cannot run a script, so an outer one measures it: as wide as its frame, however much it holds."""
    page = html.render(_hostile()).replace("&", "&amp;").replace('"', "&quot;")
    outer = (
        f'<iframe width="{width}" height="500" sandbox="allow-same-origin" srcdoc="{page}"></iframe><p id="said"></p>'
        "<script>addEventListener('load', () => { const page = document.querySelector('iframe').contentDocument;"
        "document.getElementById('said').textContent = `wide ${page.documentElement.scrollWidth}` })</script>"
    )
    assert f"wide {width}<" in browser.run(outer, "--dump-dom", "--virtual-time-budget=5000")


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("light", ["--window-size=1000,2600"]),
        ("dark", ["--window-size=1000,2600", "--blink-settings=preferredColorScheme=0"]),
        ("narrow", ["--window-size=390,4200"]),
    ],
)
def test_there_are_pictures_to_look_at(browser: Browser, name: str, options: list[str]) -> None:
    REPORTS.mkdir(exist_ok=True)
    picture = REPORTS / f"report-{name}.png"
    picture.unlink(missing_ok=True)
    browser.run(html.render(MIXED), f"--screenshot={picture}", *options)
    assert picture.read_bytes().startswith(b"\x89PNG")
