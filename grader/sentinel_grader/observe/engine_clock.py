"""When something happened to a container, by the engine's own clock.

Our own knows when we asked and when we were answered: on a busy machine an engine takes seconds for either.
"""

from __future__ import annotations

from datetime import datetime

from docker.models.containers import Container

#: Seconds past a container's end until which events are asked for: the signal is written down after it was sent.
_WRITTEN = 0.2
#: SIGKILL: what follows when the time that a signal gave is over.
_KILL = "9"


def started_at(container: Container) -> float:
    """When the engine started it (seconds since 1970), as known at the last reload; one that it never started, at the
    beginning of time."""
    return _moment(container.attrs["State"]["StartedAt"])


def seconds_to_end(container: Container) -> float | None:
    """Seconds from the signal by which the engine told a container to end until it had; it was reloaded since. None
    where the engine does not know any more, or knows the kill that followed alone: it remembers its last 256 events,
    https://docs.docker.com/reference/cli/docker/system/events/#limiting-filtering-and-formatting-the-output,
    and each probe of a HEALTHCHECK is three."""
    ended = _moment(container.attrs["State"]["FinishedAt"])
    events = container.client.api.events(
        since=f"{started_at(container):.6f}",
        until=f"{ended + _WRITTEN:.6f}",
        filters={"container": container.id, "event": "kill"},
        decode=True,
    )
    told = next(iter(events), None)
    if told is None or told["Actor"]["Attributes"]["signal"] == _KILL:
        return None
    return max(ended - int(told["timeNano"]) / 1e9, 0.0)


def _moment(written: str) -> float:
    """The engine's way to write it has nine digits after the point, or fewer; Python reads six."""
    whole, _, part = written.removesuffix("Z").partition(".")
    return datetime.fromisoformat(f"{whole}+00:00").timestamp() + float(f"0.{part[:6] or 0}")
