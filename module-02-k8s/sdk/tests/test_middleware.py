"""What is recorded of a request, and that everything passes as it came."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI, WebSocket
from fastapi.responses import StreamingResponse
from sdk_asgi import adds_up, answering, ask, call, delivered, scope_of, sentinel_for
from sdk_backend import Backend, statuses
from sentinel_sdk import Sentinel, SentinelMiddleware
from starlette.background import BackgroundTask
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


class SoldOut(Exception):
    """An application's own."""


@pytest.fixture
def sentinel(backend: Backend) -> Iterator[Sentinel]:
    with sentinel_for(backend.url) as running:
        yield running


def shop(sentinel: Sentinel) -> FastAPI:
    """An application with one route of each kind."""
    app = FastAPI()
    inner, outer, below = APIRouter(prefix="/in"), APIRouter(prefix="/out/{o}"), FastAPI()

    @app.get("/users/{number:int}")
    async def user(number: int) -> int:
        return number

    @inner.get("/items/{item}")
    async def item(item: str) -> str:
        return item

    @below.get("/deep/{deep}")
    async def deep(deep: str) -> str:
        return deep

    @app.get("/broken")
    async def broken() -> None:
        raise SoldOut

    @app.websocket("/socket")
    async def socket(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_text(await websocket.receive_text())
        await websocket.close()

    outer.include_router(inner)
    app.include_router(outer, prefix="/api")
    app.mount("/below/{tenant}", below)
    app.add_middleware(SentinelMiddleware, sentinel=sentinel)
    return app


def test_an_event_says_all_about_its_request(sentinel: Sentinel, backend: Backend) -> None:
    headers = [(b"x-tenant-id", b"acme"), (b"traceparent", f"00-{TRACE}-00f067aa0ba902b7-01".encode())]
    before = time.time()
    ask(shop(sentinel), "/users/17", headers=headers)
    [event] = delivered(sentinel, backend)
    assert (event.tenant_id, event.service_name, event.trace_id) == ("acme", "shop", TRACE)
    assert (event.method, event.route, event.status, event.level) == ("GET", "/users/{number}", 200, "INFO")
    assert event.message == "GET /users/{number} 200"
    assert event.attributes is None
    assert before - 0.001 <= event.timestamp.timestamp() <= time.time()
    assert 0 < event.latency_ms < (time.time() - before) * 1000


def test_a_route_is_its_template_below_routers_and_mounts_too(sentinel: Sentinel, backend: Backend) -> None:
    app = shop(sentinel)
    ask(app, "/api/out/7/in/items/3", "/below/acme/deep/1", "/no/such/page", "/users/x", "/below/acme/nothing")
    ask(app, "/proxied/below/acme/deep/1", root_path="/proxied")
    routes = [event.route for event in delivered(sentinel, backend)]
    assert routes == [
        "/api/out/{o}/in/items/{item}", "/below/{tenant}/deep/{deep}", "(unmatched)", "(unmatched)", "(unmatched)",
        "/below/{tenant}/deep/{deep}",
    ]  # fmt: skip


def test_without_templates_routes_are_bounded(sentinel: Sentinel, backend: Backend) -> None:
    app = SentinelMiddleware(answering(), sentinel)
    ask(app, "/v1/users/17", "/v1/users/18/pets", *(f"/{'x' * (number % 30)}-{number:b}" for number in range(20)))
    ask(app, *("/" + "".join(chr(97 + int(digit)) for digit in str(number)) for number in range(600)))
    routes = [event.route for event in delivered(sentinel, backend)]
    assert routes[:3] == ["/v1/users/{id}", "/v1/users/{id}/pets", "/{id}"]
    assert len(set(routes)) == 501
    assert routes[-1] == "(others)"


@pytest.mark.parametrize(
    ("status", "level"), [(200, "INFO"), (302, "INFO"), (404, "WARNING"), (500, "ERROR"), (503, "ERROR")]
)
def test_the_level_follows_from_the_status(sentinel: Sentinel, backend: Backend, status: int, level: str) -> None:
    ask(SentinelMiddleware(answering(status), sentinel), "/")
    [event] = delivered(sentinel, backend)
    assert (event.status, event.level) == (status, level)


@pytest.mark.parametrize("outside", [False, True], ids=["added", "around everything"])
def test_an_exception_is_recorded_and_passes_untouched(sentinel: Sentinel, backend: Backend, outside: bool) -> None:
    app = FastAPI()
    error = SoldOut("no more")

    @app.get("/broken")
    async def broken() -> None:
        raise error

    around: Any = SentinelMiddleware(app, sentinel) if outside else app
    if not outside:
        app.add_middleware(SentinelMiddleware, sentinel=sentinel)
    with pytest.raises(SoldOut) as caught:
        ask(around, "/broken")
    assert caught.value is error
    [event] = delivered(sentinel, backend)
    assert (event.status, event.level, event.route) == (500, "ERROR", "/broken")
    assert event.attributes == {"exception": f"{__name__}.SoldOut"}


def test_streams_pass_unbuffered_and_are_timed_to_their_end(sentinel: Sentinel, backend: Backend) -> None:
    order: list[str] = []

    async def chunks() -> Any:
        for name in "abc":
            order.append(f"made {name}")
            yield name
            await asyncio.sleep(0.02)

    app = SentinelMiddleware(StreamingResponse(chunks()), sentinel)

    async def send(message: dict[str, Any]) -> None:
        order.append(f"sent {message.get('body', b'').decode()}")

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(10)
        return {"type": "http.disconnect"}

    asyncio.run(app(scope_of(), receive, send))
    assert order == ["sent ", "made a", "sent a", "made b", "sent b", "made c", "sent c", "sent "]
    [event] = delivered(sentinel, backend)
    assert event.latency_ms >= 60


def test_a_background_task_is_not_part_of_the_response(sentinel: Sentinel, backend: Backend) -> None:
    seen: list[int] = []

    def background() -> None:
        seen.append(sentinel.stats().recorded)
        time.sleep(0.2)

    ask(SentinelMiddleware(JSONResponse({}, background=BackgroundTask(background)), sentinel), "/")
    [event] = delivered(sentinel, backend)
    assert event.latency_ms < 200
    assert seen == [1], "recorded when the response had ended, not when the task had"


def test_a_client_that_hangs_up_is_no_error_of_the_service(sentinel: Sentinel, backend: Backend) -> None:
    async def gone(*_: Any) -> None:
        raise ClientDisconnect

    async def endless(_: Any, __: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"x", "more_body": True})
        await asyncio.sleep(10)

    async def silent(*_: Any) -> None:
        """Nobody reads it any more, so it ends without an answer."""

    async def cut_off() -> None:
        task = asyncio.create_task(call(SentinelMiddleware(endless, sentinel), "/"))
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    with pytest.raises(ClientDisconnect):
        ask(SentinelMiddleware(gone, sentinel), "/")
    asyncio.run(cut_off())
    ask(SentinelMiddleware(silent, sentinel), "/")
    events = delivered(sentinel, backend)
    assert statuses(events) == [499, 200, 500]
    assert [event.level for event in events] == ["WARNING", "INFO", "ERROR"]
    assert [event.attributes for event in events] == [
        {"cancelled": "starlette.requests.ClientDisconnect"},
        {"cancelled": "asyncio.exceptions.CancelledError", "incomplete": True},
        None,
    ]


