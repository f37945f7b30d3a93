"""What the test-app answers, and what Sentinel hears of it."""

from __future__ import annotations

import json
import subprocess
import sys
import time

import pytest
from sdk_backend import Backend, closed_port, hangs, says, until
from testapp.settings import Settings, SettingsError
from testapp_service import FOLDER, Service


def test_it_answers_and_sentinel_hears_of_it(service: Service, backend: Backend) -> None:
    assert service.get("/api/v1/users?limit=2").json() == {
        "users": [{"id": number, "name": f"user {number}", "tenant_id": "acme"} for number in (1, 2)]
    }
    assert service.get("/api/v1/users/100", "other").json()["tenant_id"] == "other"
    assert service.get("/api/v1/users/101").status_code == 404
    assert service.get("/api/v1/error").status_code == 500
    assert service.get("/api/v1/error?status=503").status_code == 503
    assert service.get("/api/v1/slow?seconds=0.2").json() == {"slept": 0.2}
    until(lambda: len(backend.taken) == 6)
    seen = [(event.tenant_id, event.route, event.status, event.level) for event in backend.taken]
    assert seen == [
        ("acme", "/api/v1/users", 200, "INFO"),
        ("other", "/api/v1/users/{user_id}", 200, "INFO"),
        ("acme", "/api/v1/users/{user_id}", 404, "WARNING"),
        ("acme", "/api/v1/error", 500, "ERROR"),
        ("acme", "/api/v1/error", 503, "ERROR"),
        ("acme", "/api/v1/slow", 200, "INFO"),
    ]
    assert [event.attributes for event in backend.taken][3] == {"exception": "testapp.app.OutOfOrder"}
    assert backend.taken[5].latency_ms >= 200
    assert {event.service_name for event in backend.taken} == {"test-app"}


@pytest.mark.parametrize(
    "path",
    ["/api/v1/slow?seconds=5.1", "/api/v1/slow?seconds=inf", "/api/v1/error?status=200", "/api/v1/users?limit=0"],
)
def test_what_would_be_too_much_is_refused(service: Service, path: str) -> None:
    started = time.monotonic()
    assert service.get(path).status_code == 422
    assert time.monotonic() - started < 5


def test_it_is_healthy_without_its_backend_and_says_what_was_dropped(backend: Backend) -> None:
    backend.behaviour = says(503)
    with Service(SENTINEL_INGESTION_URL=backend.url, SENTINEL_QUEUE_SIZE="5", SENTINEL_BATCH_SIZE="1") as service:
        for _ in range(20):
            assert service.get("/api/v1/users").status_code == 200
        health = service.get("/health").json()
        sentinel = health["sentinel"]
        assert (health["status"], sentinel["recorded"]) == ("ok", 20), "its own health is not recorded"
        assert sentinel["sent"] + sum(sentinel["dropped"].values()) + sentinel["queued"] == 20
        assert sentinel["dropped"]["queue_full"] >= 14
        assert service.probe().returncode == 0


def test_sigterm_ends_it_with_status_0_and_sends_the_last_events(backend: Backend) -> None:
    with Service(SENTINEL_INGESTION_URL=backend.url, SENTINEL_BATCH_SECONDS="60") as service:
        service.get("/api/v1/users")
        assert backend.taken == []
        status, output = service.stop()
    assert status == 0
    assert len(backend.taken) == 1
    assert all({"timestamp", "level", "message"} <= set(json.loads(line)) for line in output.splitlines())


def test_sigterm_ends_it_soon_when_the_backend_hangs(backend: Backend) -> None:
    backend.behaviour = hangs
    with Service(SENTINEL_INGESTION_URL=backend.url) as service:
        service.get("/api/v1/users")
        started = time.monotonic()
        status, _ = service.stop()
    assert status == 0
    assert time.monotonic() - started < 2 + 4, "flush_timeout, and room for a busy machine"


def test_without_sentinel_it_says_so_and_works() -> None:
    with Service() as service:
        assert service.get("/api/v1/users").status_code == 200
        assert service.get("/health").json()["sentinel"]["enabled"] is False
        _, output = service.stop()
    assert "SENTINEL_INGESTION_URL is empty" in output


def test_the_probe_fails_where_nobody_answers() -> None:
    ended = subprocess.run(
        [sys.executable, "main.py", "--health"], cwd=FOLDER, env={"PORT": str(closed_port())},
        capture_output=True, text=True, timeout=20, check=False,
    )  # fmt: skip
    assert ended.returncode == 1
    assert "nothing healthy answers" in ended.stderr


@pytest.mark.parametrize(("name", "text"), [("PORT", "x"), ("LONGEST_DELAY", "-1"), ("LOG_LEVEL", "loud")])
def test_a_wrong_setting_is_refused_by_name(name: str, text: str) -> None:
    with pytest.raises(SettingsError, match=f"{name} must be .*{text}"):
        Settings.from_environment({name: text})


def test_the_table_of_settings_has_the_services_and_the_sdks() -> None:
    command = [sys.executable, "main.py", "--settings"]
    environment = {"PYTHONPATH": str(FOLDER.parent / "sdk")}
    table = subprocess.run(command, cwd=FOLDER, env=environment, capture_output=True, text=True, check=True).stdout
    assert "| `PORT` | `4000` | port to listen on |" in table
    assert "| `SENTINEL_SERVICE_NAME` | `test-app` |" in table
