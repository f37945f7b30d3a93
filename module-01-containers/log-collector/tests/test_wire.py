"""What only a bare connection can send: lengths that lie, bodies that never end, and what is no HTTP at all."""

from __future__ import annotations

import socket
import time

import pytest
from collector_service import Service, answer
from collector_service import post_head as head

BODY = b'{"service_name":"a","level":"INFO","message":"b"}'


def exchange(service: Service, *parts: bytes) -> str:
    """Send the parts on one connection; returns all that is answered."""
    with service.connect() as connection:
        for part in parts:
            connection.sendall(part)
        return answer(connection)


@pytest.mark.parametrize(
    "line",
    [b"Content-Length: -1", b"Content-Length: 4e1", b"Content-Length: 0x10", b"Content-Length: 5, 6",
     b"Content-Length: 49\r\nContent-Length: 50", b"Content-Length: 99999999999999999999999",
     b"Content-Length: 49\r\nTransfer-Encoding: chunked", b"Transfer-Encoding: chunked, identity", b"Bad Header: x"],
)  # fmt: skip
def test_a_length_that_is_none_is_refused(service: Service, line: bytes) -> None:
    before = service.queue_length()
    assert exchange(service, head(line), BODY).startswith("HTTP/1.1 400 ")
    assert service.queue_length() == before


def test_a_body_shorter_than_its_length_is_waited_for_and_then_refused(service: Service) -> None:
    before, started = service.queue_length(), time.monotonic()
    text = exchange(service, head(b"Content-Length: 50"), BODY)
    assert text.startswith("HTTP/1.1 408 ")
    assert "within 0.5 s" in text
    assert 0.4 < time.monotonic() - started < 4
    assert service.queue_length() == before


def test_a_body_longer_than_its_length_counts_up_to_it(service: Service) -> None:
    before = service.queue_length()
    assert exchange(service, head(b"Content-Length: %d" % len(BODY)), BODY + b"rest").startswith("HTTP/1.1 202 ")
    assert exchange(service, head(b"Content-Length: 10"), BODY).startswith("HTTP/1.1 422 ")
    assert service.queue_length() == before + 1


def test_a_body_that_drips_is_cut_off(service: Service) -> None:
    before = service.queue_length()
    with service.connect() as connection:
        connection.settimeout(0.05)
        connection.sendall(head(b"Content-Length: %d" % len(BODY)))
        for byte in BODY[:-1]:
            connection.sendall(bytes([byte]))
            try:
                received = connection.recv(65536)
            except TimeoutError:
                continue
            break
    assert received.startswith(b"HTTP/1.1 408 ")
    assert service.queue_length() == before


def test_a_request_without_its_body_is_cut_off(service: Service) -> None:
    assert exchange(service, head(b"Content-Length: 50")).startswith("HTTP/1.1 408 ")


def test_a_client_that_hangs_up_in_the_middle_queues_nothing(service: Service) -> None:
    before = service.queue_length()
    with service.connect() as connection:
        connection.sendall(head(b"Content-Length: %d" % len(BODY)) + BODY[:-1])
        connection.shutdown(socket.SHUT_WR)
        assert answer(connection) == ""
    assert service.queue_length() == before


def test_a_body_in_chunks_is_accepted(service: Service) -> None:
    chunks = b"".join(b"%x\r\n%s\r\n" % (1, bytes([byte])) for byte in BODY) + b"0\r\n\r\n"
    assert exchange(service, head(b"Transfer-Encoding: chunked"), chunks).startswith("HTTP/1.1 202 ")


def test_too_large_is_said_before_the_body_is_sent(service: Service) -> None:
    lines = b"Content-Length: 1048577", b"Expect: 100-continue"
    assert exchange(service, head(*lines)).startswith("HTTP/1.1 413 ")


def test_chunks_without_end_are_refused_at_the_limit(service: Service) -> None:
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    before = service.queue_length()
    assert exchange(service, head(b"Transfer-Encoding: chunked"), *[chunk] * 17).startswith("HTTP/1.1 413 ")
    assert service.queue_length() == before


@pytest.mark.parametrize("request_line", [b"\0\0\0\0", b"GET", b"POST /logs HTTP/9.9", b"\x16\x03\x01\x02\x00\x01\x00"])
def test_what_is_no_http_is_refused(service: Service, request_line: bytes) -> None:
    assert exchange(service, request_line + b"\r\n\r\n").startswith("HTTP/1.1 400 ")


def test_requests_that_come_at_once_are_answered_in_order(service: Service) -> None:
    kept = head(b"Content-Length: %d" % len(BODY)).replace(b"Connection: close\r\n", b"") + BODY
    bad = head(b"Content-Length: 2").replace(b"Connection: close\r\n", b"") + b"{}"
    text = exchange(service, kept + bad + kept, head(b"Content-Length: %d" % len(BODY)) + BODY)
    assert [part[:3] for part in text.split("HTTP/1.1 ")[1:]] == ["202", "422", "202", "202"]
