"""With one worker the backend and the forward lists get entries in the order of the queue, whatever fails meanwhile."""

from __future__ import annotations

from functools import partial

import pytest
from processor_backend import BackendProcess
from processor_process import Processor, ids_on, push_entries, until
from redis_container import RedisContainer

pytestmark = pytest.mark.engine


def test_the_order_is_kept_by_one_worker_that_is_killed_over_and_over(
    redis: RedisContainer, backend: BackendProcess
) -> None:
    ids = push_entries(redis, range(5_000))
    backend.plan(delay=0.2)
    settings = {"WORKER_NAME": "only", "BATCH_SIZE": "50", "FORWARD_QUEUES": "alerts_queue"}
    with Processor(redis.port, backend.url, **settings) as processor:
        for _round in range(3):
            backend.until_stored(150)
            processor.kill()
            processor.start()
        for status in (503, 429, 500):
            backend.plan(status=status, times=3, delay=0.2)
            until(partial(has_retried, processor, status))
        backend.plan()
        until(lambda: len(ids_on(redis, "alerts_queue")) == len(ids))
    assert backend.ids() == ids
    assert ids_on(redis, "alerts_queue") == ids


def has_retried(processor: Processor, status: int) -> bool:
    return processor.metric(f'log_processor_retries_total{{kind="{status}",of="backend"}}') >= 3


def test_the_order_is_kept_where_the_backend_refuses_some(redis: RedisContainer, backend: BackendProcess) -> None:
    ids = push_entries(redis, range(500))
    backend.plan(refuse_all="log 77")
    settings = {"FORWARD_QUEUES": "alerts_queue"}
    assert Processor(redis.port, backend.url, "--once", **settings).run_to_its_end()[0] == 0
    ids.remove("id-77")
    assert backend.ids() == ids
    assert ids_on(redis, "alerts_queue") == ids
