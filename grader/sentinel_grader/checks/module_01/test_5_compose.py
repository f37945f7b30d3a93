"""Task 5: Compose. What the engine says of a stack that was really brought up, and what a client on its network got."""

from __future__ import annotations

from sentinel_grader.checks.module_01.hops import arrived, hops, taken, whereabouts
from sentinel_grader.checks.module_01.listed import listed
from sentinel_grader.checks.module_01.stacks import OWN_ADDRESSES, address, state
from sentinel_grader.judging import check, expect
from sentinel_grader.observe.compose.bounds import Hog
from sentinel_grader.observe.compose.composed import ALERTER
from sentinel_grader.observe.compose.flowing import Flowing
from sentinel_grader.observe.compose.lasting import Crashes, Lasting
from sentinel_grader.observe.compose.taken import Composing
from sentinel_grader.observe.compose.waiting import BroughtUp
from sentinel_grader.observe.stand import PORT
from sentinel_grader.observe.working import Working

#: The most memory (512m) and processors that an alerter may be given: far more than it needs, and no whole machine.
MOST_MEMORY, MOST_PROCESSORS = 512 << 20, 1.0


@check("m1.compose_up", needs=["m1.health_dependency"])
def test_one_command_brings_all_up_in_order(composed: Composing, flowing: Flowing, lasting: Lasting) -> None:
    """Whoever starts Sentinel should need one command, and no luck with the order. What is slow on one machine is
    quick on another, so no pause of a fixed length is right for both."""
    for run in (flowing.brought_up, lasting.brought_up):
        _expect_up(composed, run)


def _expect_up(composed: Composing, run: BroughtUp) -> None:
    at, order = composed.place("services", ALERTER), composed.place("services", ALERTER, "depends_on")
    alerters = run.of(ALERTER)
    expect(
        alerters,
        saw="`docker compose up` started no alerter",
        expected="an alerter without any further word",
        at=at,
        code="not_started",
    )
    said = f" It said: {' ⏎ '.join(run.log)}" if run.log else ""
    expect(
        run.up.well,
        saw=f"`docker compose up --wait` gave up after {run.up.seconds:.0f} s: {run.up.said}; "
        f"{listed(map(state, alerters))}.{said}",
        expected="all of it healthy",
        at=at,
        code="not_up",
    )
    for one in alerters:
        expect(
            one.after >= run.late,
            saw=f"alerter was started {abs(one.after):.1f} s {'after' if one.after >= 0 else 'before'} redis-queue, "
            f"which took {run.late:.1f} s to be ready",
            expected="a start once redis-queue is healthy, however long that takes",
            at=order,
            code="out_of_order",
        )
        expect(
            one.status == "running" and one.health == "healthy" and not one.restarts,
            saw=f"Once all was up, {state(one)}",
            expected="an alerter that runs, is healthy, and came up at the first try",
            at=at,
            code="not_well",
        )


