"""Start, the service's own log, and the end that loses nothing."""

from __future__ import annotations

import json
import signal
import socket
import time

import pytest
from collector_in_process import ENTRY
from collector_service import Service, answer, post_head

BODY = json.dumps(ENTRY).encode()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_status_0(number: int) -> None:
    with Service(QUEUE_BACKEND="memory") as service:
        for _ in range(10):
            service.post(BODY)
        status, output = service.stop(number)
    assert status == 0
    assert len(output.splitlines()) < 10, "without ACCESS_LOG a request leaves no line"


def test_a_request_in_flight_is_finished_and_no_new_one_is_taken() -> None:
    with Service(QUEUE_BACKEND="memory") as service, service.connect() as connection:
        connection.sendall(post_head(b"Content-Length: %d" % len(BODY)) + BODY[:-1])
        service.get("/health/live")  # answered after it: so the request above has arrived
        service.process.send_signal(signal.SIGTERM)
        wait_until_refused(service)
        connection.sendall(BODY[-1:])
        assert answer(connection).startswith("HTTP/1.1 202 ")
        service.process.communicate(timeout=10)
        assert service.process.returncode == 0


def wait_until_refused(service: Service) -> None:
    """Return once nobody listens any more."""
    until = time.monotonic() + 5
    while time.monotonic() < until:
        try:
            service.connect().close()
        except ConnectionError:
            return
    raise AssertionError("it still takes connections")


def test_a_client_that_never_finishes_does_not_hold_it_up() -> None:
    with Service(QUEUE_BACKEND="memory", SHUTDOWN_TIMEOUT="1") as service, service.connect() as connection:
        connection.sendall(post_head(b"Content-Length: 50"))
        service.get("/health/live")
        status, _ = service.stop()
    assert status == 0


def test_its_log_is_json_lines_and_nothing_else() -> None:
    with Service(QUEUE_BACKEND="memory", ACCESS_LOG="true") as service:
        service.post(json.dumps(ENTRY).encode())
        service.post(b"{}")
        with service.connect() as connection:
            connection.sendall(b"no http\r\n\r\n")
            answer(connection)
        _, output = service.stop()
    lines = [json.loads(line) for line in output.splitlines()]
    assert all({"timestamp", "level", "logger", "message"} <= set(line) for line in lines)
    answered = [(line["path"], line["status"]) for line in lines if line["message"] == "answered"]
    assert answered == [("/logs", 202), ("/logs", 422)]


def test_a_taken_port_is_said_and_the_status_is_1() -> None:
    with socket.create_server(("127.0.0.1", 0)) as first:
        second = Service(QUEUE_BACKEND="memory", PORT=str(first.getsockname()[1]))
        status, output = second.run_to_its_end()
    assert status == 1
    assert "address already in use" in output
