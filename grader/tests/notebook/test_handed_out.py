"""The notebook as it is handed out: without outputs, in a form that Jupyter keeps, its parts where they must be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sentinel_grader import course, pristine, resetting
from sentinel_grader.notebook import opening
from sentinel_grader.observe.decision_card import TAG
from sentinel_grader.paths import ROOT

#: Not those among the exercises: they are the reader's own.
NOTEBOOKS = sorted([*ROOT.glob("module-*/notebook.ipynb"), *ROOT.glob("module-*/solutions/notebook.ipynb")])
MODULE, TASK = course.task_of("m1.decision_card")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_notebook_holds_no_output_and_is_written_as_jupyter_writes_it(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    content: dict[str, Any] = json.loads(text)
    assert text == json.dumps(content, indent=1, ensure_ascii=False) + "\n"
    assert (content["nbformat"], content["nbformat_minor"]) == (4, 5)
    ids = [cell["id"] for cell in content["cells"]]
    assert len(set(ids)) == len(ids)
    for cell in content["cells"]:
        if cell["cell_type"] == "code":
            assert (cell["outputs"], cell["execution_count"]) == ([], None), cell["id"]


def test_there_is_the_lesson_s_notebook_and_a_solution_of_its_one_tagged_cell() -> None:
    assert {path.relative_to(ROOT).as_posix() for path in NOTEBOOKS} >= {
        "module-01-containers/notebook.ipynb",
        "module-01-containers/solutions/notebook.ipynb",
    }
    solved = json.loads((ROOT / "module-01-containers" / "solutions" / "notebook.ipynb").read_text())
    assert [cell["metadata"].get("tags") for cell in solved["cells"] if cell["cell_type"] == "code"] == [[TAG]]


def test_the_learner_s_copy_is_made_once_and_reset_puts_it_back(tmp_path: Path) -> None:
    path, is_new = opening.own_copy(MODULE, tmp_path)
    assert (path.relative_to(tmp_path).as_posix(), is_new) == (resetting.names(MODULE, TASK)[0], True)
    assert path.read_bytes() == (ROOT / MODULE.folder / pristine.NOTEBOOK).read_bytes()
    path.write_text("mine")
    assert opening.own_copy(MODULE, tmp_path) == (path, False)
    assert path.read_text() == "mine"
    done = resetting.reset(MODULE, TASK, tmp_path)
    assert [each.kept and each.kept.read_text() for each in done] == ["mine"]
    assert path.read_bytes() == (ROOT / MODULE.folder / pristine.NOTEBOOK).read_bytes()
