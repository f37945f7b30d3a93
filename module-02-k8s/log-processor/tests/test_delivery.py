"""A batch is sent until each event is stored or refused: in order, each once, however the backend refuses."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from hypothesis import given
from hypothesis import strategies as st
from processor.backend import Backend, Refused, Stored
from processor.backoff import Backoff
from processor.delivery import Delivery, Item
from processor.entries import Refusal
from processor.metrics import Metrics
from processor.persistence import Persistence, Unavailable
from processor.reach import Reach
from processor.settings import Settings

Answer = Callable[[Sequence[bytes]], Stored | Refused]


class Scripted(Backend):
    """A backend that answers as a function says."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(Settings())
        self._answer = answer
        self.stored: list[bytes] = []
        self.requests = 0

    async def post(self, events: Sequence[bytes]) -> Stored | Refused:
        self.requests += 1
        answer = self._answer(events)
        if isinstance(answer, Stored):
            self.stored += events
        return answer


def deliver(backend: Backend, bodies: list[bytes], most_bytes: int = 1_000_000) -> dict[int, Refusal]:
    persist = Persistence(Reach("backend"), Backoff(0.001, 0.001, 0.001), lambda _: None)
    items = [Item(index, body) for index, body in enumerate(bodies)]
    return asyncio.run(Delivery(backend, persist, Metrics(), most_bytes).deliver(items))


def store_all(events: Sequence[bytes]) -> Stored:
    return Stored(len(events), 0)


bodies = st.lists(st.sampled_from([b"good", b"bad"]), max_size=40)


@given(bodies)
def test_what_the_backend_names_is_refused_and_the_rest_is_stored(sent: list[bytes]) -> None:
    def name_some(events: Sequence[bytes]) -> Stored | Refused:
        bad = {index: "bad" for index, event in enumerate(events) if event == b"bad"}
        return Refused("422", dict(list(bad.items())[:3])) if bad else store_all(events)

    backend = Scripted(name_some)
    refused = deliver(backend, sent)
    assert sorted(refused) == [index for index, body in enumerate(sent) if body == b"bad"]
    assert backend.stored == [body for body in sent if body == b"good"]


@given(bodies)
def test_a_culprit_that_the_backend_does_not_name_is_found(sent: list[bytes]) -> None:
    backend = Scripted(lambda events: Refused("400 odd", {}) if b"bad" in events else store_all(events))
    refused = deliver(backend, sent)
    assert sorted(refused) == [index for index, body in enumerate(sent) if body == b"bad"]
    assert all(refusal == Refusal("refused", "The backend refused it: 400 odd") for refusal in refused.values())
    assert backend.stored == [body for body in sent if body == b"good"]


def test_one_culprit_in_a_full_batch_takes_few_requests() -> None:
    backend = Scripted(lambda events: Refused("400", {}) if b"bad" in events else store_all(events))
    assert list(deliver(backend, [b"good"] * 499 + [b"bad"])) == [499]
    assert backend.requests < 25


@given(st.lists(st.binary(min_size=1, max_size=50), max_size=30), st.integers(51, 200))
def test_no_request_is_too_large_and_the_order_is_kept(sent: list[bytes], most: int) -> None:
    sizes: list[int] = []

    def measure(events: Sequence[bytes]) -> Stored:
        sizes.append(sum(map(len, events)) + len(events))
        return store_all(events)

    backend = Scripted(measure)
    assert deliver(backend, sent, most) == {}
    assert backend.stored == sent
    assert all(size <= most for size in sizes)


def test_a_failure_is_tried_again_with_the_same_batch() -> None:
    tries: list[list[bytes]] = []

    def fail_twice(events: Sequence[bytes]) -> Stored:
        tries.append(list(events))
        if len(tries) < 3:
            raise Unavailable("503", kind="503")
        return store_all(events)

    assert deliver(Scripted(fail_twice), [b"a", b"b"]) == {}
    assert tries == [[b"a", b"b"]] * 3
