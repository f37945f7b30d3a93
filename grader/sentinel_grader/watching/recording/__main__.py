"""Record a watch, and make its picture."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from sentinel_grader import course
from sentinel_grader.paths import ROOT
from sentinel_grader.watching.recording import cast, picture
from sentinel_grader.watching.recording.session import COLUMNS, ROWS, TASKS, play


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m sentinel_grader.watching.recording", description=__doc__)
    parser.add_argument("--task", type=int, choices=sorted(TASKS), default=max(TASKS))
    parser.add_argument("--to", type=Path, default=ROOT / ".github" / "watch", help="the files, without .cast and .svg")
    parser.add_argument("--picture-only", action="store_true", help="of the recording that is there")
    arguments = parser.parse_args()
    title = next(task.title for task in course.MODULES[0].tasks if task.number == arguments.task)
    words = f"./sentinel watch: task 1.{arguments.task}, {title}"
    recording, drawn = arguments.to.with_suffix(".cast"), arguments.to.with_suffix(".svg")
    if not arguments.picture_only:
        played = picture.thinned(play(TASKS[arguments.task]), COLUMNS, ROWS)
        recording.write_text(cast.write(played, columns=COLUMNS, rows=ROWS, title=words))
    head, chunks = cast.read(recording.read_text())
    told = (
        "A terminal: the first look fails, a hint is shown, a file is saved with a mistake, and the check that notices "
        "it says what it saw; the file is saved again, what depends on it is judged anew, and the task is right."
    )
    drawn.write_text(picture.render(chunks, columns=COLUMNS, rows=ROWS, title=str(head["title"]), description=told))
    for path in (recording, drawn):
        sys.stdout.write(f"wrote {path}: {path.stat().st_size / 1000:.0f} kB\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
