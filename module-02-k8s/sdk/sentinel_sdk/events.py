"""A record as an event: JSON, as Sentinel's backend takes it.

What repeats (method, route, status, tenant) is put into JSON once and kept: the sender's thread shares one interpreter
with the application, so what it computes the application waits for. A dictionary and json.dumps take three times as
long.
"""

from __future__ import annotations

import json
import re
import time
from typing import Any, NotRequired, TypedDict

from sentinel_sdk.headers import tenant_of, trace_id_of
from sentinel_sdk.routes import Routes

# What is kept of a request until it is sent. A plain tuple: it is made in a fifth of the time of a named one.
Record = tuple[
    float,  # when the response ended, seconds since 1970
    float,  # seconds that it took
    str,  # method
    int,  # status
    str | None,  # template of the route
    str,  # path, or its beginning; empty where there is a template
    bytes | None,  # x-tenant-id
    bytes | None,  # traceparent
    dict[str, Any] | None,  # attributes
]

_MOST_KEPT = 2_000  # pieces of JSON of each kind; strangers choose methods and tenants, so all go when it is full
_LONGEST_LATENCY = 86_400_000.0  # milliseconds
LONGEST_METHOD = 16  # characters
_NO_METHOD = re.compile("[^!-~]")


class Event(TypedDict):
    """One request as the backend gets it: what a `before_send` hook is given, and what it returns.

    `timestamp` is RFC 3339 in UTC, `latency_ms` milliseconds, `attributes` at most two levels deep.
    """

    id: str
    tenant_id: str
    service_name: str
    level: str
    message: str
    timestamp: str
    method: str
    route: str
    latency_ms: float
    status: NotRequired[int]
    trace_id: NotRequired[str]
    attributes: NotRequired[dict[str, Any]]


class Encoder:
    """Turns the records of one service into JSON. For one thread."""

    def __init__(self, service_name: str, default_tenant: str) -> None:
        self._service = service_name
        self._default_tenant = default_tenant
        self._routes = Routes()
        self._requests: dict[tuple[str, int, str | None, str, bool], str] = {}
        self._tenants: dict[bytes | None, str] = {}
        self._second = -1
        self._until_second = ""

    def encode(self, record: Record, event_id: str) -> str:
        """One event, as a JSON object."""
        ended, took, method, status, template, path, tenant, traceparent, attributes = record
        failed = attributes is not None and "exception" in attributes
        about = self._requests.get((method, status, template, path, failed)) or self._request(
            method, status, template, path, failed
        )
        whose = self._tenants.get(tenant) or self._tenant(tenant)
        latency = min(max(took * 1000, 0.0), _LONGEST_LATENCY)
        trace_id = trace_id_of(traceparent) if traceparent is not None else None
        trace = f',"trace_id":"{trace_id}"' if trace_id else ""
        more = f',"attributes":{json.dumps(attributes)}' if attributes else ""
        return (
            f'{{"id":"{event_id}","timestamp":"{self._timestamp(ended)}","latency_ms":{latency:.3f}'
            f"{whose}{about}{trace}{more}}}"
        )

    def _timestamp(self, at: float) -> str:
        second = int(at)
        if second != self._second:
            self._until_second = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))
            self._second = second
        return f"{self._until_second}.{int((at - second) * 1_000_000):06d}Z"

    def _request(self, method: str, status: int, template: str | None, path: str, failed: bool) -> str:
        if len(self._requests) >= _MOST_KEPT:
            self._requests.clear()
        route = self._routes.name(template, path, status)
        shown = _NO_METHOD.sub("?", method[:LONGEST_METHOD])
        fields: dict[str, Any] = {
            "service_name": self._service,
            "level": "ERROR" if failed else level_of(status),
            "message": f"{shown} {route} {int(status)}",
            "method": shown,
            "route": route,
        }
        if 100 <= status <= 599:  # any other is none of HTTP's, and would be refused; the message has it
            fields["status"] = int(status)
        self._requests[method, status, template, path, failed] = made = _fields(fields)
        return made

    def _tenant(self, given: bytes | None) -> str:
        if len(self._tenants) >= _MOST_KEPT:
            self._tenants.clear()
        tenant = (tenant_of(given) if given is not None else None) or self._default_tenant
        self._tenants[given] = made = _fields({"tenant_id": tenant})
        return made


def level_of(status: int) -> str:
    """How bad a status is."""
    if status >= 500:
        return "ERROR"
    return "WARNING" if status >= 400 else "INFO"


def _fields(fields: dict[str, Any]) -> str:
    """`,"a":1` of `{"a": 1}`: the inside of a JSON object, to follow other fields."""
    return "," + json.dumps(fields, separators=(",", ":"))[1:-1]
