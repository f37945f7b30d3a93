"""Files of ours in a copy of what a learner handed in."""

from __future__ import annotations

import shutil
from pathlib import Path


def plant(folder: Path, path: str, content: bytes) -> None:
    """Write a file in the copy, and the folders that it lies in. What is in its way goes first, whatever it is: links
    are a learner's, and lead anywhere."""
    here = folder
    for part in Path(path).parts[:-1]:
        here = here / part
        if here.is_symlink() or here.is_file():
            here.unlink()
        here.mkdir(exist_ok=True)
    file = folder / path
    if file.is_dir() and not file.is_symlink():
        shutil.rmtree(file)
    file.unlink(missing_ok=True)
    file.write_bytes(content)
