"""Task 4: signals and health. What the engine says of a container's end and health, and what a client got meanwhile."""

from __future__ import annotations

from sentinel_grader.checks.module_01.ending import expect_to_finish
from sentinel_grader.checks.module_01.listed import listed
from sentinel_grader.judging import check, expect
from sentinel_grader.observe.dockerfile import DOCKERFILE
from sentinel_grader.observe.health import Health
from sentinel_grader.observe.outages import WAYS, Look, Outage
from sentinel_grader.observe.outcome import Place
from sentinel_grader.observe.stopping import Stopping
from sentinel_grader.observe.working import Working

#: Seconds within which its health must tell of a change, being asked every second; a line must be in the log.
TOLD, LOGGED = 20.0, 2.0
_NOBODY = Look(0, 0, "nobody asked", "")


@check("m1.graceful_stop", needs=["m1.alerts"])
def test_told_to_stop_it_finishes_what_it_has_in_hand(stopping: Stopping) -> None:
    """Every release stops an old container. If the signal does not reach the service, or the service drops what it
    holds, each release costs some users an error, and ten seconds."""
    expect_to_finish(stopping, Place(DOCKERFILE, stopping.line))


@check("m1.health_dependency", needs=["m1.alerts"])
def test_its_health_tells_the_truth_about_redis(health: Health) -> None:
    """Whoever sends work to a service, or waits for it, asks for its health. One that says it is well while no error
    could become an alert hides the outage until a user finds it."""
    at = Place(DOCKERFILE, health.line)
    hows = {each.how for each in health.outages}
    ways = {way.how for way in WAYS}
    expect(hows >= ways, saw=f"Redis was {listed(sorted(hows)) or 'never away'}", expected=listed(sorted(ways)), at=at)
    for each in health.outages:
        _expect(each.well, (200, "healthy"), "While all was well", at)
        _expect(each.away, (503, "unhealthy"), f"While Redis was {each.how}", at)
        _expect(each.back, (200, "healthy"), f"Once Redis was back, which had been {each.how},", at)
        lost = _lost(each)
        expect(
            each.batches and not lost,
            saw=f"Once Redis was back, which had been {each.how}, {lost} errors on the queue raised no alert",
            expected="the same work as before",
            at=at,
            code="does_not_go_on",
        )


def _expect(looks: list[Look], said: tuple[int, str], when: str, at: Place) -> None:
    """That all is said as it should be in the end, and in time."""
    last = looks[-1] if looks else _NOBODY
    status, health = said
    expect(
        last.status == status,
        saw=f"{when} GET /health said: {last.words}",
        expected=f"status {status} from GET /health",
        at=at,
        code="health_answer",
    )
    _expect_healthcheck(last.health, at)
    expect(
        last.health == health and last.at <= TOLD,
        saw=f"{when}, the engine said {last.health!r} after {last.at:.0f} s. {_printed(last.probe)}",
        expected=f"{health!r}, as the HEALTHCHECK should have it",
        at=at,
        code="health_word",
    )


def _expect_healthcheck(health: str, at: Place) -> None:
    expect(
        health,
        saw="The image has no HEALTHCHECK: the engine can only tell that it runs",
        expected="a HEALTHCHECK that asks the service how it is",
        at=at,
        code="no_healthcheck",
    )


def _printed(probe: str) -> str:
    return f"The HEALTHCHECK printed: {probe}" if probe else "The HEALTHCHECK printed nothing"


def _lost(outage: Outage) -> int:
    return sum(len(set(batch.errors) - set(batch.alerts)) for batch in outage.batches)


@check("m1.health_dead", needs=["m1.starts"])
def test_its_healthcheck_notices_a_dead_service(health: Health) -> None:
    """A check that nobody has seen fail may be one that cannot. Here the service is not even started, and everything
    around it is well."""
    at = Place(DOCKERFILE, health.line)
    command = " ".join(health.command)
    expect(
        command and health.dead,
        saw="The image has neither sleep nor Python to start in the service's place",
        expected="an image in which something else can be started",
        code="nothing_to_start",
    )
    last = health.dead[-1]
    first = next(each for each in health.dead if each.health == last.health)
    _expect_healthcheck(last.health, at)
    expect(
        last.health == "unhealthy" and first.at <= TOLD,
        saw=f"With {command} in the service's place, the engine said {last.health!r} after {first.at:.0f} s. "
        f"{_printed(last.probe)}",
        expected="'unhealthy', since nothing answers",
        at=at,
    )


@check("m1.logs", needs=["m1.alerts"])
def test_what_it_says_is_in_the_engines_log_at_once(working: Working) -> None:
    """The engine keeps what a container prints, wherever it runs. A log in a file inside goes with the container; one
    that is held back is not there when somebody looks."""
    log, at = working.log, Place(DOCKERFILE)
    kept = f"; they stand in {listed(log.files)}" if log.files else ""
    expect(
        log.wanted and not log.missing,
        saw=f"Of {len(log.wanted)} errors that became alerts, docker logs did not have {len(log.missing)}, "
        f"{log.seconds:.0f} s later{kept}",
        expected="a line about each alert on stdout or stderr",
        at=at,
        code="not_in_the_log",
    )
    expect(
        log.seconds <= LOGGED,
        saw=f"What it said of its alerts was in docker logs {log.seconds:.1f} s later",
        expected=f"every line within {LOGGED:.0f} s",
        at=at,
        code="late_in_the_log",
    )
    expect(
        not log.files,
        saw=f"What it says also goes to a file in the container: {listed(log.files)}",
        expected="stdout or stderr, and no file that somebody would have to empty",
        at=at,
        code="log_file",
    )
