"""The package: installed alone, it works alone, and its types are there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1]

_USE = """
import asyncio, sys
from sentinel_sdk import SentinelMiddleware, Sentinel, __file__ as found
foreign = {name.partition(".")[0] for name in sys.modules} - sys.stdlib_module_names - {"sentinel_sdk", "__main__"}
assert not foreign, foreign
print(found)
"""


def test_it_loads_nothing_but_the_standard_library() -> None:
    command = [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(FOLDER)!r}){_USE}"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.install
def test_it_installs_alone_with_its_types(tmp_path: Path) -> None:
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*install, "--target", str(tmp_path), str(FOLDER)], check=True, timeout=120)
    assert (tmp_path / "sentinel_sdk" / "py.typed").exists()
    command = [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r}){_USE}"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert str(tmp_path) in ended.stdout