def test_websockets_and_the_lifespan_pass(sentinel: Sentinel, backend: Backend) -> None:
    incoming = [{"type": "websocket.connect"}, {"type": "websocket.receive", "text": "hello"}]
    assert exchange(shop(sentinel), {**scope_of("/socket"), "type": "websocket"}, incoming) == [
        {"type": "websocket.accept", "subprotocol": None, "headers": []},
        {"type": "websocket.send", "text": "hello"},
        {"type": "websocket.close", "code": 1000, "reason": ""},
    ]
    incoming = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
    assert exchange(shop(sentinel), {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, incoming) == [
        {"type": "lifespan.startup.complete"},
        {"type": "lifespan.shutdown.complete"},
    ]
    assert delivered(sentinel, backend) == []


def exchange(app: Any, scope: dict[str, Any], incoming: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Everything that an application sends while it is given these messages."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return incoming.pop(0)

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    return sent


def test_excluded_paths_and_sentinels_own_posts_are_not_recorded(sentinel: Sentinel, backend: Backend) -> None:
    app = SentinelMiddleware(answering(), sentinel)
    ask(app, "/health", "/health/live", "/metrics")
    ask(app, "/api/v1/events", headers=[(b"user-agent", b"sentinel-sdk/1")])
    ask(app, "/api/v1/events", headers=[(b"user-agent", b"curl")])
    assert len(delivered(sentinel, backend)) == 1


def test_a_backend_that_watches_itself_comes_to_rest(backend: Backend) -> None:
    """What the SDK posts is what this checks: the user agent and the path of a real request."""
    with sentinel_for(backend.url, api_key="secret") as sentinel:
        ask(SentinelMiddleware(answering(), sentinel), "/")
        delivered(sentinel, backend)
        _, path, headers, _ = backend.requests[0]
        own = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        assert (b"x-api-key", b"secret") in own
        ask(SentinelMiddleware(answering(), sentinel), path, headers=own)
        adds_up(sentinel, 1)


def test_without_a_url_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SENTINEL_INGESTION_URL", raising=False)
    app = SentinelMiddleware(answering())
    assert [message["type"] for message in ask(app, "/")] == ["http.response.start", "http.response.body"]
    assert not app.sentinel.stats().enabled
    assert app.sentinel.stats().recorded == 0
    assert app.sentinel.flush()


def test_a_wrong_environment_does_not_keep_an_application_from_starting(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("SENTINEL_INGESTION_URL", "localhost:3000")
    app = SentinelMiddleware(answering())
    assert len(ask(app, "/")) == 2
    assert "nothing is recorded: SENTINEL_INGESTION_URL must be like" in caplog.text


def test_what_is_odd_about_a_scope_or_a_message_is_swallowed_and_counted(sentinel: Sentinel, backend: Backend) -> None:
    async def odd(_: Any, __: Any, send: Any) -> None:
        await send({})
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body"})

    class Route:
        @property
        def path(self) -> str:
            raise RuntimeError

    sent = ask(SentinelMiddleware(odd, sentinel), "/", route=Route())
    assert len(sent) == 3
    assert sentinel.stats().dropped == {"internal_error": 2}
    assert delivered(sentinel, backend) == []
