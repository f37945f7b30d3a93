"""Task 6: twelve-factor and no loss. Here the learner's own code runs, and not the course's: what it does in its place
is judged, and so whatever was broken while it was mended."""

from __future__ import annotations

from sentinel_grader.checks.module_01.ending import expect_to_finish
from sentinel_grader.checks.module_01.listed import listed
from sentinel_grader.judging import check, expect
from sentinel_grader.observe.alerter_runs import QUEUE
from sentinel_grader.observe.answers import DEGRADED, WELL, Asked, Reply
from sentinel_grader.observe.configured import Case, Configurations, Configured
from sentinel_grader.observe.degrading import DISTURBANCES, Degrading, Disturbance
from sentinel_grader.observe.orderly import Orderly
from sentinel_grader.observe.processes import Watched
from sentinel_grader.observe.stand import PORT
from sentinel_grader.observe.stopping import Stopping
from sentinel_grader.observe.worker_deaths import Deaths, Done, WorkerDeaths

#: Seconds within which what a dead worker had in hand must be taken up again.
TAKEN_UP = 12.0
#: The ways in which workers are killed.
_DEATHS = ("started again", "replaced by another")
_NOBODY = Asked(0, *(Reply(0, "nobody asked"),) * 3)
_OWN = "With your own code: "


@check("m1.env_config", needs=["m1.builds", "m1.alerts"])
def test_its_settings_come_from_the_environment_alone(configurations: Configurations) -> None:
    """One image runs on your machine, in the test and for the users: what differs is told from outside. What is baked
    in needs another image for every place, and some day the wrong one is running."""
    expect(
        len(configurations.each) > 1,
        saw=f"It was run with {len(configurations.each)} sets of settings",
        expected="two, for two behaviours",
    )
    for each in configurations.each:
        _expect_well(each)
        build = each.version.get("build") if isinstance(each.version, dict) else None
        expect(
            build == configurations.build_nonce,
            saw=f"GET /version says build {str(build)[:200]!r}",
            expected="the BUILD file that lay beside your own code when this image was built",
            code="not_this_code",
        )
        expect(
            each.waiting == 1,
            saw=f"With {_told(each, 'QUEUE_NAME')}, it took an entry from {QUEUE}",
            expected="entries taken from the list that QUEUE_NAME names, and from no other",
            code="another_queue",
        )
        for case in each.cases:
            _expect_alerts(each, case)
        expect(len(each.cases) > 1, saw=f"{len(each.cases)} cases were tried", expected="several")


def _told(configured: Configured, *names: str) -> str:
    return " ".join(f"{name}={value}" for name, value in configured.settings.items() if not names or name in names)


def _expect_well(each: Configured) -> None:
    port = each.settings.get("PORT", "")
    expect(
        not each.usual,
        saw=f"With PORT={port}, nothing answers on port {port}, and on port {PORT} there is: {each.usual}",
        expected="an answer on the port that PORT names",
        code="port_baked_in",
    )
    expect(
        each.health.status == 200,
        saw=f"With {_told(each)} in its environment, GET /health on port {port} said: {each.health.words}",
        expected="status 200: where Redis is, and how to get in, is told by the environment alone",
        code="not_well",
    )


def _expect_alerts(each: Configured, case: Case) -> None:
    settings = _told(each, "THRESHOLD", "WINDOW_SECONDS", "QUEUE_NAME")
    due = case.due(each.number("THRESHOLD"), each.number("WINDOW_SECONDS"))
    expect(
        [sorted(ids) for ids in case.alerts] == [sorted(ids) for ids in due],
        saw=f"With {settings}, {len(case.errors)} errors of a service within {case.span:.0f} s raised "
        f"{len(case.alerts)} alerts, which name {sum(map(len, case.alerts))} entries",
        expected="one, which names all of them" if due else "none: too few, or over too long a time",
        code="another_behaviour",
    )


