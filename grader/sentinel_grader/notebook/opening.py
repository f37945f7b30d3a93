"""`./sentinel notebook 1`: the learner's copy of a lesson's notebook, in JupyterLab, until Ctrl-C.

Jupyter's own settings stay untouched: what it must write lies in a folder of ours, for as long as it runs.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import socket
import subprocess
import sys
import time
import webbrowser
from collections.abc import Iterator
from pathlib import Path

from sentinel_grader import course, pristine, scratch
from sentinel_grader.environment import jupyter
from sentinel_grader.environment.problem import Problem
from sentinel_grader.environment.progress import Progress
from sentinel_grader.environment.shell import dies_with_us
from sentinel_grader.paths import ROOT

#: Seconds that JupyterLab gets to answer, and to end.
STARTING, ENDING = 120.0, 10.0


def own_copy(module: course.Module, checkout: Path = ROOT) -> tuple[Path, bool]:
    """The learner's own copy of the module's notebook, made if it is not there; and whether it was made now."""
    name = f"{module.folder}/exercises/{pristine.NOTEBOOK}"
    path = checkout / name
    if path.exists():
        return path, False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(pristine.contents()[name])
    return path, True


def open_notebook(notebook: Path, progress: Progress, *, browser: bool) -> None:
    """Show it until the server ends, or Ctrl-C. Raises Problem if the server does not start."""
    with scratch.folder("jupyter") as folder, _serving(notebook.parent, folder) as server:
        with progress.step("Starting JupyterLab"):
            address = f"{_wait_for(server, folder)}/lab/tree/{notebook.name}?token={_token(folder)}"
        progress.say(f"The notebook is at {address}")
        progress.say("Ctrl-C here ends it. What you saved is yours; what a cell is at work on is not.")
        if browser and not (_has_screen() and webbrowser.open(address)):
            progress.say("No browser could be opened from here: open the address above in one.")
        server.wait()


@contextlib.contextmanager
def _serving(place: Path, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """JupyterLab over the files in `place` for the block. Ctrl-C reaches us alone: we end it."""
    command = [
        *(*dies_with_us(), str(jupyter.python()), "-m", "jupyterlab", "--no-browser"),
        f"--ServerApp.root_dir={place}",
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={_free_port()}",
        "--ServerApp.port_retries=20",
        "--FileCheckpoints.checkpoint_dir=" + str(folder / "checkpoints"),
        # Language servers: it would look for them with npm, which writes to the home folder.
        "--ServerApp.jpserver_extensions={'jupyterlab': True, 'jupyter_lsp': False}",
        *(["--allow-root"] if os.geteuid() == 0 else []),
    ]
    _ask_nothing(folder)
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment(folder), start_new_session=True
        )
        try:
            yield server
        finally:
            _end(server)


def environment(folder: Path) -> dict[str, str]:
    """What Jupyter is told: to keep its own things in `folder`, and where its kernels find this package."""
    places = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR",
              "JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR")  # fmt: skip
    own = {name: str(folder / name.lower()) for name in places}
    return {**os.environ, **own, "JUPYTER_TOKEN": _token(folder), "PYTHONPATH": str(ROOT / "grader")}


def _ask_nothing(folder: Path) -> None:
    """JupyterLab neither looks for news and newer versions nor asks whether it may."""
    settings = folder / "jupyterlab_settings_dir" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    quiet = {"fetchNews": "false", "checkForUpdates": False}
    (settings / "notification.jupyterlab-settings").write_text(json.dumps(quiet))


def _token(folder: Path) -> str:
    """Whoever has it may run code as this user: in a file that only this user may read, not in a list of commands."""
    path = folder / "token"
    if not path.exists():
        path.touch(0o600)
        path.write_text(secrets.token_hex(16))
    return path.read_text()


def _has_screen() -> bool:
    """Else the browser would be one that draws with letters, in the terminal that we write to."""
    named = ("DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME", "BROWSER")
    return sys.platform == "darwin" or any(os.environ.get(name) for name in named)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(server: subprocess.Popen[bytes], folder: Path) -> str:
    """The server's address, as it says itself once it listens: another program may have been quicker at the port."""
    until = time.monotonic() + STARTING
    while time.monotonic() < until and server.poll() is None:
        for told in (folder / "jupyter_runtime_dir").glob("jpserver-*.json"):
            with contextlib.suppress(ValueError, KeyError):
                port = int(json.loads(told.read_text())["port"])
                if _listens(port):
                    return f"http://127.0.0.1:{port}"
        time.sleep(0.1)
    said = (folder / "log").read_text(errors="replace").strip().splitlines()[-5:]
    raise Problem("JupyterLab did not start. It said:\n  " + "\n  ".join(said), "Run it again; then ./sentinel doctor.")


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _end(server: subprocess.Popen[bytes]) -> None:
    """End it with its kernels: it asks no question at SIGTERM."""
    server.terminate()
    try:
        server.wait(ENDING)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
