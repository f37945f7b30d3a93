"""The hot route in the OpenAPI document, from the types that it is decoded with, and every error in its one shape.

FastAPI does not serve that route, so it does not know it, and it takes errors for its own; what it makes is completed
here.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import msgspec
from fastapi import FastAPI
from msgspec import Struct

from backend.events import Event
from backend.problems import MEDIA_TYPE, ProblemBody
from backend.request import TENANT_PATTERN
from backend.settings import Settings

Json = dict[str, Any]

PATH = "/api/v1/events"
_REF = "#/components/schemas/{name}"
_EVENT = {"service_name": "checkout", "level": "ERROR", "message": "card declined"}
_FULL = {
    **_EVENT,
    "id": "0197f6a4-7b1c-7d2e-9a3b-5c6d7e8f9a0b",
    "timestamp": "2026-01-31T12:00:00Z",
    "tenant_id": "acme",
    "method": "POST",
    "route": "/orders/{id}",
    "status": 502,
    "latency_ms": 31.5,
    "attributes": {"order": 42},
}
_DESCRIBED = {
    HTTPStatus.BAD_REQUEST: "Not JSON; or not HTTP, for example a negative Content-Length",
    HTTPStatus.UNAUTHORIZED: "x-api-key is missing or wrong",
    HTTPStatus.REQUEST_TIMEOUT: "The body came too slowly",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "Too many bytes or events",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "Another Content-Type, or a Content-Encoding",
    HTTPStatus.UNPROCESSABLE_ENTITY: "What is wrong, in which field, of which event",
    HTTPStatus.SERVICE_UNAVAILABLE: "The store is away: wait for Retry-After seconds, then send it again",
}


class Stored(Struct):
    """All events are safe in the store; together `accepted` and `duplicates` are as many as were sent."""

    accepted: int
    duplicates: int
    ids: list[str]


def describe_routes(api: FastAPI, settings: Settings) -> None:
    """Complete what `api.openapi()` gives."""
    of_fastapi: Callable[[], Json] = api.openapi

    def openapi() -> Json:
        document = of_fastapi()
        if PATH in document["paths"]:  # it is made once, and kept
            return document
        for path, operations in document["paths"].items():
            if path.startswith("/api/"):
                operations["get"]["responses"] |= {"422": _problem(_UNPROCESSABLE), "503": _unavailable()}
        document["paths"] = {PATH: {"post": _operation(settings)}} | document["paths"]
        components = document["components"]
        components["schemas"] |= _schemas()
        for name in ("HTTPValidationError", "ValidationError"):
            components["schemas"].pop(name, None)
        components["securitySchemes"] = {"ApiKey": {"type": "apiKey", "in": "header", "name": "x-api-key"}}
        return document

    api.openapi = openapi  # type: ignore[method-assign]  # as in https://fastapi.tiangolo.com/how-to/extending-openapi/


_UNPROCESSABLE = "A parameter is none, or out of its bounds"


def _schemas() -> Json:
    _, schemas = msgspec.json.schema_components((Event, Stored, ProblemBody), ref_template=_REF)
    return schemas


def _ref(of: type[Struct]) -> Json:
    return {"$ref": _REF.format(name=of.__name__)}


def _operation(settings: Settings) -> Json:
    array = {"type": "array", "minItems": 1, "maxItems": settings.max_batch_events, "items": _ref(Event)}
    examples = {"least": _EVENT, "full": _FULL, "array": [_EVENT, _FULL]}
    content = {
        "application/json": {
            "schema": {"oneOf": [_ref(Event), array]},
            "examples": {name: {"value": value} for name, value in examples.items()},
        },
        "application/x-ndjson": {"schema": {"type": "string", "description": "one JSON object per line"}},
    }
    stored = {"accepted": 1, "duplicates": 0, "ids": [_FULL["id"]]}
    accepted = {"application/json": {"schema": _ref(Stored), "example": stored}}
    return {
        "summary": "Take events, one or many, all or none",
        "operationId": "post_events",
        "security": [{"ApiKey": []}] if settings.api_key else [{}, {"ApiKey": []}],
        "parameters": [
            {
                "name": "x-tenant-id",
                "in": "header",
                "description": "the tenant of all events, whatever they say themselves",
                "schema": {"type": "string", "pattern": TENANT_PATTERN},
            }
        ],
        "requestBody": {"required": True, "content": content},
        "responses": {"202": {"description": "Stored", "content": accepted}, **_problems()},
    }


def _problems() -> Json:
    answers: Json = {str(int(status)): _problem(text) for status, text in _DESCRIBED.items()}
    # What is not HTTP is answered by uvicorn, before any of us.
    answers["400"]["content"]["text/plain"] = {"schema": {"type": "string"}}
    answers["401"]["headers"] = {"WWW-Authenticate": {"schema": {"type": "string"}}}
    answers["503"] = _unavailable()
    return answers


def _unavailable() -> Json:
    retry_after = {"Retry-After": {"schema": {"type": "integer"}}}
    return {**_problem(_DESCRIBED[HTTPStatus.SERVICE_UNAVAILABLE]), "headers": retry_after}


def _problem(description: str) -> Json:
    return {"description": description, "content": {MEDIA_TYPE: {"schema": _ref(ProblemBody)}}}
