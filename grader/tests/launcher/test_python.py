"""Which Python it takes, and what it says where there is none that will do. Nothing is installed here."""

from __future__ import annotations

import glob
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from .checkouts import BASE_PYTHON, Checkout
from .isolation import mounting, needs_namespaces, without_system_pythons

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the launcher itself says that it needs WSL2 there")

OLD = ["2.7", "3.6", "3.7", "3.8", "3.9", "3.10"]


def interpreter(version: str) -> str:
    """An interpreter of that version on this machine, from PATH or pyenv; else the test is skipped."""
    pyenv = os.environ.get("PYENV_ROOT") or os.path.expanduser("~/.pyenv")  # noqa: PTH111
    places = glob.glob(f"{pyenv}/versions/{version}.*/bin/python{version}")  # noqa: PTH207
    for path in [*places, shutil.which(f"python{version}")]:
        if path and subprocess.run([path, "-c", "pass"], capture_output=True).returncode == 0:
            return path
    pytest.skip(f"there is no Python {version} on this machine")


def fake(folder: Path, name: str, says: str) -> Path:
    """An interpreter that answers the launcher's question like this, and does nothing else."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f'#!/bin/sh\necho "{says}"\n')
    path.chmod(0o755)
    return path


def whole(
    version: str, path: str = "/base/python", level: str = "final", kind: str = "cpython", lacks: str = ""
) -> str:
    return f"{version} {version.split('.')[1]} {level} {kind}\n{path}\n{lacks}"


@pytest.fixture
def alone(launcher: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is all there is on PATH; pyenv's and uv's folders are empty, the system's are not looked at."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.setenv("UV_PYTHON_INSTALL_DIR", str(tmp_path / "uv"))
    monkeypatch.delenv("SENTINEL_PYTHON", raising=False)
    asked = launcher.candidates
    monkeypatch.setattr(launcher, "candidates", lambda: [path for path in asked() if path.startswith(str(tmp_path))])
    return tmp_path


def test_the_newest_is_taken_wherever_it_lies(launcher: Any, alone: Path) -> None:
    fake(alone / "bin", "python3.11", whole("3.11.9"))
    fake(alone / "bin", "python3.12", whole("3.12.1"))
    assert launcher.find_python().version == "3.12.1"
    fake(alone / "pyenv/versions/3.13.2/bin", "python3.13", whole("3.13.2"))
    assert launcher.find_python().version == "3.13.2"
    fake(alone / "uv/cpython-3.14.0-linux/bin", "python3.14", whole("3.14.0"))
    assert launcher.find_python().version == "3.14.0"


def test_what_cannot_run_or_lacks_a_part_is_passed_over(launcher: Any, alone: Path) -> None:
    fake(alone / "bin", "python3.16", whole("3.16.0a1", level="alpha"))
    fake(alone / "bin", "python3.15", whole("3.15.0", kind="cpythont"))
    fake(alone / "bin", "python3.14", "").write_text(
        "#!/bin/sh\necho 'pyenv: python3.14: command not found' >&2\nexit 127\n"
    )
    fake(alone / "bin", "python3.13", whole("3.13.1", lacks="venv ensurepip"))
    fake(alone / "bin", "python3.12", whole("3.12.1"))
    assert launcher.find_python().version == "3.12.1"


def test_an_unfinished_version_is_better_than_none(launcher: Any, alone: Path) -> None:
    """Ubuntu 22.04's python3.11 is 3.11.0rc1."""
    fake(alone / "bin", "python3.11", whole("3.11.0rc1", level="candidate"))
    assert launcher.find_python().version == "3.11.0rc1"