@check("m1.log_flow", needs=["m1.alerts"])
def test_each_log_becomes_one_alert(composed: Composing, flowing: Flowing) -> None:
    """Each part may work alone, and the whole may still lose what it is there for. To see where, follow one log from
    hop to hop."""
    flow, at = flowing.flow, composed.place("services", ALERTER, "environment")
    expect(
        len(flow.accepted) == flow.asked,
        saw=f"{hops(flow)}; {flow.refused or 'it could not be asked'}",
        expected="a log-collector that takes all of them",
        at=composed.place("include"),
        code="not_accepted",
    )
    missing = [id_ for id_ in flow.accepted if id_ not in arrived(flow)]
    expect(
        len(missing) <= flow.workers,  # one that is held may have been handed an entry just before
        saw=hops(flow),
        expected="each of them on logs_queue, until the alerter takes it",
        at=at,
        code="not_queued",
    )
    expect(
        len(taken(flow)) == len(arrived(flow)),
        saw=f"{hops(flow)}; {whereabouts(flow)}",
        expected="an alerter that takes each entry from logs_queue, on redis-queue",
        at=at,
        code="not_taken",
    )
    expect(
        set(flow.alerted) >= set(flow.accepted),
        saw=f"{hops(flow)}; {whereabouts(flow)}",
        expected="an alert for each",
        at=at,
        code="not_alerted",
    )
    doubled = sorted({id_ for id_ in flow.alerted if flow.alerted.count(id_) > 1})
    expect(not doubled, saw=f"{len(doubled)} of {flow.asked} entries raised more than one alert: {listed(doubled)}",
           expected="one alert for each", at=at, code="doubled")  # fmt: skip
    strange = sorted(set(flow.alerted) - set(flow.accepted))
    expect(not strange, saw=f"Alerts name entries that nobody sent: {listed(strange)}",
           expected="alerts about what was logged", at=at, code="made_up")  # fmt: skip
    expect(
        flow.workers > 1 or flow.alerted == flow.accepted,
        saw=f"All {flow.asked} entries became alerts, and the alerts stand in another order",
        expected="the order in which they were logged, since one alerter works on them",
        at=at,
        code="reordered",
    )


@check("m1.persistent", needs=["m1.log_flow"])
def test_alerts_outlive_what_they_were_made_in(composed: Composing, lasting: Lasting) -> None:
    """Containers come and go: each release replaces them. What must stay lies in a volume, and goes only when somebody
    asks for that."""
    at = composed.place("services", ALERTER)
    count = len(lasting.before)
    expect(count, saw="No alert was raised", expected="alerts that can be lost", at=at, code="no_alerts")
    for when, ids in (
        ("After Redis was killed and started again", lasting.killed),
        ("After `docker compose down` and `docker compose up`", lasting.again),
    ):
        left = len(set(ids) & set(lasting.before))
        expect(
            left == count, saw=f"{when}, {left} of {count} alerts were left", expected="all of them", at=at, code="lost"
        )
        expect(
            len(ids) == len(set(ids)),
            saw=f"{when}, {len(ids) - len(set(ids))} alerts were there twice",
            expected="each of them once",
            at=at,
            code="doubled",
        )
    expect(
        not lasting.volumes,
        saw=f"`docker compose down -v` left these volumes: {listed(lasting.volumes)}",
        expected="none",
        at=composed.place("volumes"),
        code="left_over",
    )


@check("m1.isolated", needs=["m1.log_flow"])
def test_only_what_must_be_reachable_is(composed: Composing, flowing: Flowing, working: Working) -> None:
    """Each open port is a door, and each door is tried one day. A port that is published without an address is open to
    everybody around, firewall or not."""
    for one in flowing.published:
        at = composed.place("services", one.service, "ports")
        expect(
            one.service == ALERTER and one.port == f"{PORT}/tcp",
            saw=f"{one.service} publishes its port {one.port} on {address(one)}",
            expected=f"no published port but the alerter's {PORT}",
            at=at,
            code="published",
        )
        expect(
            one.address in OWN_ADDRESSES,
            saw=f"{one.service} publishes its port {one.port} on {address(one)}",
            expected="an address that only this machine can reach",
            at=at,
            code="published_to_all",
        )
    at = composed.place("services", ALERTER)
    expect(
        flowing.published,
        saw=f"The alerter's port {PORT} is not published: nobody on this machine can read alerts",
        expected="that port, for this machine alone",
        at=at,
        code="not_published",
    )
    for door in flowing.reached:
        expect(
            (door.service, door.port) == (ALERTER, PORT),
            saw=f"From the network {door.network}, {door.service} can be reached at port {door.port}",
            expected=f"nobody who listens but the alerter, at {PORT}",
            at=composed.place("services", door.service),
            code="reachable",
        )
    expect(flowing.reached, saw=f"Nobody on its networks could connect to the alerter's port {PORT}",
           expected="an alerter that can be asked", at=at, code="unreachable")  # fmt: skip
    _expect_no_root(composed, flowing, working)


