"""The notebook in Jupyter itself: it runs from end to end, with and without an engine, and a server shows it."""

from __future__ import annotations

import contextlib
import html
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from sentinel_grader import pristine
from sentinel_grader.environment import jupyter
from sentinel_grader.environment.problem import Problem
from sentinel_grader.environment.progress import Progress
from sentinel_grader.notebook import images, opening
from sentinel_grader.observe.decision_card import NOTEBOOK
from sentinel_grader.observe.notebook_cells import tagged_cells
from sentinel_grader.observe.outcome import Place
from sentinel_grader.paths import ROOT

LESSON = ROOT / "module-01-containers" / "notebook.ipynb"
SOLVED = LESSON.parent / "solutions" / "notebook.ipynb"
_ADDRESS = r"http://127\.0\.0\.1:\d+"
#: What the verb does once all is installed.
_OPEN = """
import sys
from pathlib import Path
from rich.console import Console
from sentinel_grader.environment.progress import Progress
from sentinel_grader.notebook import opening
progress = Progress(Console(file=sys.stdout, soft_wrap=True, highlight=False))
try:
    opening.open_notebook(Path(sys.argv[1]), progress, browser=False)
except KeyboardInterrupt:
    progress.say("closed")
"""
NO_ENGINE = {"DOCKER_HOST": "unix:///nonexistent/docker.sock"}


@pytest.fixture(scope="module")
def installed() -> None:
    """JupyterLab as a learner gets it, by the same code."""
    jupyter.ensure(Progress(), lambda _offer: True)


def executed(folder: Path, *, solved: bool, **surroundings: str) -> list[dict[str, Any]]:
    """Run the lesson's notebook from end to end; its code cells with their outputs."""
    content = json.loads(LESSON.read_text())
    if solved:
        (cell,) = [each for each in content["cells"] if each["id"] == "decide"]
        (cell["source"],) = tagged_cells(SOLVED, "decision-card", Place(NOTEBOOK))
    path = folder / "notebook.ipynb"
    path.write_text(json.dumps(content))
    command = [str(jupyter.python()), "-m", "nbconvert", "--execute", "--to", "notebook", "--inplace", str(path)]
    settings = opening.environment(folder) | surroundings
    done = subprocess.run(command, env=settings, capture_output=True, text=True, timeout=500, check=False)
    assert done.returncode == 0, done.stderr
    return [cell for cell in json.loads(path.read_text())["cells"] if cell["cell_type"] == "code"]


def shown(cells: list[dict[str, Any]], id_: str) -> str:
    """All that a cell shows, as text."""
    (cell,) = [each for each in cells if each["id"] == id_]
    return html.unescape(json.dumps(cell["outputs"], ensure_ascii=False))


@pytest.mark.install
@pytest.mark.usefixtures("installed")
@pytest.mark.timeout(900)
def test_without_an_engine_it_says_so_and_draws_from_the_stored_recordings(tmp_path: Path) -> None:
    cells = executed(tmp_path, solved=False, **NO_ENGINE)
    assert "Nothing of yours can be drawn" in shown(cells, "look")
    assert "./sentinel doctor" in shown(cells, "look")
    for id_ in ("layers", "starts", "rebuilds"):
        assert images.stored().source in shown(cells, id_)
        assert "<svg" in shown(cells, id_)
    assert "another answer" in shown(cells, "map")
    assert "kubernetes" not in shown(cells, "in-words"), "the notebook gives no answer away"


@pytest.mark.install
@pytest.mark.engine
@pytest.mark.slow
@pytest.mark.usefixtures("installed")
@pytest.mark.timeout(900)
def test_with_an_engine_it_draws_the_images_of_this_checkout(tmp_path: Path) -> None:
    """The starter's recipe builds nothing, which is said; the naive image is looked at here and now."""
    cells = executed(tmp_path, solved=True)
    said = shown(cells, "look")
    assert "the naive image: built" in said
    assert "this machine's Docker Engine" in said
    assert "RUN apt-get update" in shown(cells, "layers")
    words = "".join(shown(cells, "in-words"))
    assert re.findall(r"(virtualenv|container|virtual machine|kubernetes) \{", words) == [
        "virtualenv", "container", "virtual machine", "virtualenv", "kubernetes",
    ]  # fmt: skip


