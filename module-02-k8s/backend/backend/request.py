"""What a request says of itself, and its body: who sends, in which format, for which tenant, and not too much."""

from __future__ import annotations

import asyncio
import hmac
import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from functools import lru_cache
from http import HTTPStatus
from typing import Any

from backend.buffer import Held
from backend.formats import FORMATS, Format
from backend.problems import Fault, Problem, invalid

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = Mapping[bytes, bytes]

TENANT_PATTERN = "^[!-~]{1,128}$"  # visible ASCII: a header admits no more with certainty


class ClientGoneError(Exception):
    """The client hung up before its whole body had come: there is nobody to answer, and nothing to store."""


def check_key(headers: Headers, api_key: bytes) -> None:
    """Raise Problem 401 unless the request holds the key, where one is set."""
    given = headers.get(b"x-api-key", b"")
    if api_key and not hmac.compare_digest(given, api_key):  # in constant time: a wrong key teaches nothing
        detail = "The key in x-api-key is not the right one" if given else "This service asks for a key in x-api-key"
        headers_of_answer = {"www-authenticate": 'ApiKey realm="events"'}
        raise Problem(HTTPStatus.UNAUTHORIZED, detail, [Fault(detail, field="x-api-key")], headers_of_answer)


def choose_format(headers: Headers) -> Format:
    """The format that Content-Type names.

    Bodies that are compressed are refused, not unpacked: so a small body is never a large one.

    Raises:
        Problem: 415.
    """
    if headers.get(b"content-encoding", b"identity").lower() != b"identity":
        detail = "A compressed body is not accepted; send it without Content-Encoding"
        raise _unsupported(detail, "content-encoding", {"accept-encoding": "identity"})
    given = headers.get(b"content-type", b"")
    chosen = FORMATS.get(_media_type(given))
    if chosen is None:
        shown = given.decode("latin-1") or "missing"
        raise _unsupported(f"Content-Type must be {' or '.join(FORMATS)}, in UTF-8; it is {shown}", "content-type", {})
    return chosen


def _unsupported(detail: str, field: str, headers: dict[str, str]) -> Problem:
    return Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, detail, [Fault(detail, field=field)], headers)


@lru_cache(maxsize=64)
def _media_type(content_type: bytes) -> str:
    """`application/json` of `application/json; charset=utf-8`; nothing where another charset is named."""
    media_type, *parameters = (part.strip().lower() for part in content_type.decode("latin-1").split(";"))
    charset = next((text.partition("=")[2].strip('"') for text in parameters if text.startswith("charset=")), "utf-8")
    return media_type if charset in ("utf-8", "utf8", "us-ascii") else ""


def tenant_of(headers: Headers) -> str | None:
    """The tenant in x-tenant-id, None without that header.

    Raises:
        Problem: 422, it is empty, too long or not visible ASCII.
    """
    given = headers.get(b"x-tenant-id")
    return None if given is None else _tenant(given)


@lru_cache(maxsize=1024)
def _tenant(given: bytes) -> str:
    tenant = given.decode("latin-1")
    if not re.fullmatch(TENANT_PATTERN, tenant):
        raise invalid([Fault("x-tenant-id must be 1 to 128 visible ASCII characters", field="x-tenant-id")])
    return tenant


async def read_body(headers: Headers, receive: Receive, held: Held, seconds: float, most: int) -> bytes:
    """The whole body, of `most` bytes at most.

    Args:
        held: takes note of every byte that is read.
        seconds: longest wait for all of it.

    Raises:
        Problem: 413 too large, by its own word or in truth; 408 too slow; 503 no memory left for it.
        ClientGoneError: the client hung up.
    """
    declared = headers.get(b"content-length", b"0")  # digits only: the HTTP parser has refused anything else
    if int(declared) > most:
        raise too_large(f"The body has {int(declared)} bytes; at most {most} are accepted")
    try:
        async with asyncio.timeout(seconds):
            return await _collect(receive, held, most)
    except TimeoutError:
        detail = f"The body did not come within {seconds:g} s"
        raise Problem(HTTPStatus.REQUEST_TIMEOUT, detail, headers={"connection": "close"}) from None


async def _collect(receive: Receive, held: Held, most: int) -> bytes:
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        chunk: bytes = message.get("body", b"")
        held.add(len(chunk))
        body = body + chunk if body else chunk
        if len(body) > most:
            raise too_large(f"The body has more than {most} bytes")
        if not message.get("more_body"):
            return body


def too_large(detail: str) -> Problem:
    """Problem 413."""
    return Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail)
