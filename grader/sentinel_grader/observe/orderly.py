"""Work for one worker that nobody disturbs: what was there before it was mended must be there still."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from docker.models.containers import Container

from sentinel_grader.observe.alerter_runs import ALERTING, QUEUE, alerts_in, entry_of
from sentinel_grader.observe.patience import Patience
from sentinel_grader.observe.scope import Scope
from sentinel_grader.observe.stand import PORT, Stand


@dataclass(frozen=True)
class Orderly:
    """Work for one worker that nobody disturbs: the errors that were queued, in their order, and the entries that
    alerts name, in theirs. Between the errors were one of another level, one that is no entry, and one that came for a
    second time."""

    errors: list[str] = field(default_factory=list)
    named: list[str] = field(default_factory=list)
    words: str = ""


def orderly_work(scope: Scope, place: Stand, container: Container) -> Orderly:
    """Queue all of it, and read the alerts once the last is there."""
    service = f"shop-{scope.nonce(4)}"
    first, info, second, last = (entry_of(service, level) for level in ("ERROR", "INFO", "CRITICAL", "ERROR"))
    told = [json.dumps(first), f"no entry {scope.nonce(4)}", *map(json.dumps, (info, second, first, last))]
    place.push(QUEUE, *told)
    patience, named, words = Patience(ALERTING, place.agent.slowdown), list[str](), ""
    while patience.lasts() and last["id"] not in named:
        answer = place.agent.http("GET", place.address(container), PORT, "/alerts?limit=1000")
        named = [id_ for ids in alerts_in(answer.json, service) for id_ in ids]
        words = answer.words
        scope.sleep(0.1)
    return Orderly([entry["id"] for entry in (first, second, last)], named, words)
