"""Which observations there are, and what each builds on.

An observation is a function. Its first parameter is the scope it works in; every other one bears the name of an
observation that it builds on, and the type which that one records:

    @observation("processes", owner="m1.starts")
    def processes(scope: Scope, running: Running) -> Processes: ...

So the graph is written down once, in the signatures; and a name or type that does not fit is an error at import.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, get_type_hints

Made = TypeVar("Made", bound=Callable[..., object])


class GraphError(Exception):
    """The declarations contradict each other: a mistake of the grader's author."""


@dataclass(frozen=True)
class Observation:
    """One declared observation.

    `inputs` are patterns of the submission's files that it may read (pathlib's `glob`, below the submission); `owner`
    is the check that fails when it ends in a SubmissionFault; "" where that fails whatever is made from it. One that is
    `long` begins before the others that could begin as well: it mostly waits, and the grade would wait for it in the
    end.
    """

    name: str
    function: Callable[..., object]
    records: type
    needs: tuple[str, ...]
    inputs: tuple[str, ...]
    owner: str
    long: bool = False


class Registry:
    """Observations by name, in the order of their declaration: so what one builds on comes before it."""

    def __init__(self) -> None:
        self._known: dict[str, Observation] = {}

    def observation(
        self, name: str, *, owner: str = "", inputs: Iterable[str] = (), long: bool = False
    ) -> Callable[[Made], Made]:
        """Declare the decorated function as the observation `name`. Raises GraphError."""

        def declare(function: Made) -> Made:
            if name in self._known:
                raise GraphError(f"there are two observations named {name!r}")
            hints = get_type_hints(function)
            needs = self.needs_of(function, hints, skip=1, who=f"observation {name!r}")
            records = hints.get("return")
            if not isinstance(records, type):
                raise GraphError(f"observation {name!r} does not say what it records")
            self._known[name] = Observation(name, function, records, needs, tuple(inputs), owner, long)
            return function

        return declare

    def needs_of(
        self, function: Callable[..., object], hints: Mapping[str, Any], *, skip: int, who: str
    ) -> tuple[str, ...]:
        """The observations that a function's parameters name, its first `skip` ones aside. Raises GraphError."""
        names = list(inspect.signature(function).parameters)[skip:]
        for parameter in names:
            known = self._known.get(parameter)
            if known is None:
                raise GraphError(f"{who} asks for {parameter!r}, and there is no such observation (declared before it)")
            if hints.get(parameter) is not known.records:
                raise GraphError(f"{who} takes {parameter!r} for another type than {known.records.__name__}")
        return tuple(names)

    def __getitem__(self, name: str) -> Observation:
        return self._known[name]

    def __contains__(self, name: str) -> bool:
        return name in self._known

    def closure(self, names: Iterable[str]) -> list[Observation]:
        """These observations and all that they build on, each after what it builds on."""
        wanted = set(names)
        for known in reversed(list(self._known.values())):
            if known.name in wanted:
                wanted |= set(known.needs)
        return [known for known in self._known.values() if known.name in wanted]


#: The course's observations. Tests make registries of their own.
REGISTRY = Registry()
observation = REGISTRY.observation
