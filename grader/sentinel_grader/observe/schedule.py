"""Observations side by side: each starts as soon as all it builds on is recorded, and none outlives the call."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from enum import Enum
from functools import partial

from sentinel_grader.observe.calling_off import CALLED_OFF, CallingOff, Names
from sentinel_grader.observe.control import still_busy
from sentinel_grader.observe.keys import Perishable
from sentinel_grader.observe.keys import key as key_of
from sentinel_grader.observe.log import AT_WORK
from sentinel_grader.observe.outcome import Blocked, Fault, OursError, Outcome, Recorded, SubmissionFault, Unavailable
from sentinel_grader.observe.registry import REGISTRY, Observation, Registry
from sentinel_grader.observe.scope import Scope, inputs_only
from sentinel_grader.observe.session import Session
from sentinel_grader.observe.store import Store
from sentinel_grader.observe.strain import MACHINE_BUSY, STRAIN, Strain, used_in
from sentinel_grader.observe.turns import alone, among_others


class Moment(Enum):
    STARTED = "started"
    SAID = "said"
    REUSED = "reused"
    ENDED = "ended"
    BLOCKED = "blocked"


@dataclass(frozen=True)
class Event:
    """Something a display may show: which observation, what happened, how it ended, after how many seconds. `words` is
    the last line that a command printed which is at work for it: the learner's text, as it is."""

    observation: str
    moment: Moment
    outcome: Outcome | None = None
    seconds: float = 0.0
    words: str = ""


Listener = Callable[[Event], None]

#: Ours, and yet a sign of a busy machine: what did not answer in time may do so when it is asked again.
_SLOW = frozenset({"agent_slow", "redis_not_ready"})
_ONCE_MORE = "The machine is busy: once more, with nothing of ours beside it"
_BUSY_TWICE = "The machine was busy with other work, twice; nobody can tell for what reason something came late."


def observe(
    names: Iterable[str],
    session: Session,
    store: Store,
    *,
    jobs: int,
    listener: Listener = lambda _event: None,
    registry: Registry = REGISTRY,
    calling_off: CallingOff | None = None,
    first: Iterable[str] | None = None,
) -> dict[str, Outcome]:
    """Make the named observations and all that they build on, at most `jobs` at once; how each ended, by name. One that
    was called off is unavailable, and so is what builds on it. Those that are not among `first`, nor needed for these,
    begin once all of these have begun."""
    names = list(names)
    wanted = {each.name for each in registry.closure(names if first is None else first)}
    run = _Run(session, store, jobs, listener, registry, wanted)
    return asyncio.run(run.unless_called_off(registry.closure(names), calling_off or CallingOff()))


