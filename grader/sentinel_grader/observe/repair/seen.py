"""What is recorded of a bookshop that was brought up."""

from __future__ import annotations

from dataclasses import dataclass, field

from sentinel_grader.observe.outcome import Place


@dataclass(frozen=True)
class Said:
    """What a client got: status 0 for no answer. `words` are for a learner."""

    status: int = 0
    words: str = "nobody asked"


@dataclass(frozen=True)
class Part:
    """A service of the file, once all was up. `trouble` is why it has no image; `state` and what follows are the
    engine's words of its container, "" where there is none; `memory` is the file's limit for it, 0 for none."""

    name: str
    at: Place
    trouble: str = ""
    state: str = ""
    exit_code: int = 0
    out_of_memory: bool = False
    restarts: int = 0
    memory: int = 0
    log: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Door:
    """A port that a service publishes: on the engine's machine by `published` (a number, a range, "" for any) at the
    address `host`; in its container `port`, where this was `said` to whoever asked."""

    service: str
    host: str
    published: str
    port: int
    said: Said
    at: Place

    @property
    def words(self) -> str:
        """As people write it."""
        return ":".join(part for part in (self.host, self.published, str(self.port)) if part)


@dataclass(frozen=True)
class Order:
    """An order placed with the shop, and where it was seen after: in the "ledger", on the "queue", nowhere ("")."""

    said: Said = Said()
    seen: str = ""


@dataclass(frozen=True)
class Owned:
    """Whose something is in a container, and who may do what with it."""

    uid: int
    gid: int
    mode: int


@dataclass(frozen=True)
class Written:
    """An order put on the queue: whether the ledger said that it had it, and still did once its container had been
    replaced. `folder` and `file` are where it writes, as the engine sees them."""

    queue: str = ""
    before: bool = False
    after: bool = False
    words: str = ""
    folder: Owned | None = None
    file: Owned | None = None


@dataclass(frozen=True)
class Priced:
    """A book that was asked for by its number, the `fair` price, in cents, and the one that was said; what GET /version
    said."""

    isbn: str = ""
    fair: int = 0
    price: object = None
    version: object = None
    said: Said = Said()

    @property
    def build(self) -> object:
        """What it says it was built from."""
        return self.version.get("build") if isinstance(self.version, dict) else None

    @property
    def cents(self) -> object:
        """What it says the book costs."""
        return self.price.get("cents") if isinstance(self.price, dict) else None


@dataclass(frozen=True)
class Found:
    """A title that was looked for by its number, and the answer. `took` is the memory that the search had then, in
    bytes, by the engine's count and without files that it only read."""

    number: int = 0
    answer: object = None
    said: Said = Said()
    took: int = 0

    @property
    def is_right(self) -> bool:
        """Whether it is the one book that has the number in its title."""
        titles = self.answer.get("titles") if isinstance(self.answer, dict) else None
        return isinstance(titles, list) and [str(title).rpartition(" ")[2] for title in titles] == [str(self.number)]


@dataclass(frozen=True)
class RepairStack:
    """`refused` is why it did not run at all; `said` is Compose's last word where something of it did not stay up.
    `first` is an order; `moved` another, once the queue had another address, where that could be brought about.
    `nonce` was planted for `priced`. `places` are those in the file where what is wrong with a service stands."""

    refused: str = ""
    said: str = ""
    parts: list[Part] = field(default_factory=list)
    doors: list[Door] = field(default_factory=list)
    first: Order = field(default_factory=Order)
    moved: Order | None = None
    written: Written = field(default_factory=Written)
    nonce: str = ""
    priced: Priced = field(default_factory=Priced)
    found: Found = field(default_factory=Found)
    places: dict[str, Place] = field(default_factory=dict)

    def part(self, name: str) -> Part | None:
        """A service by its name."""
        return next((part for part in self.parts if part.name == name), None)
