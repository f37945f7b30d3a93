"""While Redis hangs, requests wait for it, and what they hold stays within MAX_BUFFERED_BYTES."""

from __future__ import annotations

import socket
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager

import httpx
import psutil
import pytest
from collector_service import Service

_MIB = 2**20
_REQUESTS = 128  # at once
_PATIENCE = "4"  # seconds that they wait: longer than a busy machine takes to send more than there is room for
_BODY = b'{"service_name":"a","level":"INFO","message":"%s"}' % (b"x" * (_MIB // 2))


@contextmanager
def hanging_redis() -> Iterator[int]:
    """The port of a Redis that answers a client's first words, its login, and then neither reads nor answers."""
    kept: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_let_in, args=(server, kept), daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
    for client in kept:
        client.close()


def _let_in(server: socket.socket, kept: list[socket.socket]) -> None:
    while True:
        try:
            client, _ = server.accept()
        except OSError:  # the test is over
            return
        kept.append(client)
        client.recv(4096)  # an answer that came before the question would be no Redis's, and the client would hang up
        client.sendall(b"+PONG\r\n")


def flood(max_buffered_bytes: int) -> tuple[Counter[str], int]:
    """Send 128 requests of 512 KiB at once to a collector whose Redis hangs.

    Returns:
        What they were answered, and by how many bytes the collector grew.
    """
    with hanging_redis() as port:
        settings = {"REDIS_HOST": "127.0.0.1", "REDIS_PORT": str(port), "QUEUE_TIMEOUT": _PATIENCE}
        with Service(**settings, MAX_BUFFERED_BYTES=str(max_buffered_bytes)) as service:
            process = psutil.Process(service.process.pid)
            before = most = process.memory_info().rss

            def send(_: int) -> str:
                detail: str = service.post(_BODY).json()["detail"]
                return detail.split(";")[0]

            with ThreadPoolExecutor(_REQUESTS) as pool:
                answers = [pool.submit(send, number) for number in range(_REQUESTS)]
                while wait(answers, timeout=0.02).not_done:
                    most = max(most, process.memory_info().rss)
            assert service.get("/health/live").status_code == httpx.codes.OK
    return Counter(answer.result() for answer in answers), most - before


def test_memory_stays_bounded_while_redis_hangs() -> None:
    answers, grown = flood(8 * _MIB)
    print(answers, f"grew by {grown / _MIB:.0f} MiB")
    assert answers["Too many requests are waiting for the queue"] > _REQUESTS / 2
    assert grown < 8 * 3 * _MIB  # an entry as it waits to be sent and as it is being sent; and what is not ours


@pytest.mark.slow
def test_without_the_bound_memory_would_not_stay_bounded() -> None:
    """The same flood with a bound that never bites: if this does not grow, the test above proves nothing."""
    answers, grown = flood(1024 * _MIB)
    assert "Too many requests are waiting for the queue" not in answers
    assert grown > 64 * _MIB
