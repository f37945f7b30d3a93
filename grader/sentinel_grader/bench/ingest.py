"""`./sentinel bench ingest`: the processor time that one log costs the collector, beside the usual way to write it.

Both servers and one Redis run throughout. Each round measures every case once on each side, one right after the
other, and each number is the median over all rounds: so whatever else the machine does falls on both alike.
Processor time and not requests per second, since it hardly depends on what else is running.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from statistics import median

from sentinel_grader.bench.load import Job, Outcome
from sentinel_grader.bench.report import show
from sentinel_grader.bench.rows import Cost, Row
from sentinel_grader.bench.servers import BASELINE, COLLECTOR, RedisServer, Server, redis_server, server

CONNECTIONS = (1, 16, 64)
ROUNDS = 5
SINGLES = 3_000  # requests in one measurement; processor time is counted in steps of 10 ms
BATCHES = 900
BATCH = 100  # entries in one batch
MOST_SINGLE = 0.4  # of the baseline's processor time for one entry
MOST_BATCH = 1 / 40


def measure(say: Callable[[str], None]) -> list[Row]:
    """Run all rounds; returns a row for each kind of request and number of connections.

    Args:
        say: is told of every round.

    Raises:
        RuntimeError: a server did not start, or did not accept every single request.
    """
    costs: dict[tuple[str, int, int], list[Cost]] = defaultdict(list)
    main = COLLECTOR / "main.py"
    with redis_server() as redis, server(BASELINE, redis) as baseline, server(main, redis) as collector:
        sides = (("baseline", baseline, 1), ("collector", collector, 1), ("collector", collector, BATCH))
        for number in range(ROUNDS + 1):  # the first warms up, and counts for nothing
            say(f"round {number} of {ROUNDS}" if number else "warming up")
            for connections in CONNECTIONS:
                for name, running, entries in sides:
                    cost = _cost(running, redis, connections, entries)
                    costs[name, connections, entries] += [cost] if number else []
    return _rows({key: _median(found) for key, found in costs.items()})


def _cost(running: Server, redis: RedisServer, connections: int, entries: int) -> Cost:
    requests = SINGLES if entries == 1 else BATCHES
    redis.empty()
    server_before, redis_before = running.cpu_seconds(), redis.cpu_seconds()
    outcome = _load(Job(running.port, connections, requests, entries))
    if outcome.accepted != requests:
        raise RuntimeError(f"only {outcome.accepted} of {requests} requests were accepted")
    each = 1e6 / (requests * entries)
    return Cost((running.cpu_seconds() - server_before) * each, (redis.cpu_seconds() - redis_before) * each)


def _load(job: Job) -> Outcome:
    command = [sys.executable, "-m", "sentinel_grader.bench.load"]
    ran = subprocess.run(command, input=json.dumps(asdict(job)), capture_output=True, text=True, check=True)
    return Outcome(**json.loads(ran.stdout))


def _median(costs: list[Cost]) -> Cost:
    return Cost(median(cost.server_us for cost in costs), median(cost.redis_us for cost in costs))


def _rows(costs: dict[tuple[str, int, int], Cost]) -> list[Row]:
    requests = (("one log", 1, MOST_SINGLE), (f"batch of {BATCH}", BATCH, MOST_BATCH))
    return [
        Row(request, connections, costs["baseline", connections, 1], costs["collector", connections, entries], most)
        for request, entries, most in requests
        for connections in CONNECTIONS
    ]


def ingest(json_path: Path | None) -> int:
    """Measure, print the table, save the report; returns the exit status: 1 if a bound is missed.

    Args:
        json_path: where the report goes; None: reports/bench-ingest.json in the checkout.
    """
    return show(measure, json_path)


if __name__ == "__main__":
    sys.exit(ingest(None))
