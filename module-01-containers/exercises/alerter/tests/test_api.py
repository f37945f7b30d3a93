"""What the alerter answers over HTTP."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from alerter_fakes import NOON, FakeStore

from alerter.api import make_api
from alerter.metrics import Metrics
from alerter.store import StoredAlert
from alerter.version import VERSION


def alert(name: str) -> StoredAlert:
    """An alert with the id `name`."""
    known = {"service_name": "checkout", "tenant_id": "acme", "level": "ERROR", "count": 1, "entry_ids": ["1"]}
    return StoredAlert.model_validate({"id": name, **known, "first_at": NOON, "raised_at": NOON})


def get(path: str, store: FakeStore, *, is_working: bool = True) -> httpx.Response:
    """The answer of an alerter with this store."""
    api = make_api(store, Metrics(), is_working=lambda: is_working)

    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(api), base_url="http://alerter") as client:
            return await client.get(path)

    return asyncio.run(ask())


def test_alerts_are_read_page_by_page() -> None:
    store = FakeStore(alert("1-0"), alert("2-0"), alert("3-0"))
    first = get("/alerts?limit=2", store).json()
    assert [found["id"] for found in first["alerts"]] == ["1-0", "2-0"]
    second = get(f"/alerts?limit=2&after={first['next']}", store).json()
    assert [found["id"] for found in second["alerts"]] == ["3-0"]
    assert get(f"/alerts?after={second['next']}", store).json() == {"alerts": [], "next": "3-0"}


def test_there_is_no_next_where_there_was_no_alert_yet() -> None:
    assert get("/alerts", FakeStore()).json() == {"alerts": [], "next": None}


def test_an_alert_says_who_what_and_when() -> None:
    assert get("/alerts", FakeStore(alert("1-0"))).json()["alerts"] == [
        {
            "id": "1-0",
            "service_name": "checkout",
            "tenant_id": "acme",
            "level": "ERROR",
            "count": 1,
            "entry_ids": ["1"],
            "first_at": "2026-01-01T12:00:00Z",
            "raised_at": "2026-01-01T12:00:00Z",
        }
    ]


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "limit=x", "after=x", "after=1", "after=-"])
def test_a_query_that_makes_no_sense_is_refused(query: str) -> None:
    assert get(f"/alerts?{query}", FakeStore()).status_code == 422


def test_without_redis_alerts_cannot_be_read_now_and_the_answer_says_so() -> None:
    answer = get("/alerts", FakeStore(failures=1))
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert "connection refused" in answer.json()["detail"]


def test_it_is_well_when_redis_answers_and_the_worker_works() -> None:
    answer = get("/health", FakeStore())
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")


def test_it_is_not_well_without_redis_but_alive() -> None:
    answer = get("/health", FakeStore(failures=1))
    assert (answer.status_code, answer.json()["status"]) == (503, "unavailable")
    assert "connection refused" in answer.json()["error"]
    assert get("/health/live", FakeStore(failures=1)).status_code == 200


def test_it_is_not_well_when_redis_hangs() -> None:
    class Hanging(FakeStore):
        async def check(self) -> None:
            await asyncio.sleep(60)

    assert get("/health", Hanging()).status_code == 503


def test_it_is_not_well_without_its_worker() -> None:
    assert get("/health", FakeStore(), is_working=False).status_code == 503


def test_it_tells_its_version_and_where_it_was_built() -> None:
    answer = get("/version", FakeStore()).json()
    assert answer["version"] == VERSION
    assert answer["build"]


def test_its_metrics_are_in_prometheus_text_format() -> None:
    answer = get("/metrics", FakeStore())
    assert answer.headers["content-type"].startswith("text/plain")
    assert "alerter_alerts_total 0.0" in answer.text
