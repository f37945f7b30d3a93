"""What an application may do with its events, and that it cannot hurt itself by it."""

from __future__ import annotations

from typing import Any

import pytest
from sdk_asgi import adds_up, answering, ask, delivered, sentinel_for
from sdk_backend import Backend
from sentinel_sdk import Event, SentinelMiddleware


def test_a_hook_changes_and_drops_events(backend: Backend) -> None:
    def redact(event: Event) -> Event | None:
        if event["route"] == "/secret":
            return None
        event["tenant_id"] = "hidden"
        event["attributes"] = {"region": "eu", "tags": ["a"]}
        return event

    with sentinel_for(backend.url, before_send=redact) as sentinel:
        ask(SentinelMiddleware(answering(), sentinel), "/", "/secret", "/", headers=[(b"x-tenant-id", b"acme")])
        events = delivered(sentinel, backend)
        assert [(event.tenant_id, event.attributes) for event in events] == [
            ("hidden", {"region": "eu", "tags": ["a"]})
        ] * 2
        assert sentinel.stats().dropped == {"before_send": 1}
        adds_up(sentinel, 3)


@pytest.mark.parametrize("error", [ValueError, SystemExit, KeyboardInterrupt, RecursionError])
def test_a_hook_that_raises_drops_its_event_and_nothing_else(backend: Backend, error: type[BaseException]) -> None:
    def hook(event: Event) -> Event:
        if event["route"] == "/bad":
            raise error
        return event

    with sentinel_for(backend.url, before_send=hook) as sentinel:
        ask(SentinelMiddleware(answering(), sentinel), "/", "/bad", "/")
        assert len(delivered(sentinel, backend)) == 2
        assert sentinel.stats().dropped == {"before_send_error": 1}
        adds_up(sentinel, 3)


@pytest.mark.parametrize("made", [True, "text", {"x": float("nan")}, {"x": object()}, {"x": "\ud800"}, [1]])
def test_what_a_hook_returns_that_is_no_event_is_dropped_alone(backend: Backend, made: Any) -> None:
    def hook(event: Event) -> Any:
        return made if event["route"] == "/bad" else event

    with sentinel_for(backend.url, before_send=hook) as sentinel:
        ask(SentinelMiddleware(answering(), sentinel), "/", "/bad", "/")
        assert len(delivered(sentinel, backend)) == 2
        assert sentinel.stats().dropped == {"unsendable": 1}
        adds_up(sentinel, 3)


def test_a_hook_may_flush_without_waiting_for_itself(backend: Backend) -> None:
    answers: list[bool] = []

    def hook(event: Event) -> Event:
        answers.append(sentinel.flush(30))
        return event

    with sentinel_for(backend.url, before_send=hook) as sentinel:
        ask(SentinelMiddleware(answering(), sentinel), "/")
        assert len(delivered(sentinel, backend)) == 1
    assert answers == [False]


def test_a_sample_keeps_every_error(backend: Backend) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await answering(500 if scope["path"] == "/error" else 200)(scope, receive, send)

    with sentinel_for(backend.url, sample_rate=0.3) as sentinel:
        ask(SentinelMiddleware(app, sentinel), *["/", "/error"] * 500)
        events = delivered(sentinel, backend)
        kept = len([event for event in events if event.status == 200])
        assert len([event for event in events if event.status == 500]) == 500
        assert 75 < kept < 225, "150 are expected; beyond this is one run in 10^12"
        assert sentinel.stats().dropped == {"sampled": 500 - kept}
        adds_up(sentinel, 1000)
