"""The one shape of every error: problem details, https://www.rfc-editor.org/rfc/rfc9457."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

MEDIA_TYPE = "application/problem+json"
MOST_FAULTS = 100
_LONGEST = 400  # a text may quote what was sent: enough to recognise it, never a megabyte of it


class Fault(Struct, omit_defaults=True, frozen=True):
    """One thing that is wrong."""

    reason: Annotated[str, Meta(description="what is wrong, and what would be right")]
    index: Annotated[int, Meta(ge=0, description="which event, from 0")] | UnsetType = UNSET
    field: Annotated[str, Meta(description="the field, parameter or header that is wrong")] | UnsetType = UNSET


class ProblemBody(Struct, omit_defaults=True, frozen=True):
    """What went wrong, and where."""

    title: Annotated[str, Meta(description="the HTTP status in words")]
    status: Annotated[int, Meta(description="the HTTP status")]
    detail: Annotated[str, Meta(description="what was wrong with this request, and what would be right")]
    errors: Annotated[list[Fault], Meta(max_length=MOST_FAULTS)] | UnsetType = UNSET


class Problem(Exception):
    """A request that is answered by an error.

    Args:
        status: the HTTP status.
        detail: what was wrong, in words that a client's author can act on.
        faults: where, one by one; of more than a hundred only the first hundred are told.
        headers: further headers of the answer.
    """

    def __init__(
        self, status: HTTPStatus, detail: str, faults: Sequence[Fault] = (), headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.faults = faults
        self.headers = headers or {}

    def body(self) -> bytes:
        """The answer's body, JSON."""
        faults = [_shortened(fault) for fault in self.faults[:MOST_FAULTS]]
        return msgspec.json.encode(
            ProblemBody(self.status.phrase, self.status, self.detail[:_LONGEST], faults if faults else UNSET)
        )


def invalid(faults: Sequence[Fault]) -> Problem:
    """Problem 422 for a request with these faults; the first is its detail."""
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, faults[0].reason, faults)


def _shortened(fault: Fault) -> Fault:
    field = fault.field if fault.field is UNSET else fault.field[:_LONGEST]
    return Fault(fault.reason[:_LONGEST], fault.index, field)
