"""What was graded where a learner changed what was given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sentinel_grader.grading import OWN_CODE, Grade
from sentinel_grader.observe.own_build import own_build
from sentinel_grader.reports.text import shown


def words(graded: Grade) -> Iterator[str]:
    """A sentence for each kind of what was changed. In one task the code that was given is what it is about."""
    yield from sentences(graded.changed_given_files, own_was_graded=own_build.__name__ in graded.outcomes)


def sentences(paths: Sequence[str], *, own_was_graded: bool) -> Iterator[str]:
    """The same, of these files."""
    own = [path for path in paths if path.startswith(OWN_CODE)]
    given = [path for path in paths if path not in own]
    if own and own_was_graded:
        yield f"{_differ(own)}: task 6 was graded with yours, every other task with the course's own."
    elif own:
        yield f"{_differ(own)}: the course's own was graded, as in every task but 6."
    if given:
        yield f"{_differ(given)}: the course's own was graded."


def _differ(paths: Sequence[str]) -> str:
    one, *others = paths
    names = shown(one, most=300, lines=1) + (f" and {len(others)} more" if others else "")
    return f"{names} {'differ' if others else 'differs'} from what was handed out"
