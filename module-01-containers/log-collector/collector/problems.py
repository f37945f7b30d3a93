"""The one shape of every error: problem details, https://www.rfc-editor.org/rfc/rfc9457."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

MEDIA_TYPE = "application/problem+json"
_LONGEST_DETAIL = 400  # a detail may quote what was sent: enough to recognise it, never a megabyte of it


class ProblemBody(Struct, omit_defaults=True, frozen=True):
    """What went wrong, and where."""

    title: Annotated[str, Meta(description="the HTTP status in words")]
    status: Annotated[int, Meta(description="the HTTP status")]
    detail: Annotated[str, Meta(description="what was wrong with this request, and what would be right")]
    field: Annotated[str, Meta(description="the field or header that is wrong")] | msgspec.UnsetType = msgspec.UNSET
    index: Annotated[int, Meta(ge=0, description="which entry of the batch, from 0")] | msgspec.UnsetType = (
        msgspec.UNSET
    )


class Problem(Exception):
    """A request that is answered by an error.

    Args:
        status: the HTTP status.
        detail: what was wrong, in words that a client's author can act on.
        field: the field (`attributes[...].a`) or header that is wrong, where there is one.
        index: which entry of a batch, from 0.
        headers: further headers of the answer.
    """

    def __init__(
        self,
        status: HTTPStatus,
        detail: str,
        *,
        field: str | None = None,
        index: int | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.field = field
        self.index = index
        self.headers = headers or {}

    def body(self) -> bytes:
        """The answer's body, JSON."""
        return msgspec.json.encode(
            ProblemBody(
                title=self.status.phrase,
                status=self.status,
                detail=self.detail[:_LONGEST_DETAIL],
                field=msgspec.UNSET if self.field is None else self.field[:_LONGEST_DETAIL],
                index=msgspec.UNSET if self.index is None else self.index,
            )
        )
