"""The records of a window, read in one call. Minutes that have not changed are remembered, and not read again.

Minutes are also remembered ten at a time, added up: an hour is then five to six of these and less than twenty minutes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from redis.asyncio import Redis

from backend.filing import Window
from backend.stores.answers import Parts, Whole
from backend.stores.buckets import Bucket, Page, Record, add_up
from backend.stores.redis.keys import VERSIONS, bucket_key
from backend.stores.redis.scripts import read_script

_TEN = 10
_KEPT = 100  # minutes to remember: an hour's, and those that a slow clock asks for
_WHOLES = 8  # sums to remember: a few people look at a few windows
_decode = msgspec.msgpack.Decoder(Page).decode


class Reader:
    """Reads buckets."""

    def __init__(self, redis: Redis) -> None:
        self._script = redis.register_script(read_script("read"))
        self._minutes: dict[int, tuple[bytes, list[Record]]] = {}  # with the version of each
        self._wholes: dict[range, tuple[list[bytes], Whole]] = {}  # by their minutes, with the versions of these
        self._tens: dict[int, tuple[list[bytes], list[Record]]] = {}  # with the versions of those that are not empty

    async def read(self, window: Window) -> Parts:
        """The records of all buckets that make up the window."""
        minutes, slices = list(window.minutes()), window.slices()
        keys = [bucket_key(Bucket("minute", number)) for number in minutes]
        keys += [bucket_key(Bucket("slice", number)) for number in slices]
        known = [self._minutes[number][0] if number in self._minutes else b"" for number in minutes]
        answer: list[Any] = await self._script([VERSIONS, *keys], [*minutes, *known])
        for number, found in zip(minutes, answer, strict=False):
            self._remember(number, found)
        pages = [_decode(page) for part in answer[len(minutes) :] for page in part]
        edges = [page.records for page in pages if page.due <= window.end]
        return Parts(self._whole(window.minutes()), edges)

    def _remember(self, number: int, found: Any) -> None:
        if found is None:
            self._minutes.pop(number, None)
        elif found != 1:
            self._minutes[number] = (found[0], add_up(map(_decode, found[1:]), 0))
            while len(self._minutes) > _KEPT:
                del self._minutes[min(self._minutes)]

    def _whole(self, minutes: range) -> Whole:
        """Whole minutes, added up; the last such sums are remembered too."""
        versions = [self._minutes[number][0] for number in minutes if number in self._minutes]
        known = self._wholes.pop(minutes, None)
        if known is None or known[0] != versions:
            known = (versions, Whole(add_up([Page(0, records) for records in self._tens_of(minutes)], 0)))
        self._wholes[minutes] = known  # as the newest
        while len(self._wholes) > _WHOLES:
            del self._wholes[next(iter(self._wholes))]
        return known[1]

    def _tens_of(self, minutes: range) -> Iterator[list[Record]]:
        """The records of whole minutes, with tens of them in one where all ten are asked for."""
        for ten in range(minutes.start // _TEN, minutes.stop // _TEN + 1):
            numbers = range(max(ten * _TEN, minutes.start), min(ten * _TEN + _TEN, minutes.stop))
            found = [self._minutes[number] for number in numbers if number in self._minutes]
            if len(numbers) == _TEN:
                yield self._ten(ten, found)
            else:
                yield from (records for _, records in found)

    def _ten(self, ten: int, found: list[tuple[bytes, list[Record]]]) -> list[Record]:
        versions = [version for version, _ in found]
        if ten not in self._tens or self._tens[ten][0] != versions:
            self._tens[ten] = (versions, add_up([Page(0, records) for _, records in found], 0))
            while len(self._tens) > _KEPT // _TEN:
                del self._tens[min(self._tens)]
        return self._tens[ten][1]
