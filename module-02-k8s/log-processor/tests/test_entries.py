"""Whatever stands on the queue becomes a valid event or a reason, and never an exception."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from processor.entries import Normal, Refusal, normalise
from processor_process import entry

LARGEST = 100_000
LIMITS = {"id": 128, "tenant_id": 128, "service_name": 128, "method": 16, "route": 256, "trace_id": 64}
REQUIRED = {"id", "tenant_id", "service_name", "level", "message"}
FIELDS = REQUIRED | {"timestamp", "received_at", "attributes", "method", "route", "trace_id", "status", "latency_ms"}

texts = st.text(max_size=300)
numbers = st.integers() | st.floats() | st.booleans()
values = st.recursive(
    st.none() | numbers | texts, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3)
)
keys = st.sampled_from(sorted(FIELDS)) | texts
attributes = st.dictionaries(st.sampled_from(["status", "latency_ms", "method", "route", "trace_id", "x"]), values)
near_entries = st.builds(
    lambda changes, more: entry(1, **changes, **({"attributes": more} if more else {})),
    st.dictionaries(keys.filter(lambda key: key not in ("attributes", "number")), values, max_size=2),
    attributes,
)


def event_of(item: bytes) -> dict[str, Any]:
    """The event that an entry becomes."""
    found = normalise(item, LARGEST)
    assert isinstance(found, Normal), found
    event: dict[str, Any] = json.loads(found.body)
    return event


def assert_valid(event: dict[str, Any]) -> None:
    """What the backend asks of an event, written down a second time."""
    assert set(event) >= REQUIRED
    assert set(event) <= FIELDS
    assert event["level"] in ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
    for name, longest in LIMITS.items():
        assert isinstance(event.get(name, ""), str)
        assert len(event.get(name, "")) <= longest
    assert all(event[name] for name in ("id", "tenant_id", "service_name"))
    for name in ("timestamp", "received_at"):
        assert name not in event or datetime.fromisoformat(event[name]).utcoffset() is not None
    assert type(event.get("status", 100)) is int
    assert 100 <= event.get("status", 100) <= 599
    assert type(event.get("latency_ms", 0)) in (int, float)
    assert 0 <= event.get("latency_ms", 0) <= 86_400_000
    assert "\\u0000" not in re.sub(r"\\\\", "", json.dumps(event))


def assert_event_or_reason(item: bytes) -> None:
    found = normalise(item, LARGEST)
    if isinstance(found, Refusal):
        assert found.reason
    else:
        assert_valid(json.loads(found.body))


@given(st.binary(max_size=200))
def test_any_bytes(item: bytes) -> None:
    assert_event_or_reason(item)


@given(values)
def test_any_json(value: object) -> None:
    assert_event_or_reason(json.dumps(value).encode())


@given(near_entries)
def test_anything_like_an_entry(value: dict[str, object]) -> None:
    assert_event_or_reason(json.dumps(value, ensure_ascii=False).encode(errors="surrogatepass"))


@given(near_entries, st.data())
def test_any_entry_with_a_byte_changed(value: dict[str, object], data: st.DataObject) -> None:
    item = bytearray(json.dumps(value).encode())
    item[data.draw(st.integers(0, len(item) - 1))] = data.draw(st.integers(0, 255))
    assert_event_or_reason(bytes(item))


def test_an_entry_of_the_collector_is_passed_on_whole() -> None:
    given = entry(1, attributes={"x": {"y": [1, None]}, "big": 2**63 - 1})
    assert event_of(json.dumps(given).encode()) == given


def test_what_the_backend_counts_by_is_lifted_out_of_the_attributes() -> None:
    lifted = {"status": 503, "latency_ms": 1.5, "method": "GET", "route": "/users/{id}", "trace_id": "abc"}
    event = event_of(json.dumps(entry(1, attributes={**lifted, "x": 1})).encode())
    assert event == entry(1, attributes={"x": 1}, **lifted)
    assert event_of(json.dumps(entry(1, attributes=lifted)).encode()) == entry(1, **lifted)


@pytest.mark.parametrize(
    ("name", "value"),
    [("status", True), ("status", "500"), ("status", 99), ("status", 600), ("status", 200.0), ("status", None),
     ("latency_ms", -1), ("latency_ms", 86_400_001), ("latency_ms", True), ("latency_ms", "1"), ("method", "M" * 17),
     ("method", 1), ("route", "r" * 257), ("route", ["r"]), ("trace_id", "t" * 65), ("trace_id", {"t": 1})],
)  # fmt: skip
def test_what_has_another_type_or_size_stays_in_the_attributes(name: str, value: object) -> None:
    given = entry(1, attributes={name: value})
    assert event_of(json.dumps(given).encode()) == given


def test_what_has_a_default_may_be_missing() -> None:
    event = event_of(b'{"id": "a", "service_name": "s", "attributes": null}')
    assert event == {"id": "a", "service_name": "s", "level": "INFO", "message": "", "tenant_id": "default"}


def test_times_are_in_utc() -> None:
    event = event_of(json.dumps(entry(1, timestamp="2026-01-31T13:00:00.5+01:00")).encode())
    assert event["timestamp"] == "2026-01-31T12:00:00.500000Z"


def test_a_backslash_before_u0000_is_text() -> None:
    assert event_of(json.dumps(entry(1, message="\\u0000")).encode())["message"] == "\\u0000"


def changed(**fields: object) -> bytes:
    return json.dumps(entry(1, **fields)).encode()


POISON = {
    "no JSON": (b"hello", "not_json"),
    "nothing": (b"", "not_json"),
    "cut off": (changed()[:-1], "not_json"),
    "a lone surrogate": (changed().replace(b"log 1", b"\\ud800"), "not_json"),
    "nested deep": (b'{"id":' * 50_000, "invalid"),
    "not UTF-8": (changed().replace(b"log 1", b"\xff"), "not_utf8"),
    "a surrogate in UTF-8": (changed().replace(b"log 1", b"\xed\xa0\x80"), "not_utf8"),
    "no object": (b"[1]", "invalid"),
    "no id": (changed().replace(b'"id"', b'"service_name"'), "invalid"),
    "an empty id": (changed(id=""), "invalid"),
    "an id of the wrong type": (changed(id=1), "invalid"),
    "a long id": (changed(id="i" * 129), "invalid"),
    "another level": (changed(level="error"), "invalid"),
    "a time without a zone": (changed(timestamp="2026-01-31T12:00:00"), "invalid"),
    "a time before the year 1": (changed(timestamp="0001-01-01T00:00:00+01:00"), "invalid"),
    "an unknown field": (changed(color="red"), "invalid"),
    "attributes nested deep": (b'{"attributes":' + b'{"a":' * 50_000, "invalid"),
    "attributes too deep": (changed(attributes={"a": {"b": {"c": {}}}}), "invalid"),
    "a number too large": (changed(attributes={"a": 2**63}), "invalid"),
    "U+0000": (changed(message="a\0b"), "nul"),
    "U+0000 in a key": (changed(attributes={"a": {"\0": 1}}), "nul"),
    "U+0000 after a backslash": (changed(message="\\\0"), "nul"),
    "huge": (changed(message="m" * LARGEST), "too_large"),
}


@pytest.mark.parametrize(("item", "kind"), POISON.values(), ids=POISON)
def test_poison_is_refused_with_a_reason(item: bytes, kind: str) -> None:
    found = normalise(item, LARGEST)
    assert isinstance(found, Refusal)
    assert found.kind == kind
