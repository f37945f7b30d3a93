"""The traffic: who asks for what is decided by the seed, it is sent when it is due, and it ends cleanly."""

from __future__ import annotations

import asyncio
import itertools
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sdk_backend import Backend, closed_port, until
from testapp_service import FOLDER, Service
from traffic.client import Client, NoAnswer
from traffic.plan import Request, rate_at, requests, tenants
from traffic.run import Run
from traffic.tally import percentile


def first(count: int, seed: int = 1, day: float = 60.0, mean: float = 50.0) -> list[Request]:
    """The beginning of a plan."""
    return list(itertools.islice(requests(mean, day, tenants(10, seed), seed), count))


def test_the_same_seed_makes_the_same_traffic_and_another_makes_another() -> None:
    assert first(500) == first(500)
    assert first(500) != first(500, seed=2)


def test_tenants_ask_by_zipfs_law_and_differ_in_their_habits() -> None:
    planned = first(20_000)
    asked = Counter(request.tenant for request in planned)
    assert [asked[f"tenant-{rank}"] for rank in (1, 2, 4)] == [
        pytest.approx(asked["tenant-1"] / rank, rel=0.1) for rank in (1, 2, 4)
    ]
    shares = {
        name: sum("error" in request.path for request in planned if request.tenant == name) / asked[name]
        for name in asked
    }
    assert max(shares.values()) > 4 * min(shares.values())
    assert all(tenant.errors == pytest.approx(shares[tenant.name], abs=0.05) for tenant in tenants(10, 1))


def test_every_kind_of_request_is_made_and_delays_are_bounded() -> None:
    paths = [request.path for request in first(5_000)]
    kinds = Counter(re.sub(r"\d+|\?.*", "", path.replace("v1", "v")) for path in paths)
    assert set(kinds) == {"/api/v/users", "/api/v/users/", "/api/v/error", "/api/v/slow"}
    delays = [float(path.partition("=")[2]) for path in paths if "slow" in path]
    assert 0 < min(delays) < max(delays) <= 4


def test_a_day_has_its_curve_and_its_mean() -> None:
    day = [rate_at(hour / 24 * 60, 20, 60) for hour in range(24)]
    assert sum(day) / 24 == pytest.approx(20, rel=0.05)
    assert max(day) > 1.6 * 20
    assert min(day) < 0.5 * 20
    assert rate_at(60, 20, 60) == pytest.approx(rate_at(0, 20, 60))


def test_requests_are_as_many_as_the_rate_says() -> None:
    due = [request.due for request in first(6_000)]
    assert due == sorted(due)
    assert due[-1] == pytest.approx(120, rel=0.15)


@given(st.lists(st.floats(0, 10), min_size=1))
def test_the_percentile_is_the_nearest_rank(values: list[float]) -> None:
    found = percentile(values, 0.95)
    assert found in values
    assert sum(value <= found for value in values) >= 0.95 * len(values)
    assert sum(value < found for value in values) < 0.95 * len(values)


def test_a_server_that_hangs_does_not_slow_the_sending() -> None:
    """Open loop: what is due is sent, though nothing was answered yet."""
    with socket.create_server(("127.0.0.1", 0), backlog=200) as silent:
        client = Client(f"http://127.0.0.1:{silent.getsockname()[1]}", timeout=0.5)
        planned = iter([Request(number * 0.005, "/", "a") for number in range(60)])
        lines: list[str] = []
        run = Run(client, planned, lines.append)
        asyncio.run(run.go(None))
    assert run.tallies.all.sent == 60
    assert run.tallies.all.counts == {"unanswered": 60}
    assert "no answer within 0.5 s" in run.tallies.summary(run.seconds)[-1]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nab", 200),
        (b"HTTP/1.1 404 Not Found\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n", 404),
        (b"HTTP/1.0 200 OK\r\n\r\nuntil it closes", 200),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n", 503),
        (b"SSH-2.0-OpenSSH\r\n\r\n", None),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nab", None),
        (b"", None),
    ],
)
def test_the_client_reads_what_servers_say(answer: bytes, expected: int | None) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()

    async def ask() -> int | None:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        client = Client(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", timeout=5)
        try:
            return await client.get("/", "a")
        except NoAnswer:
            return None
        finally:
            client.close()
            server.close()
            await server.wait_closed()

    assert asyncio.run(ask()) == expected


def traffic(*arguments: str) -> subprocess.Popen[str]:
    """`python -m traffic`."""
    command = [sys.executable, "-W", "error", "-m", "traffic", *arguments]
    return subprocess.Popen(
        command, cwd=FOLDER, env={"PATH": os.environ["PATH"]}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_it_runs_against_the_test_app_and_the_figures_are_true(service: Service, backend: Backend) -> None:
    process = traffic("--url", service.url, "--rate", "40", "--duration", "3", "--tenants", "5", "--seed", "3")
    output, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (0, "")
    lines = output.splitlines()
    assert re.fullmatch(r" +1 s  sent +\d+  ok +\d+  4xx +\d+  5xx +\d+  no answer +\d+  p95 +\d+ ms", lines[1]), lines
    [total] = [line for line in lines if line.startswith("in ")]
    sent, unanswered = (int(re.search(rf"{name} +(\d+)", total)[1]) for name in ("sent", "no answer"))  # type: ignore[index]
    assert sent > 30
    assert unanswered == 0
    until(lambda: len(backend.taken) == sent)
    assert {event.tenant_id for event in backend.taken} <= {f"tenant-{rank}" for rank in range(1, 6)}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_with_a_summary(service: Service, number: int) -> None:
    process = traffic("--url", service.url)
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.readline()
    started = time.monotonic()
    process.send_signal(number)
    output, errors = process.communicate(timeout=30)
    assert (process.returncode, errors) == (0, "")
    assert time.monotonic() - started < 10
    assert "in " in output


def test_nobody_at_the_url_is_said_plainly() -> None:
    url = f"http://127.0.0.1:{closed_port()}"
    process = traffic("--url", url)
    output, errors = process.communicate(timeout=30)
    assert (process.returncode, output) == (1, "")
    assert f"nobody answers at {url}" in errors
    assert "--url" in errors


@pytest.mark.parametrize(
    "arguments", [("--rate", "0"), ("--rate", "nan"), ("--tenants", "0"), ("--duration", "-1"), ("--url", "localhost")]
)
def test_a_wrong_argument_is_refused(arguments: tuple[str, str]) -> None:
    process = traffic(*arguments)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 2
    assert "traffic" in errors
    assert "Traceback" not in errors
