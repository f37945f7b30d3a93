"""Task 7: a broken stack, repaired. Each planted fault by its own behaviour, whatever else is still broken."""

from __future__ import annotations

from itertools import combinations

from sentinel_grader.checks.module_01.repair_parts import clash, expect_there, place_of
from sentinel_grader.judging import check, expect
from sentinel_grader.observe.outcome import Place
from sentinel_grader.observe.repair.running import repair_stack as repair_stack  # declares the observation
from sentinel_grader.observe.repair.seen import Order, RepairStack

#: The most that the search may be given, in bytes: several times what it needs, and still a limit. And what it takes
#: at the least, with the whole catalogue in memory: half of what was measured (92 MB), and more than it had.
MOST_MEMORY, CATALOGUE = 512 << 20, 45_000_000
_OPEN_TO_ALL = 0o002
#: What customers call from outside.
_CALLED = ("shop", "prices")


@check("m1.repair_host_name")
def test_the_shop_reaches_its_queue(repair_stack: RepairStack) -> None:
    """Containers find each other by the names that the engine answers for. A name that nobody has, or an address that
    somebody else has tomorrow, is an outage that waits."""
    at = place_of(repair_stack, "shop")
    expect_there(repair_stack, "shop")
    _expect_taken(repair_stack.first, "", at)
    if repair_stack.moved:
        _expect_taken(repair_stack.moved, "Once the queue's container had another address, ", at)


def _expect_taken(order: Order, when: str, at: Place) -> None:
    expect(
        order.said.status == 202,
        saw=f"{when}POST /orders to the shop was answered by: {order.said.words}",
        expected="status 202: the order is on the queue",
        at=at,
        code="order_refused",
    )
    expect(
        order.seen,
        saw=f"{when}the shop took an order, and it is neither on the queue nor in the ledger",
        expected="the order on the queue that the ledger reads",
        at=at,
        code="order_lost",
    )


@check("m1.repair_port")
def test_every_service_has_a_door_of_its_own(repair_stack: RepairStack) -> None:
    """A port of a machine belongs to one program at a time. Whoever comes second does not start, and which one that is
    depends on the day."""
    for name in _CALLED:
        expect_there(repair_stack, name, running=False)
        doors = [door for door in repair_stack.doors if door.service == name]
        at = doors[0].at if doors else place_of(repair_stack, name)
        expect(
            doors,
            saw=f"{name} publishes no port: nobody outside can call it",
            expected=f"a port of this machine that leads to {name}",
            at=at,
            code="no_door",
        )
        for door in doors:
            expect(
                door.said.status,
                saw=f"{name} publishes {door.words}, and on its port {door.port} nobody answered: {door.said.words}",
                expected=f"on the right the port on which {name} listens in its container",
                at=at,
                code="nobody_behind_the_door",
            )
    for one, other in combinations(repair_stack.doors, 2):
        expect(
            not clash(one, other),
            saw=f"{one.service} publishes {one.words} and {other.service} publishes {other.words}",
            expected="a port of this machine for each of them",
            at=other.at,
            code="port_clash",
        )


@check("m1.repair_volume")
def test_the_ledger_writes_on_its_volume(repair_stack: RepairStack) -> None:
    """Data lives on a volume, and a service that is not root may only write there if the folder is its own. Root, or a
    folder that is open to all, mends the error message and opens a door."""
    at, seen = place_of(repair_stack, "ledger"), repair_stack.written
    expect_there(repair_stack, "ledger")
    expect(seen.queue, saw="There is no Redis in the file to put an order on", expected="the queue", code="no_queue")
    expect(
        seen.before,
        saw=f"An order that was put on the queue was not written down; GET /orders of the ledger: {seen.words}",
        expected="the order in the ledger",
        at=at,
        code="not_written",
    )
    expect(
        seen.after,
        saw="The ledger had an order, and no longer had it once its container had been replaced",
        expected="a file on a volume that has a name",
        at=at,
        code="not_kept",
    )
    folder, file = seen.folder, seen.file
    expect(
        folder and file,
        saw="The ledger's container has no /data/orders.jsonl that the engine could show",
        expected="the file on the volume at /data",
        at=at,
        code="no_file",
    )
    assert folder
    assert file
    expect(
        file.uid != 0,
        saw=f"/data/orders.jsonl belongs to uid {file.uid}: the ledger writes as root",
        expected="a ledger that is not root, and a folder that is its own",
        at=at,
        code="writes_as_root",
    )
    expect(
        not folder.mode & _OPEN_TO_ALL,
        saw=f"/data has the mode {folder.mode:04o}: whoever is in there may write",
        expected="a folder that belongs to the ledger's user, and is open to nobody else",
        at=at,
        code="open_to_all",
    )


@check("m1.repair_stale_image")
def test_what_runs_is_what_was_built_just_now(repair_stack: RepairStack) -> None:
    """An image that is built anew and holds the old code is worse than none: everybody believes that the mended version
    runs."""
    at, seen = (
        Place(f"{place_of(repair_stack, 'prices').file.rpartition('/')[0]}/prices/Dockerfile"),
        repair_stack.priced,
    )
    expect_there(repair_stack, "prices")
    expect(
        seen.build == repair_stack.nonce,
        saw=f"prices was built with another BUILD beside its code, and GET /version said: {seen.said.words}",
        expected=f"build {repair_stack.nonce!r}, which lay in prices/BUILD when the image was built",
        at=at,
        code="old_build",
    )
    expect(
        seen.cents == seen.fair,
        saw=f"GET /prices/{seen.isbn} said {str(seen.price)[:120]}",
        expected=f"{seen.fair} cents, as prices/__main__.py reckons: it is another code that runs",
        at=at,
        code="old_code",
    )


@check("m1.repair_memory")
def test_the_search_has_the_memory_that_it_needs_and_a_limit(repair_stack: RepairStack) -> None:
    """A limit that is too small kills the service, and no limit lets it take all others along. The right one comes from
    looking at what the service takes."""
    at, part, seen = place_of(repair_stack, "search"), repair_stack.part("search"), repair_stack.found
    limit = f"with a limit of {part.memory >> 20} MiB" if part and part.memory else "without a limit"
    expect_there(repair_stack, "search", limit)
    expect(
        seen.is_right,
        saw=f"Asked for the book number {seen.number}, the search {limit} answered: {seen.said.words}",
        expected="the one book that has this number in its title",
        at=at,
        code="not_found",
    )
    expect(
        seen.took >= CATALOGUE,
        saw=f"The search {limit} answered, and took {seen.took / 1e6:.0f} MB of memory",
        expected="the service that was given, with the whole catalogue in memory",
        at=at,
        code="not_in_memory",
    )
    assert part
    expect(
        part.memory,
        saw="The search has no limit of memory: if it grew, it would take what all others need",
        expected=f"a limit, of at most {MOST_MEMORY >> 20} MiB",
        at=at,
        code="no_limit",
    )
    expect(
        part.memory >= seen.took,
        saw=f"The search took {seen.took / 1e6:.0f} MB {limit}: this engine does not hold to limits, and others do",
        expected="a limit above what it takes",
        at=at,
        code="limit_too_small",
    )
    expect(
        part.memory <= MOST_MEMORY,
        saw=f"The search may take {part.memory >> 20} MiB: that is a limit which nothing ever reaches",
        expected=f"at most {MOST_MEMORY >> 20} MiB; what it takes, `docker stats` tells",
        at=at,
        code="limit_out_of_reach",
    )
