"""Commands in a mount or network namespace of their own, to put before another command. They need Linux and root."""

from __future__ import annotations

import glob
import os
import shutil

import pytest

needs_namespaces = pytest.mark.skipif(
    not shutil.which("unshare") or os.geteuid() != 0, reason="a mount namespace needs Linux and root"
)


def mounting(script: str, *arguments: object) -> list[str]:
    """Run `script`, which sees `arguments` as $1, $2 …, in a mount namespace; then the command that follows."""
    run = f'{script}\nshift {len(arguments)}\nexec "$@"'
    unshare, mount = (shutil.which(name) or name for name in ("unshare", "mount"))
    run = run.replace("mount -", f"{mount} -")  # PATH may be one where it is not found
    return [unshare, "--mount", "--propagation", "private", "/bin/sh", "-ec", run, "sh", *map(str, arguments)]


def read_only(folder: object) -> list[str]:
    return mounting('mount --bind "$1" "$1"; mount -o remount,ro,bind "$1"', folder)


def small_disk(folder: object, size: str) -> list[str]:
    """An empty disk of `size` at `folder`."""
    return mounting('mkdir -p "$1"; mount -t tmpfs -o size="$2" none "$1"', folder, size)


def without_system_pythons() -> list[str]:
    """No Python in the folders that the launcher looks into besides PATH."""
    found = [path for folder in ("/usr/bin", "/usr/local/bin") for path in glob.glob(f"{folder}/python3*")]  # noqa: PTH207
    return mounting(
        'for python in "$@"; do [ "$python" = -- ] && break; mount --bind /dev/null "$python"; done', *found, "--"
    )
