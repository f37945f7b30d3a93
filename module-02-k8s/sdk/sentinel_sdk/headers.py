"""Tenant and trace id, out of headers that anybody may have written."""

from __future__ import annotations

import re

# As Sentinel's services take it: visible ASCII, since a header admits no more with certainty.
_TENANT = re.compile(rb"[!-~]{1,128}")
# version, trace id, parent id, flags; later versions may add to it: https://www.w3.org/TR/trace-context/#versioning
_TRACEPARENT = re.compile(rb"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?", re.DOTALL)
_NO_TRACE, _NO_PARENT = b"0" * 32, b"0" * 16

LONGEST_TENANT = 128
LONGEST_TRACEPARENT = 55


def tenant_of(given: bytes) -> str | None:
    """The tenant in an `x-tenant-id` header; None: it is none that Sentinel takes."""
    return given.decode("ascii") if _TENANT.fullmatch(given) else None


def trace_id_of(given: bytes) -> str | None:
    """The trace id, 32 hexadecimal digits, in a W3C `traceparent` header; None: it is malformed.

    Args:
        given: all of it, or its first `LONGEST_TRACEPARENT` + 1 bytes.
    """
    found = _TRACEPARENT.fullmatch(given)
    if found is None:
        return None
    version, trace_id, parent_id, more = found.groups()
    if version == b"ff" or trace_id == _NO_TRACE or parent_id == _NO_PARENT or (more and version == b"00"):
        return None
    return str(trace_id, "ascii")
