"""What can be wrong with a machine: each is said in words, with what helps, and exit status 4; and then it works."""

from __future__ import annotations

import http.server
import re
import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .checkouts import OFFLINE, Checkout, Started, pins
from .isolation import needs_namespaces, read_only, small_disk

pytestmark = pytest.mark.install


def assert_says(started: Started, what: str, remedy: str) -> None:
    """Words, not a traceback; and not many of them."""
    assert started.status == 4, started.said
    assert what in started.said
    assert remedy in started.said.partition("To go on: ")[2]
    assert "Traceback" not in started.said
    assert len(started.said.splitlines()) < 20, started.said


@needs_namespaces
def test_no_network(new: Checkout) -> None:
    assert_says(
        new.start("up", via=["unshare", "--net"], PIP_RETRIES="1"), "index does not answer", "connect to a network"
    )
    assert "No matching distribution" in (new.venv / "install.log").read_text()


@pytest.fixture
def stale(ready: Checkout) -> Checkout:
    """A small checkout whose lock has changed since it was installed: an installation that begins at once."""
    ready.lock().write_text(pins("flit-core", "h11", "iniconfig"))
    return ready


def test_an_index_that_nobody_answers_for(stale: Checkout) -> None:
    assert_says(stale.start("up", **OFFLINE), "index does not answer", "PIP_INDEX_URL")


def test_an_index_without_our_packages(stale: Checkout, tmp_path: Path) -> None:
    started = stale.start("up", PIP_NO_INDEX="1", PIP_FIND_LINKS=str(tmp_path))
    assert_says(started, "does not give a package Sentinel needs", "pip config list")


@pytest.fixture
def inspected(tmp_path: Path) -> Iterator[str]:
    """The address of a package index behind a proxy that shows a certificate of its own."""
    if not shutil.which("openssl"):
        pytest.skip("openssl, which makes the certificate, is not there")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "1"]
    subprocess.run([*command, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"https://localhost:{server.server_port}/simple"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_proxy_that_inspects_tls(stale: Checkout, inspected: str) -> None:
    started = stale.start("up", PIP_INDEX_URL=inspected, PIP_RETRIES="0", PIP_FIND_LINKS="", no_proxy="localhost")
    assert_says(started, "certificate Python does not trust", "PIP_CERT")


def test_a_package_that_is_not_the_one_in_the_lock(ready: Checkout) -> None:
    lock = pins("flit-core", "h11", "iniconfig")
    ready.lock().write_text(re.sub(r"(--hash=sha256:\w{60})\w{4}", r"\g<1>0000", lock))
    assert_says(ready.start("up"), "not the one that the lock file names", "PIP_NO_CACHE_DIR=1")
    ready.lock().write_text(lock)
    assert ready.start("up").answer["missing"] == []


@needs_namespaces
def test_a_checkout_that_may_not_be_written_to(new: Checkout, ready_elsewhere: Checkout) -> None:
    assert_says(new.start("up", via=read_only(new.root)), "may not be written to", "copy it to a folder that is yours")
    assert ready_elsewhere.start("up", via=read_only(ready_elsewhere.root)).said == "", (
        "what is installed works all the same"
    )


@pytest.fixture
def ready_elsewhere(installed: Checkout, tmp_path: Path) -> Checkout:
    return installed.copy(tmp_path / "installed")


@needs_namespaces
@pytest.mark.parametrize("size", ["64k", "8m"])
def test_no_disk_left(size: str, new: Checkout) -> None:
    assert_says(new.start("up", via=small_disk(new.venv, size)), "there is no disk space left", "free about")


def test_a_checkout_with_a_file_missing(new: Checkout) -> None:
    new.lock().unlink()
    assert_says(new.start("up"), "this checkout is not complete", "git restore grader")


@pytest.mark.parametrize(
    ("output", "what"),
    [
        ("ERROR: Could not install packages due to an OSError: [Errno 122] Disk quota exceeded", "no disk space left"),
        (
            "WARNING: Retrying (Retry(total=0)) after connection broken by 'ProxyError('Cannot connect')': /simple",
            "answer",
        ),
        ("Temporary failure in name resolution", "does not answer"),
        ("[Errno 13] Permission denied: '/srv/course/.venv'", "may not be written to"),
        ("ERROR: something that nobody has thought of", "does not know why"),
    ],
)
def test_the_cause_is_found_in_what_was_said(launcher: Any, output: str, what: str) -> None:
    said = str(launcher.explained("[2/3] installing", output))
    assert what in said
    assert output[:60] in said