def test_a_venv_is_never_made_of_another_venv(launcher: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SENTINEL_PYTHON", sys.executable)
    assert launcher.find_python().path == BASE_PYTHON


def test_debian_s_missing_package_is_named_exactly(launcher: Any, alone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launcher, "to_install", lambda _: launcher.TO_INSTALL["debian"])
    fake(alone / "bin", "python3.12", whole("3.12.3", path="/usr/bin/python3.12", lacks="ensurepip"))
    with pytest.raises(launcher.Trouble, match=r"without ensurepip(.|\n)*apt-get install python3\.12-venv\n"):
        launcher.find_python()


@pytest.mark.parametrize(
    ("release", "advice"),
    [
        ("ID=debian\nVERSION_CODENAME=bookworm", "python3 python3-venv"),
        ("ID=debian\nVERSION_CODENAME=trixie", "python3 python3-venv"),
        ("ID=debian\nVERSION_CODENAME=bullseye", "uv python install"),
        ('ID=ubuntu\nID_LIKE=debian\nUBUNTU_CODENAME=jammy\nVERSION_ID="22.04"', "python3.11 python3.11-venv"),
        ("ID=ubuntu\nID_LIKE=debian\nUBUNTU_CODENAME=noble", "python3 python3-venv"),
        ("ID=ubuntu\nID_LIKE=debian\nUBUNTU_CODENAME=focal", "uv python install"),
        ('ID=linuxmint\nID_LIKE="ubuntu debian"\nUBUNTU_CODENAME=jammy', "python3.11 python3.11-venv"),
        ("ID=fedora", "dnf install python3"),
        ('ID="rocky"\nID_LIKE="rhel centos fedora"', "dnf install python3.12"),
        ("ID=alpine", "apk add python3"),
        ("ID=macos", "brew install python"),
        ("", "https://www.python.org/downloads/"),
    ],
)
def test_the_package_fits_the_release(launcher: Any, release: str, advice: str) -> None:
    assert launcher.to_install(release).endswith(advice) or advice in launcher.to_install(release)


@pytest.mark.parametrize("version", OLD[1:])
@needs_namespaces
def test_a_python_that_is_too_old_says_what_is_missing(version: str, new: Checkout, tmp_path: Path) -> None:
    python = interpreter(version)
    elsewhere = {"PATH": "/bin-of-nobody", "PYENV_ROOT": str(tmp_path), "HOME": str(tmp_path), "SENTINEL_PYTHON": ""}
    started = new.start("up", via=[*without_system_pythons(), python], **elsewhere)
    assert started.status == 4, started.said
    assert f"needs Python 3.11 or newer; this is {version}" in started.said
    assert "To go on: " in started.said
    assert "Traceback" not in started.said
    assert not new.venv.exists()


def test_python_2_shows_what_to_type(new: Checkout) -> None:
    started = new.start("up", via=[interpreter("2.7")])
    assert started.status != 0
    assert "Type: python3 sentinel" in started.said


@needs_namespaces
def test_without_any_python_the_shell_says_what_to_install(new: Checkout, tmp_path: Path) -> None:
    started = new.start("up", via=without_system_pythons(), PATH=f"{tmp_path}:/bin-of-nobody")
    assert started.status == 4
    assert "there is no python3" in started.said
    assert "apt-get install python3 python3-venv" in started.said


@needs_namespaces
def test_a_system_python_without_ensurepip_is_not_taken(new: Checkout, tmp_path: Path) -> None:
    """As on a Debian or Ubuntu without python3-venv."""
    answer = subprocess.run(
        ["/usr/bin/python3", "-c", "import ensurepip, sys; print(ensurepip.__path__[0], sys.version_info[1])"],
        capture_output=True,
        text=True,
    )
    if answer.returncode or int(answer.stdout.split()[1]) < 11:
        pytest.skip("this machine's /usr/bin/python3 is too old, or really lacks ensurepip")
    package, minor = answer.stdout.split()
    elsewhere = {"PATH": "/usr/bin:/bin", "PYENV_ROOT": str(tmp_path), "HOME": str(tmp_path), "SENTINEL_PYTHON": ""}
    started = new.start("up", via=mounting('mount -t tmpfs none "$1"', package), **elsewhere)
    assert started.status == 4, started.said
    assert "comes without ensurepip" in started.said
    assert f"python3.{minor}-venv" in started.said or not Path("/etc/debian_version").exists()


@pytest.mark.parametrize("named", ["/nowhere/python3.13", "python3.99", "/bin/sh"])
def test_an_interpreter_that_is_named_but_will_not_do_is_named_back(named: str, new: Checkout) -> None:
    started = new.start("up", SENTINEL_PYTHON=named)
    assert started.status == 4
    assert f"SENTINEL_PYTHON is {named}" in started.said


def test_windows_is_told_about_wsl(
    launcher: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(launcher.sys, "platform", "cygwin")
    assert launcher.main(["up"]) == 4
    assert "wsl --install" in capsys.readouterr().err