def _expect_no_root(composed: Composing, flowing: Flowing, working: Working) -> None:
    """What task 3 made so, Compose may undo. An image that runs as root by itself is m1.non_root's to fail."""
    at = composed.place("services", ALERTER, "user")
    if any(0 in each.uids and not each.is_entering for each in working.watched.processes):
        return
    seen = flowing.watched
    roots = {each.command or each.name: each for each in seen.processes if 0 in each.uids and not each.is_entering}
    expect(
        not roots,
        saw=f"In the Compose run there ran as uid 0: {listed(roots)}. Run by itself, the image has no such process: "
        "task 5 undoes what task 3 did",
        expected="no process with uid 0, here as there",
        at=at,
        code="runs_as_root",
    )
    expect(
        seen.to_the_end and seen.processes,
        saw="In the Compose run, the alerter's processes could not be looked at to the end",
        expected="processes that may be looked at",
        at=at,
        code="watcher_ended",
    )


@check("m1.restarts", needs=["m1.log_flow"])
def test_a_crash_heals(composed: Composing, crashed: Crashes) -> None:
    """Services crash at night. The engine can start one again within a second, if somebody told it to."""
    at = composed.place("services", ALERTER, "restart")
    for number, one in enumerate(crashed.crashes, 1):
        which = "crash" if number == 1 else "second crash"
        expect(
            one.healed,
            saw=f"{one.seconds:.0f} s after a {which}, the alerter is {one.status}, started again {one.restarts} times"
            + (f"; GET /health: {one.answer}" if one.answer else ""),
            expected="an alerter that runs again and is well",
            at=at,
            code="stays_down",
        )
    expect(crashed.crashes, saw="It did not crash", expected="a crash", at=at, code="no_crash")
    lost = len(set(crashed.sent) - set(crashed.raised))
    expect(
        crashed.sent and not lost,
        saw=f"After the crashes, {lost} of {len(crashed.sent)} errors raised no alert",
        expected="the same work as before",
        at=at,
        code="does_not_go_on",
    )


@check("m1.limits", needs=["m1.log_flow"])
def test_what_it_may_take_is_bounded_and_enough(composed: Composing, flowing: Flowing, hogged: Hog) -> None:
    """One service that runs wild takes all others on its machine with it, unless the engine keeps it within bounds. And
    a bound that nobody reaches is none."""
    del hogged  # that the engine keeps such bounds is all that matters here
    bound = flowing.bound
    memory, processors = composed.place("services", ALERTER, "mem_limit"), composed.place("services", ALERTER, "cpus")
    expect(bound.memory, saw="The alerter may take all memory there is", expected="a bound on its memory", at=memory,
           code="no_memory_limit")  # fmt: skip
    expect(
        bound.memory <= MOST_MEMORY,
        saw=f"The alerter may take {bound.memory / (1 << 20):,.0f} MiB of memory",
        expected=f"at most {MOST_MEMORY >> 20} MiB; it needs about 70",
        at=memory,
        code="memory_limit_too_high",
    )
    expect(bound.processors, saw="The alerter may take every processor there is", expected="a bound on what it takes",
           at=processors, code="no_processor_limit")  # fmt: skip
    expect(
        bound.processors <= MOST_PROCESSORS,
        saw=f"The alerter may take {bound.processors:g} processors",
        expected=f"at most {MOST_PROCESSORS:g}",
        at=processors,
        code="processor_limit_too_high",
    )
    ill = [one for one in flowing.after if one.service == ALERTER and (one.out_of_memory or one.restarts)]
    expect(
        not ill,
        saw=f"While it worked within its bounds: {listed(map(state, ill))}",
        expected="bounds that are enough for its work",
        at=memory,
        code="not_enough",
    )