@check("m1.degrades", needs=["m1.builds", "m1.alerts"])
def test_it_outlives_its_redis(degrading: Degrading) -> None:
    """Redis is restarted for every update, and networks fail. Who ends then, or waits for ever, turns a moment's outage
    of one service into one of all that rest on it."""
    hows, ways = {each.how for each in degrading.each}, {way.how for way in DISTURBANCES}
    expect(hows >= ways, saw=f"Redis was {listed(sorted(hows)) or 'never away'}", expected=listed(sorted(ways)))
    for each in degrading.each:
        expect(
            not each.ended,
            saw=f"When Redis was {each.how}: {each.ended}",
            expected="a service that says that Redis is away, and waits for it",
            code="did_not_outlive_it",
        )
        _expect_answers(each.away, DEGRADED, f"While Redis was {each.how},")
        expect(
            not each.silent,
            saw=f"While Redis stayed {each.how}, GET /health/live said: {each.silent[0].words if each.silent else ''}",
            expected="status 200 all the while, from a process that lives on",
            code="did_not_outlive_it",
        )
        _expect_answers(each.back, WELL, f"Once Redis was back, which had been {each.how},")
        _expect_the_same_processes(each)
        _expect_the_same_work(each)


def _expect_answers(asked: list[Asked], statuses: tuple[int, int, int], when: str) -> None:
    last = asked[-1] if asked else _NOBODY
    replies = {"/health": last.health, "/health/live": last.live, "/alerts": last.alerts}
    for (path, reply), status in zip(replies.items(), statuses, strict=True):
        expect(
            reply.status == status,
            saw=f"{when} GET {path} said: {reply.words}",
            expected=f"status {status} from GET {path}",
            code="another_answer",
        )


def _expect_the_same_processes(each: Disturbance) -> None:
    before, after = _processes(each.before), _processes(each.after)
    expect(
        before and after,
        saw=f"Of {len(before)} processes before Redis was {each.how}, and {len(after)} after, nothing more can be said",
        expected="processes that can be looked at",
        code="unseen",
    )
    gone, new = sorted(before - after), sorted(after - before)
    expect(
        not gone,
        saw=f"Redis had been {each.how}, and once it was back {_named(gone)} was gone, and {_named(new)} in its place",
        expected="the same process, which recovers by itself",
        code="another_process",
    )


def _processes(watched: Watched | None) -> set[tuple[int, str]]:
    if not watched or not watched.to_the_end:
        return set()
    return {(process.pid, process.name) for process in watched.processes if not process.is_entering}


def _named(processes: list[tuple[int, str]]) -> str:
    return listed(f"process {pid} ({name})" for pid, name in processes) or "none"


def _expect_the_same_work(each: Disturbance) -> None:
    lost = sum(len(set(batch.errors) - set(batch.alerts)) for batch in each.batches)
    expect(
        each.batches and not lost,
        saw=f"Once Redis was back, which had been {each.how}, {lost} errors on the queue raised no alert",
        expected="the same work as before",
        code="does_not_go_on",
    )
    expect(
        each.held in (None, 1),
        saw=f"The entry that it had in hand when Redis was {each.how} raised {each.held} alerts",
        expected="one, once Redis was back",
        code="entry_dropped",
    )


@check("m1.no_loss", needs=["m1.builds", "m1.alerts", "m1.graceful_stop"])
def test_an_accepted_log_is_never_lost(worker_deaths: WorkerDeaths, own_stopping: Stopping) -> None:
    """Power fails, the kernel runs out of memory, a node is taken away: nobody is asked to finish then. What was
    accepted before must be found by whoever comes next."""
    hows = [each.how for each in worker_deaths.each]
    expect(set(hows) >= set(_DEATHS), saw=f"Workers were {listed(hows) or 'not killed'}", expected=listed(_DEATHS))
    for each in worker_deaths.each:
        _expect_work_in_hand(each)
        _expect_nothing_lost(each)
    _expect_order(worker_deaths.orderly)
    expect_to_finish(own_stopping, None, _OWN)


