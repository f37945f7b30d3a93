"""What `down --all` takes away of grades, and what it leaves."""

from __future__ import annotations

from pathlib import Path

import pytest

from sentinel_grader.observe import build_logs, facts, kept, store


def test_all_that_can_be_made_anew_goes_and_what_learners_did_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SENTINEL_STATE", str(tmp_path))
    for folder in (store.FOLDER, facts.FOLDER, build_logs.FOLDER, "learners"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "one.json").write_text("0" * 500_000)
    (tmp_path / "secret").write_text("x")
    seen = kept.finding(engine=False).seen
    assert seen.startswith(f"1.5 MB of recordings and logs at {tmp_path};")
    kept.clear(engine=False)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["learners", "secret"]
    assert kept.finding(engine=False).seen.startswith("0.0 MB")
