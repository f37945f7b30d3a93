"""An entry that cannot be delivered never stops the queue: it is kept, with the reason; the others go on."""

from __future__ import annotations

import json
from base64 import b64decode

import pytest
from processor_backend import BackendProcess
from processor_process import Processor, dead, entry, ids_on, push, push_entries, until
from redis_container import RedisContainer

pytestmark = pytest.mark.engine

DEAD = 'log_processor_entries_dead_total{reason="%s"}'
POISON = [
    b"no json",
    b"",
    b"\xff\xfe",
    json.dumps(entry(0, id=None)).encode(),
    json.dumps(entry(0, message="a\0b")).encode(),
    json.dumps(entry(0, message="x" * 5_000_000)).encode(),
    json.dumps(entry(0, message="\ud800")).encode(),
    b"[" * 100_000,
    b'{"attributes":' * 100_000,
]


def test_poison_among_good_ones(redis: RedisContainer, backend: BackendProcess) -> None:
    good = [json.dumps(entry(number)).encode() for number in range(len(POISON) + 1)]
    push(redis, [item for pair in zip(good, POISON, strict=False) for item in pair] + good[-1:])
    with Processor(redis.port, backend.url, FORWARD_QUEUES="alerts_queue") as processor:
        until(lambda: redis.cli("llen", "logs_dead") == str(len(POISON)))
        until(lambda: len(ids_on(redis, "alerts_queue")) == len(good))
        kinds = {"not_json": 3, "not_utf8": 1, "invalid": 3, "nul": 1, "too_large": 1}
        until(lambda: {kind: processor.metric(DEAD % kind) for kind in kinds} == kinds)
    assert backend.ids() == ids_on(redis, "alerts_queue") == [f"id-{number}" for number in range(len(good))]
    found = dead(redis)
    assert all(set(document) == {"entry", "reason", "at"} and document["reason"] for document in found)
    kept = [b64decode(one["entry"]) if "base64" in one["reason"] else one["entry"].encode() for one in found]
    assert kept == POISON


def test_what_the_backend_refuses_is_kept_with_its_reason(redis: RedisContainer, backend: BackendProcess) -> None:
    ids = push_entries(redis, range(1_000))
    bad = [name for name in ids if "7" in name]
    backend.plan(refuse="7")
    assert Processor(redis.port, backend.url, "--once").run_to_its_end()[0] == 0
    assert backend.ids() == [name for name in ids if name not in bad]
    assert sorted(json.loads(one["entry"])["id"] for one in dead(redis)) == sorted(bad)
    assert {one["reason"] for one in dead(redis)} == {"The backend refused it: message: not liked"}


def test_the_list_of_the_dead_is_bounded_and_what_is_dropped_is_counted(
    redis: RedisContainer, backend: BackendProcess
) -> None:
    push(redis, [b"bad %d" % number for number in range(25)])
    with Processor(redis.port, backend.url, MAX_DEAD="10", BATCH_SIZE="4") as processor:
        until(lambda: processor.metric('log_processor_entries_dead_total{reason="not_json"}') == 25)
        assert processor.metric("log_processor_dead_dropped_total") == 15
    assert [one["entry"] for one in dead(redis)] == [f"bad {number}" for number in range(15, 25)]


def test_a_forward_list_that_nobody_reads_is_bounded_and_what_it_refuses_is_counted(
    redis: RedisContainer, backend: BackendProcess
) -> None:
    ids = push_entries(redis, range(1_000))
    with Processor(redis.port, backend.url, FORWARD_QUEUES="alerts_queue", MAX_FORWARD_LENGTH="700") as processor:
        until(lambda: processor.metric('log_processor_forward_refused_total{list="alerts_queue"}') == 300)
        assert processor.metric('log_processor_entries_forwarded_total{list="alerts_queue"}') == 700
        _, output = processor.stop()
    assert output.count("forward list takes no more") == 1
    assert ids_on(redis, "alerts_queue") == ids[:700]
    assert backend.ids() == ids
