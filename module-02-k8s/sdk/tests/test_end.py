"""Forks, several event loops, threads, and the end of a process: what is queued is sent, by one process, in time."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from sdk_asgi import adds_up, answering, ask, delivered, scope_of, sentinel_for
from sdk_backend import Backend, closed_port, hangs, says, until
from sentinel_sdk import Sentinel, SentinelMiddleware

FOLDER = Path(__file__).parents[1]


def lifespan(sentinel: Sentinel) -> float:
    """Start and stop an application, with one request between; returns how long the stop took."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await answering()(scope, receive, send)
            return
        assert (await receive())["type"] == "lifespan.startup"
        await send({"type": "lifespan.startup.complete"})
        assert (await receive())["type"] == "lifespan.shutdown"
        await send({"type": "lifespan.shutdown.complete"})

    async def serve() -> float:
        watched = SentinelMiddleware(app, sentinel)
        incoming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        outgoing: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        task = asyncio.create_task(watched({"type": "lifespan"}, incoming.get, outgoing.put))
        await incoming.put({"type": "lifespan.startup"})
        await outgoing.get()
        await watched(scope_of(), incoming.get, outgoing.put)
        started = time.monotonic()
        await incoming.put({"type": "lifespan.shutdown"})
        await task
        return time.monotonic() - started

    return asyncio.run(serve())


def test_the_end_of_the_lifespan_flushes_and_the_next_one_records_again(backend: Backend) -> None:
    with sentinel_for(backend.url, batch_seconds=60) as sentinel:
        for times in (1, 2, 3):
            lifespan(sentinel)
            assert len(backend.taken) == times


def test_the_end_of_the_lifespan_does_not_wait_for_a_backend_that_hangs(backend: Backend) -> None:
    backend.behaviour = hangs
    with sentinel_for(backend.url, flush_timeout=0.5) as sentinel:
        assert 0.4 < lifespan(sentinel) < 5
        adds_up(sentinel, 1)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_forked_child_sends_its_own_and_only_that(backend: Backend) -> None:
    """As servers do that load an application and then fork, here even after it has begun to record."""
    with sentinel_for(backend.url, batch_seconds=60) as sentinel:
        app = SentinelMiddleware(answering(), sentinel)
        ask(app, *["/parent"] * 3)
        child = os.fork()
        if child == 0:
            good = False
            try:
                fresh = sentinel.stats().recorded == 0
                ask(app, *["/child"] * 2)
                good = fresh and sentinel.flush(10) and sentinel.stats().sent == 2
            finally:
                os._exit(0 if good else 1)
        _, status = os.waitpid(child, 0)
        assert os.waitstatus_to_exitcode(status) == 0
        ask(app, "/parent")
        assert sorted(event.route for event in delivered(sentinel, backend)) == ["/child"] * 2 + ["/parent"] * 4
        assert len(set(backend.ids())) == 6
        adds_up(sentinel, 4)


def test_many_event_loops_and_threads_share_one_sender_and_lose_nothing(backend: Backend) -> None:
    before = set(threading.enumerate())
    with sentinel_for(backend.url, queue_size=300) as sentinel:
        app = SentinelMiddleware(answering(), sentinel)
        threads = [threading.Thread(target=ask, args=(app, *["/"] * 500)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sentinel.flush(20)
        adds_up(sentinel, 4000)
        assert len(set(backend.ids())) == sentinel.stats().sent > 0
        [sender] = [thread for thread in set(threading.enumerate()) - before if thread.name == "sentinel-sdk"]
    until(lambda: not sender.is_alive())


PROGRAM = """
import asyncio, sys
sys.path[:0] = {folders!r}
from sdk_asgi import answering, ask
from sentinel_sdk import Sentinel, SentinelMiddleware
sentinel = Sentinel.from_environment(batch_seconds=60.0)
ask(SentinelMiddleware(answering(), sentinel), *["/"] * 7)
{ending}
"""


def run(url: str, ending: str = "") -> tuple[float, subprocess.CompletedProcess[str]]:
    """A process that records seven requests and ends at once; with how long that took."""
    program = textwrap.dedent(PROGRAM).format(folders=[str(FOLDER), str(FOLDER / "tests")], ending=ending)
    started = time.monotonic()
    ended = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        env={**os.environ, "SENTINEL_INGESTION_URL": url, "SENTINEL_SERVICE_NAME": "brief"},
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    return time.monotonic() - started, ended


@pytest.mark.parametrize("ending", ["", "sys.exit(3)", "raise ValueError"])
def test_a_process_that_ends_sends_what_is_queued(backend: Backend, ending: str) -> None:
    _, ended = run(backend.url, ending)
    assert ended.returncode == {"": 0, "sys.exit(3)": 3}.get(ending, 1)
    assert [event.service_name for event in backend.taken] == ["brief"] * 7


def test_a_process_ends_soon_whatever_the_backend_does(backend: Backend) -> None:
    usual, ended = run(backend.url)
    assert (ended.returncode, ended.stderr) == (0, "")
    for behaviour, url in (
        (hangs, backend.url),
        (says(500), backend.url),
        (hangs, f"http://127.0.0.1:{closed_port()}"),
    ):
        backend.behaviour = behaviour
        took, ended = run(url)
        assert ended.returncode == 0
        assert "Traceback" not in ended.stderr
        assert took < usual + 2 + 3, "flush_timeout, and room for a busy machine"


def test_without_a_thread_to_be_had_nothing_breaks(backend: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with sentinel_for(backend.url, queue_size=20) as sentinel:
        with monkeypatch.context() as patched:
            patched.setattr(threading.Thread, "start", refuse)
            ask(SentinelMiddleware(answering(), sentinel), *["/"] * 30)
            assert not sentinel.flush(0.1)
        assert sentinel.stats().queued == 20
        time.sleep(1.1)  # it is not tried at every request
        ask(SentinelMiddleware(answering(), sentinel), "/")
        assert len(delivered(sentinel, backend)) == 20
        adds_up(sentinel, 31)
