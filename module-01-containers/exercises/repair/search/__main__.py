"""GET /search?word=<word>: the books with this word in their title, from an index in memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from common.web import Answer, Request, serve

BOOKS = 300_000
#: Titles in one answer.
MOST = 20
_HOW = ("silent", "golden", "hidden", "distant", "broken", "little", "last")
_WHAT = ("garden", "river", "engine", "letter", "island", "winter", "harbour", "mirror", "orchard", "library", "whale")


def titles() -> Iterator[str]:
    """The catalogue."""
    for number in range(BOOKS):
        yield f"the {_HOW[number % len(_HOW)]} {_WHAT[number % len(_WHAT)]} {number}"


def index() -> dict[str, list[str]]:
    """The titles by each word in them."""
    found = defaultdict[str, list[str]](list)
    for title in titles():
        for word in title.split():
            found[word].append(title)
    return found


if __name__ == "__main__":
    print(f"reading {BOOKS} books into memory")
    INDEX = index()

    def search(request: Request) -> Answer:
        """The first titles that have the word, and how many there are."""
        found = INDEX.get(request.query.get("word", "").lower(), [])
        return 200, {"count": len(found), "titles": found[:MOST]}

    serve({"GET /search": search, "GET /health": lambda _: (200, {"status": "ok", "books": BOOKS})})
