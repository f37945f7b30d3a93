"""Whatever strangers send, what is posted is valid, bounded, and the application gets it as it came."""

from __future__ import annotations

import re
import tracemalloc
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sdk_asgi import answering, ask, scope_of, sentinel_for
from sdk_event import StrictEvent, valid_events
from sentinel_sdk import SentinelMiddleware
from sentinel_sdk.batches import joined
from sentinel_sdk.events import Encoder, Record
from sentinel_sdk.headers import tenant_of, trace_id_of
from sentinel_sdk.ids import new_ids
from sentinel_sdk.routes import Routes, template_of

HEX = "0123456789abcdef"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
NAMES = st.sampled_from([b"x-tenant-id", b"traceparent", b"accept"]) | st.binary(max_size=20)
HEADERS = st.lists(st.tuples(NAMES, st.binary(max_size=200)), max_size=6)


class Recorder(SentinelMiddleware):
    """Keeps its records, and sends nothing."""

    def __init__(self, app: Any) -> None:
        with sentinel_for("http://127.0.0.1:1") as sentinel:
            super().__init__(app, sentinel)
        self.records: list[Record] = []
        self.sentinel.record = self._keep  # type: ignore[method-assign]

    def _keep(self, record: Record, is_error: bool = False) -> None:  # noqa: ARG002 - as it is called
        self.records.append(record)

    def events(self) -> list[StrictEvent]:
        """As they would be posted."""
        encoder = Encoder("shop", "nobody")
        ids = new_ids(len(self.records))
        return valid_events(joined([encoder.encode(*pair) for pair in zip(self.records, ids, strict=True)]))


@given(HEADERS, st.text(max_size=400), st.text(max_size=40), st.integers(-1, 1000))
def test_any_request_makes_a_valid_event(
    headers: list[tuple[bytes, bytes]], path: str, method: str, status: int
) -> None:
    recorder = Recorder(answering(status))
    ask(recorder, path, headers=headers, method=method)
    [event] = recorder.events()
    assert event.status == (status if 100 <= status <= 599 else None)
    assert (event.tenant_id, event.service_name) == (tenant_in(headers), "shop")


def tenant_in(headers: list[tuple[bytes, bytes]]) -> str:
    """The last one counts, if it is one."""
    given = [value for name, value in headers if name == b"x-tenant-id"][-1:]
    good = given and re.fullmatch(rb"[!-~]{1,128}", given[0])
    return given[0].decode() if good else "nobody"


@given(st.binary(max_size=300))
def test_a_tenant_is_visible_ascii_or_none(header: bytes) -> None:
    tenant = tenant_of(header)
    assert tenant is None or (tenant.encode() == header and 1 <= len(tenant) <= 128 and tenant.isprintable())


@given(st.from_regex(rb"\A[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}\Z") | st.binary(max_size=60))
def test_a_trace_id_is_32_digits_not_all_zero_or_none(header: bytes) -> None:
    trace = trace_id_of(header)
    assert trace is None or (len(trace) == 32 and set(trace) <= set(HEX) and set(trace) != {"0"})


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (f"00-{TRACE}-00f067aa0ba902b7-01", TRACE),
        (f"cc-{TRACE}-00f067aa0ba902b7-01", TRACE),
        (f"cc-{TRACE}-00f067aa0ba902b7-01-later", TRACE),
        (f"00-{TRACE}-00f067aa0ba902b7-01-more", None),
        (f"ff-{TRACE}-00f067aa0ba902b7-01", None),
        (f"00-{'0' * 32}-00f067aa0ba902b7-01", None),
        (f"00-{TRACE}-{'0' * 16}-01", None),
        (f"00-{TRACE.upper()}-00f067aa0ba902b7-01", None),
        ("", None),
    ],
)
def test_trace_ids_are_read_as_w3c_says(header: str, expected: str | None) -> None:
    recorder = Recorder(answering())
    ask(recorder, "/", headers=[(b"traceparent", header.encode())])
    assert [event.trace_id for event in recorder.events()] == [expected]


@given(st.lists(st.tuples(st.none() | st.text(max_size=300), st.text(max_size=300), st.integers(200, 599))))
def test_names_of_routes_never_exceed_their_number(requests: list[tuple[str | None, str, int]]) -> None:
    routes = Routes(most=3)
    names = [routes.name(*request) for request in requests]
    assert len(set(names) - {"(others)", "(unmatched)"}) <= 3
    assert all(len(name) <= 256 for name in names)


@given(st.integers(1, 2000))
@settings(max_examples=30)
def test_ids_are_all_different(count: int) -> None:
    ids = new_ids(count) + new_ids(count)
    assert len(set(ids)) == 2 * count


def test_a_mount_that_serves_files_has_one_route() -> None:
    class Mount:
        path = "/static"
        path_format = "/static/{path}"

    scope = scope_of("/static/a.css", route=Mount(), app_root_path="") | {"root_path": "/static"}
    assert template_of(scope) == "/static/{path}"


def test_a_hundred_thousand_events_of_hostile_requests_take_bounded_memory() -> None:
    """With no backend at all: what waits is bounded, and so is each of it, whatever a request holds."""
    with sentinel_for("http://127.0.0.1:1", queue_size=10_000) as sentinel:
        app = SentinelMiddleware(answering(), sentinel)
        big = b"x" * 60_000
        tracemalloc.start()
        try:
            for number in range(100):
                own = big + b"%d" % number
                headers = [(b"x-tenant-id", own), (b"traceparent", own + b"-"), (b"cookie", own)]
                ask(app, *["/" + "p" * 5_000 + str(number)] * 1000, headers=headers, method="M" * 5_000)
            held, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        stats = sentinel.stats()
        assert stats.recorded == 100_000
        assert stats.queued <= 10_000 + 100
        assert held < 20_000_000, "2 kB for each that waits"


def test_the_encoder_keeps_a_bounded_number_of_pieces() -> None:
    encoder = Encoder("shop", "nobody")
    for number in range(30_000):
        record = (0.0, 0.0, f"M{number}", 200, f"/{number}", "", b"%d" % number, None, None)
        encoder.encode(record, "id")
    assert len(encoder._requests) + len(encoder._tenants) <= 4_000
