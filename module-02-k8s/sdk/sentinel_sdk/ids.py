"""Identifiers of events, made where the event happened: sent twice, it counts once."""

from __future__ import annotations

import os
import time


def new_ids(count: int) -> list[str]:
    """UUIDs of version 7, which sort by time: https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-7.

    One draw of 74 random bits serves a whole batch, whose ids then count upwards. The operating system draws them: the
    `random` module may have been seeded by the application, and then every process of it would draw the same.
    """
    drawn = int.from_bytes(os.urandom(10), "big")
    stamp = f"{time.time_ns() // 1_000_000:012x}"
    head = f"{stamp[:8]}-{stamp[8:]}-7{drawn >> 68:03x}-{0x8000 | drawn >> 54 & 0x3FFF:04x}-"
    first = drawn & 0xFFFFFFFFFFFF
    return [f"{head}{(first + number) & 0xFFFFFFFFFFFF:012x}" for number in range(count)]
