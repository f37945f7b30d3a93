"""What a grade says of the recordings that it used again, since nothing that they rest on changed."""

from __future__ import annotations

from collections.abc import Iterable

from sentinel_grader.observe.schedule import Event, Moment
from sentinel_grader.reports.live import label

#: Of what was made anew: so many are named, those that took longest.
_NAMED = 6
#: Seconds from which on it is worth a word that some were used again.
_WORTH = 0.1


def words(events: Iterable[Event]) -> str:
    """One line; "" where nothing was used again, as in CI, or nothing worth a word. Seconds saved are those that making
    it took then."""
    ended = {event.observation: event for event in events if event.moment in (Moment.REUSED, Moment.ENDED)}
    reused = [event for event in ended.values() if event.moment is Moment.REUSED]
    if not reused:
        return ""
    seconds = sum(event.seconds for event in reused)
    saved = f"{seconds:.1f} s saved"
    made = sorted((event for event in ended.values() if event not in reused), key=lambda event: -event.seconds)
    if not made:
        return f"Nothing changed: all {len(reused)} observations used again, {saved}."
    if seconds < _WORTH:
        return ""
    names = [label(event.observation) for event in made[:_NAMED]]
    more = f" and {len(made) - _NAMED} more" if len(made) > _NAMED else ""
    return f"{len(reused)} of {len(ended)} observations used again, {saved}; made anew: {', '.join(names)}{more}."