class Opened:
    """`./sentinel notebook 1 --no-browser`, at work on a copy in a folder of its own."""

    def __init__(self, folder: Path, state: Path) -> None:
        notebook = folder / "notebook.ipynb"
        notebook.write_bytes(LESSON.read_bytes())
        own = {"PYTHONPATH": str(ROOT / "grader"), "PYTHONUNBUFFERED": "1", "SENTINEL_STATE": str(state)}
        self.process = subprocess.Popen(
            [sys.executable, "-c", _OPEN, str(notebook)],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **own, "HOME": str(folder)},
        )
        self.address = self.token = ""
        self.servers: list[psutil.Process] = []

    def wait(self) -> None:
        """Return once it says where it is. It says before that it starts, and again while that lasts."""
        assert self.process.stdout
        while "Starting JupyterLab" in (line := self.process.stdout.readline()):
            pass
        found = re.fullmatch(rf"The notebook is at ({_ADDRESS})/lab/tree/notebook\.ipynb\?token=(\w+)\n", line)
        assert found, line
        self.address, self.token = found[1], found[2]
        self.servers = psutil.Process(self.process.pid).children(recursive=True)

    def get(self, path: str, token: str) -> tuple[int, bytes]:
        request = urllib.request.Request(self.address + path, headers={"Authorization": f"token {token}"})
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, b""

    def end(self) -> None:
        self.process.kill()
        self.process.communicate()
        for server in self.servers:
            with contextlib.suppress(psutil.NoSuchProcess):
                server.terminate()


@pytest.fixture
def opened(
    request: pytest.FixtureRequest, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Opened]:
    request.getfixturevalue("installed")
    found = Opened(tmp_path, tmp_path_factory.mktemp("state"))
    try:
        found.wait()
        yield found
    finally:
        found.end()


@pytest.mark.engine
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_solution_s_image_is_looked_at_here_and_now(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pristine.lay(tmp_path, solved=True)
    seen = images.look(tmp_path)
    assert (seen.missing, seen.whose) == ("", "yours")
    assert seen.naive.new_bytes > 5 * seen.yours.new_bytes > 0
    assert seen.naive.edit_seconds > 2 * seen.yours.edit_seconds > 0
    assert seen.naive.start_seconds > 0 < seen.yours.start_seconds
    assert "your image: layers read" in capsys.readouterr().out


@pytest.mark.install
@pytest.mark.timeout(300)
def test_the_server_shows_the_notebook_to_who_has_the_token_and_ctrl_c_ends_it(opened: Opened, tmp_path: Path) -> None:
    status, body = opened.get("/api/contents/notebook.ipynb", opened.token)
    assert (status, json.loads(body)["type"]) == (200, "notebook")
    assert opened.get("/api/contents/notebook.ipynb", "another")[0] == 403
    _, settings = opened.get("/lab/api/settings/@jupyterlab/apputils-extension:notification", opened.token)
    assert json.loads(settings)["settings"] == {"fetchNews": "false", "checkForUpdates": False}
    assert opened.servers
    assert not any(opened.token in word for each in opened.servers for word in each.cmdline())
    opened.process.send_signal(signal.SIGINT)
    rest, _ = opened.process.communicate(timeout=30)
    assert rest.endswith("closed\n")
    until = time.monotonic() + 20
    while any(each.is_running() for each in opened.servers):
        assert time.monotonic() < until, "the server goes on"
        time.sleep(0.1)
    assert {path.name for path in tmp_path.iterdir()} == {"notebook.ipynb"}, (
        "Jupyter's own things lie where they should not"
    )


def test_to_decline_is_answered_with_another_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jupyter, "FOLDER", tmp_path / "notebook")
    offers = list[str]()

    def decline(offer: str) -> bool:
        offers.append(offer)
        return False

    with pytest.raises(Problem) as problem:
        jupyter.ensure(Progress(), decline)
    assert re.search(r"\d+ packages, about \d+ MB", offers[0])
    assert "notebook.ipynb" in problem.value.remedy
    assert not (tmp_path / "notebook").exists()
