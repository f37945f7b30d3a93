"""The hot routes in the OpenAPI document, from the types that they are decoded with.

FastAPI does not serve them, so it does not know them; what it makes is completed here.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import msgspec
from fastapi import FastAPI
from msgspec import Struct

from collector.entries import LogEntry
from collector.problems import MEDIA_TYPE, ProblemBody
from collector.request import TENANT_PATTERN
from collector.settings import Settings

Json = dict[str, Any]

_REF = "#/components/schemas/{name}"
_ENTRY = {"service_name": "checkout", "level": "ERROR", "message": "card declined"}
_FULL = {**_ENTRY, "timestamp": "2026-01-31T12:00:00Z", "tenant_id": "acme", "attributes": {"order": 42}}
_UUID = "0197f6a4-7b1c-7d2e-9a3b-5c6d7e8f9a0b"


class Queued(Struct):
    """The entry is safe on the queue."""

    id: str
    status: str


class BatchQueued(Struct):
    """All entries are safe on the queue; their ids stand in the order in which they were sent."""

    ids: list[str]
    status: str


def describe_routes(api: FastAPI, settings: Settings) -> None:
    """Complete what `api.openapi()` gives."""
    of_fastapi: Callable[[], Json] = api.openapi

    def openapi() -> Json:
        document = of_fastapi()
        document["paths"] = _paths(settings) | document["paths"]
        components = document["components"]
        components["schemas"] |= _schemas()
        components["securitySchemes"] = {"ApiKey": {"type": "apiKey", "in": "header", "name": "x-api-key"}}
        return document

    api.openapi = openapi  # type: ignore[method-assign]  # as in https://fastapi.tiangolo.com/how-to/extending-openapi/


def _schemas() -> Json:
    _, schemas = msgspec.json.schema_components((LogEntry, Queued, BatchQueued, ProblemBody), ref_template=_REF)
    return schemas


def _ref(of: type[Struct]) -> Json:
    return {"$ref": _REF.format(name=of.__name__)}


def _paths(settings: Settings) -> Json:
    array = {"type": "array", "minItems": 1, "maxItems": settings.max_batch_entries, "items": _ref(LogEntry)}
    one = {"application/json": {"schema": _ref(LogEntry), "examples": _examples(least=_ENTRY, full=_FULL)}}
    many = {
        "application/json": {"schema": array, "examples": _examples(array=[_ENTRY, _FULL])},
        "application/x-ndjson": {"schema": {"type": "string", "description": "one JSON object per line"}},
    }
    queued = _example(_ref(Queued), {"id": _UUID, "status": "queued"})
    batch_queued = _example(_ref(BatchQueued), {"ids": [_UUID], "status": "queued"})
    return {
        "/logs": {"post": _operation("Take one log", "post_log", settings, one, queued)},
        "/logs/batch": {"post": _operation("Take many logs, all or none", "post_logs", settings, many, batch_queued)},
    }


def _examples(**values: object) -> Json:
    return {name: {"value": value} for name, value in values.items()}


def _example(schema: Json, value: object) -> Json:
    return {"application/json": {"schema": schema, "example": value}}


def _operation(summary: str, name: str, settings: Settings, content: Json, answer: Json) -> Json:
    return {
        "summary": summary,
        "operationId": name,
        "security": [{"ApiKey": []}] if settings.api_key else [{}, {"ApiKey": []}],
        "parameters": [
            {
                "name": "x-tenant-id",
                "in": "header",
                "description": "the tenant of all entries, whatever they say themselves",
                "schema": {"type": "string", "pattern": TENANT_PATTERN},
            }
        ],
        "requestBody": {"required": True, "content": content},
        "responses": {"202": {"description": "Queued", "content": answer}, **_problems()},
    }


def _problems() -> Json:
    described = {
        HTTPStatus.BAD_REQUEST: "Not HTTP: for example a negative Content-Length",
        HTTPStatus.UNAUTHORIZED: "x-api-key is missing or wrong",
        HTTPStatus.REQUEST_TIMEOUT: "The body came too slowly",
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "Too many bytes or entries",
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "Another Content-Type, or a Content-Encoding",
        HTTPStatus.UNPROCESSABLE_ENTITY: "The first bad entry: what is wrong, in which field, at which index",
        HTTPStatus.SERVICE_UNAVAILABLE: "Redis is away or full: wait for Retry-After seconds, then send it again",
    }
    answers: Json = {str(int(status)): _problem(text) for status, text in described.items()}
    answers["400"]["content"] = {"text/plain": {"schema": {"type": "string"}}}  # written by uvicorn, before any of us
    answers["401"]["headers"] = {"WWW-Authenticate": {"schema": {"type": "string"}}}
    answers["503"]["headers"] = {"Retry-After": {"schema": {"type": "integer"}}}
    return answers


def _problem(description: str) -> Json:
    return {"description": description, "content": {MEDIA_TYPE: {"schema": _ref(ProblemBody)}}}