class _Run:
    def __init__(
        self,
        session: Session,
        store: Store,
        jobs: int,
        listener: Listener,
        registry: Registry,
        first: Collection[str] = (),
    ) -> None:
        self._session, self._store, self._listener, self._registry = session, store, listener, registry
        self._places, self._seen_alone = asyncio.Semaphore(jobs), set[str]()
        self._tasks: dict[str, asyncio.Task[Outcome]] = {}
        self._keys: dict[str, str] = {}
        self._first, self._to_begin, self._all_begun = frozenset(first), set(first), asyncio.Event()

    async def unless_called_off(self, observations: list[Observation], calling_off: CallingOff) -> dict[str, Outcome]:
        loop = asyncio.get_running_loop()
        with calling_off.heard_by(lambda names: loop.call_soon_threadsafe(self._call_off, names)):
            return await self.all(observations)

    async def all(self, observations: list[Observation]) -> dict[str, Outcome]:
        async with asyncio.TaskGroup() as group:
            for observation in sorted(observations, key=lambda each: not each.long):  # none begins before all are there
                self._tasks[observation.name] = task = group.create_task(self._one(observation))
                task.add_done_callback(partial(self._has_begun, observation.name))  # one that was used again, too
        gone = Unavailable(CALLED_OFF, "It was called off before it ended.")
        return {name: gone if task.cancelled() else task.result() for name, task in self._tasks.items()}

    def _has_begun(self, name: str, _task: object = None) -> None:
        self._to_begin.discard(name)
        if not self._to_begin:
            self._all_begun.set()

    def _call_off(self, names: Names) -> None:
        """Cancel them; what waits for one that is cancelled is cancelled with it, and what was made of it is here."""
        called_off = set(self._tasks if names is None else names)
        for observation in self._registry.closure(self._tasks):  # each after what it builds on
            if observation.name in called_off or called_off & set(observation.needs):
                called_off.add(observation.name)
                self._tasks[observation.name].cancel()

    async def _one(self, observation: Observation) -> Outcome:
        built_on = {name: await self._tasks[name] for name in observation.needs}
        lacking = tuple(name for name, outcome in built_on.items() if not isinstance(outcome, Recorded))
        if lacking:
            self._listener(Event(observation.name, Moment.BLOCKED, blocked := Blocked(lacking)))
            return blocked
        recorded = {name: outcome for name, outcome in built_on.items() if isinstance(outcome, Recorded)}
        needs = {name: (self._keys[name], outcome) for name, outcome in recorded.items()}
        key = key_of(observation, self._session.submission, needs, self._session.surroundings)
        self._keys[observation.name] = key
        kept = self._store.read(observation, key)
        if kept and await self._is_there(kept.outcome):
            self._listener(Event(observation.name, Moment.REUSED, kept.outcome, kept.seconds))
            return kept.outcome
        if observation.name not in self._first:
            await self._all_begun.wait()
        async with self._places, among_others():
            self._has_begun(observation.name)
            self._listener(Event(observation.name, Moment.STARTED))
            outcome, seconds, in_vain = await self._make(observation, data := [each.data for each in recorded.values()])
        if in_vain:
            outcome, again = await self._once_more(observation, data, outcome)
            seconds += again
        self._store.write(observation, key, outcome, seconds)
        self._listener(Event(observation.name, Moment.ENDED, outcome, seconds))
        return outcome

    async def _once_more(self, observation: Observation, data: list[object], before: Outcome) -> tuple[Outcome, float]:
        """Make it again, with nothing beside it: how it ended then, and after how many seconds. A fault that was seen
        so already, elsewhere in this grade, need not be waited for again: a service that hangs does so everywhere."""
        self._listener(Event(observation.name, Moment.SAID, words=_ONCE_MORE))
        async with alone():
            if isinstance(before, SubmissionFault) and before.code in self._seen_alone:
                return before, 0.0
            outcome, seconds, in_vain = await self._make(observation, data, alone=True)
            late = in_vain and not isinstance(outcome, Unavailable)
            if late and await asyncio.to_thread(still_busy, self._session):
                outcome = Unavailable(MACHINE_BUSY, _BUSY_TWICE)
        if isinstance(outcome, SubmissionFault):
            self._seen_alone.add(outcome.code)
        return outcome, seconds

    async def _is_there(self, outcome: Outcome) -> bool:
        """Whether what a recording stands for is still on the engine."""
        if isinstance(outcome, Recorded) and isinstance(outcome.data, Perishable):
            return await asyncio.to_thread(outcome.data.is_there, self._session)
        return True

    async def _make(
        self, observation: Observation, data: list[object], *, alone: bool = False
    ) -> tuple[Outcome, float, bool]:
        """Make it: how it ended, after how many seconds, and whether it was in vain: since the machine was busy."""
        started = time.monotonic()
        AT_WORK.set(observation.name)
        STRAIN.set(strain := Strain(partial(used_in, self._session)))
        with inputs_only(self._session.submission, observation.inputs) as files:
            scope = Scope(
                self._session, files, lambda words: self._listener(Event(observation.name, Moment.SAID, words=words))
            )
            work = asyncio.create_task(asyncio.to_thread(_call, observation, scope, data))
            try:
                outcome = await asyncio.shield(work)
            except asyncio.CancelledError:
                scope.cancel()
                await work
                raise
        if self._session.disk and (fault := self._session.disk.filled_by(observation.name)):
            return fault, time.monotonic() - started, False
        slow = isinstance(outcome, Unavailable) and outcome.code in _SLOW
        return outcome, time.monotonic() - started, strain.from_outside or slow or (strain.is_unsure and not alone)


def _call(observation: Observation, scope: Scope, data: list[object]) -> Outcome:
    """Call it; every way in which it may end is an outcome. What it raises besides its own two is a mistake of ours."""
    try:
        return Recorded(observation.function(scope, *data))
    except Fault as fault:
        return fault.outcome
    except OursError as ours:
        return ours.outcome
    except Exception as error:
        return Unavailable("observation_crashed", f"{observation.name}: {type(error).__name__}: {error}")
