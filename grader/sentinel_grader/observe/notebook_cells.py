"""The cells of a learner's notebook that are graded: those that carry a tag. Nothing of it is run here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sentinel_grader.observe.outcome import Fault, Place

#: Characters of all tagged cells together; the solution's are a thousandth of it.
MOST_SOURCE = 200_000


def tagged_cells(notebook: Path, tag: str, place: Place) -> list[str]:
    """The source of each code cell that carries `tag`, in order. Raises Fault where there is none to be had."""
    if not notebook.is_file():
        raise Fault(
            "no_notebook",
            f"There is no {place.file}.",
            expected="your copy of the notebook, which ./sentinel notebook 1 makes",
        )
    cells = _cells(notebook.read_bytes(), place)
    sources = [_source(cell) for cell in cells if _has(cell, tag)]
    if not any(source.strip() for source in sources):
        raise Fault(
            "no_cell",
            f"No code cell of the notebook with the tag {tag} holds anything.",
            place,
            "the cell that was handed out, with your code in it (./sentinel reset puts it back)",
        )
    if sum(map(len, sources)) > MOST_SOURCE:
        raise Fault("cell_too_long", "The tagged cells hold more than anybody reads.", place, "a short function")
    return sources


def _cells(content: bytes, place: Place) -> list[Any]:
    """The cells, as nbformat 4 keeps them (https://nbformat.readthedocs.io/en/latest/format_description.html)."""
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise Fault("notebook_unreadable", f"The notebook is no JSON: {str(error)[:200]}", place, _READABLE) from error
    cells = found.get("cells") if isinstance(found, dict) else None
    if not isinstance(cells, list):
        raise Fault("notebook_unreadable", "The notebook has no list of cells.", place, _READABLE)
    return cells


_READABLE = "a notebook as Jupyter saves it"


def _has(cell: Any, tag: str) -> bool:
    if not isinstance(cell, dict) or cell.get("cell_type") != "code":
        return False
    metadata = cell.get("metadata")
    tags = metadata.get("tags") if isinstance(metadata, dict) else None
    return isinstance(tags, list) and tag in tags


def _source(cell: dict[str, Any]) -> str:
    """One text, or a list of its lines: both are right. Half a surrogate pair is no text."""
    source = cell.get("source")
    lines = source if isinstance(source, list) else [source]
    text = "".join(line for line in lines if isinstance(line, str))
    return text.encode(errors="replace").decode()