def _expect_work_in_hand(each: Deaths) -> None:
    """Else it was not killed in the middle of anything."""
    delay = f"WORK_DELAY_MS={each.delay * 1000:.0f}"
    expect(
        each.taken,
        saw=f"{_OWN}With {delay} it took no entry from the queue",
        expected="an entry in hand when it is killed",
        code="took_no_entry",
    )
    expect(
        each.after <= each.delay,
        saw=f"{_OWN}With {delay}, it took {each.after:.1f} s to kill what had just begun to work",
        expected="a container that can be killed in the middle of its work",
        code="killed_late",
    )
    early = each.early or Done(each.delay, 0)
    expect(
        early.seconds >= each.delay * 0.9,
        saw=f"{_OWN}With {delay}, GET /alerts was answered after {early.seconds:.1f} s",
        expected="an answer that takes as long as the work on an entry",
        code="no_delay",
    )
    expect(
        early.errors * each.delay * 0.9 <= early.seconds,
        saw=f"{_OWN}With {delay}, {early.errors} entries were done after {early.seconds:.1f} s",
        expected="one after another, each delayed by as much: else it cannot be killed in the middle of one",
        code="no_delay",
    )


def _expect_nothing_lost(each: Deaths) -> None:
    killed = f"Workers were killed {each.kills} times in the middle of their work, and {each.how}"
    lost = [id_ for id_ in each.queued if id_ not in each.alerts]
    expect(
        each.queued and not lost,
        saw=f"{killed}. Of {len(each.queued)} errors {len(lost)} are lost: no alert names them, {each.seconds:.0f} s "
        "later",
        expected="an alert for each: what a dead worker had in hand is taken up by the next",
        code="lost",
    )
    expect(
        each.seconds <= TAKEN_UP,
        saw=f"{killed}. What they had in hand was taken up again {each.seconds:.0f} s later",
        expected=f"an alert for each within {TAKEN_UP:.0f} s",
        code="late",
    )
    doubled = [id_ for id_, times in each.alerts.items() if times > 1]
    expect(
        not doubled,
        saw=f"{killed}. {len(doubled)} errors are named by more than one alert",
        expected="one alert each, however often an entry is worked on",
        code="doubled",
    )
    made_up = [id_ for id_ in each.alerts if id_ not in each.queued]
    expect(
        not made_up,
        saw=f"{killed}. Alerts name {len(made_up)} entries that nobody logged, such as {listed(made_up, 1)}",
        expected="alerts that name what was logged",
        code="made_up",
    )


def _expect_order(orderly: Orderly) -> None:
    """What a worker must do that nobody disturbs: what was mended may have broken it."""
    missing = [id_ for id_ in orderly.errors if id_ not in orderly.named]
    expect(
        orderly.errors and not missing,
        saw=f"{_OWN}Of {len(orderly.errors)} errors, queued around something that is no entry, {len(missing)} raised "
        f"no alert. GET /alerts: {orderly.words}",
        expected="an alert for each: what is malformed is put aside, and the next one worked on",
        code="stuck",
    )
    others = [id_ for id_ in orderly.named if id_ not in orderly.errors]
    expect(not others, saw=f"{_OWN}An entry of level INFO raised an alert", expected="alerts for errors only")
    expect(
        len(orderly.named) == len(set(orderly.named)),
        saw=f"{_OWN}An entry that came twice raised {len(orderly.named) - len(orderly.errors) + 1} alerts",
        expected="one: a second delivery raises none",
        code="doubled",
    )
    expect(
        orderly.named == orderly.errors,
        saw=f"{_OWN}The alerts of {len(orderly.errors)} errors stand in another order than the errors were queued in",
        expected="the order of the queue, since one worker ran",
        code="order",
    )
