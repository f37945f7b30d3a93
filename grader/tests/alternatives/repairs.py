"""Other repairs of task 7's stack than the shipped one, each a few lines; with the files that they change."""

from __future__ import annotations

from ..mutants.mutant import Patch
from ..mutants.task_7 import (
    COMPOSE,
    DOOR,
    LEDGER,
    LIMIT,
    OWN_FOLDER,
    PRICES,
    QUEUE,
    SHOP,
    TAKES_CODE,
    USER,
    VOLUME_LINE,
)

_QUEUE_HOST = "    environment:\n      QUEUE_HOST: queue\n"
#: A container that is there only to give the volume its owner, and which the ledger waits for.
_OWNER = """\
  ledger-folder:
    image: python:3.13-slim
    command: [chown, "10001:10001", /data]
    volumes: ["ledger-data:/data"]

"""
_WAITS = """\
    depends_on:
      queue: { condition: service_started }
      ledger-folder: { condition: service_completed_successfully }
"""
#: Starts as root, gives the folder away, and goes on as somebody else for good.
_DROPS = (
    'CMD ["sh", "-c", "chown 10001 /data && exec setpriv --reuid 10001 --regid 10001 --clear-groups python -m ledger"]'
)
_LEDGER_WAITS = f"{VOLUME_LINE}    depends_on: [queue]\n"
_TWO_STAGES = "FROM python:3.13-slim AS code\nCOPY prices /code/prices\n\nFROM python:3.13-slim\n"
_LIMITS = "    deploy: { resources: { limits: { memory: 192M, cpus: '0.5' } } }\n"

REPAIRS: dict[str, Patch] = {
    "an alias for the queue": {
        COMPOSE: [(SHOP, SHOP.replace("HOST: queue", "HOST: redis")),
                  (QUEUE, f"{QUEUE}    networks: {{ default: {{ aliases: [redis] }} }}\n")],
    },
    "another name for the queue": {
        COMPOSE: [(SHOP, SHOP.replace("HOST: queue", "HOST: redis").replace("[queue]", "[redis]")),
                  (f"{_QUEUE_HOST}{_LEDGER_WAITS}", f"{_QUEUE_HOST}{_LEDGER_WAITS}".replace("queue", "redis")),
                  (QUEUE, QUEUE.replace("queue", "redis"))],
    },
    "any free port, a limit by deploy": {COMPOSE: [(DOOR, '"8080"'), (LIMIT, _LIMITS)]},
    "a port in long syntax, more memory": {
        COMPOSE: [(DOOR, "{ target: 8080, published: 9012, host_ip: 127.0.0.1 }"),
                  (LIMIT, "    mem_limit: 0.5g\n    restart: on-failure\n")],
    },
    "a step that gives the folder away": {
        LEDGER: (OWN_FOLDER, ""),
        COMPOSE: [(_LEDGER_WAITS, VOLUME_LINE + _WAITS), (QUEUE, _OWNER + QUEUE)],
    },
    "a folder of the group": {LEDGER: (OWN_FOLDER, "RUN mkdir --mode=0775 /data && chgrp 10001 /data\n")},
    "root that steps down": {
        LEDGER: [(OWN_FOLDER, ""), (USER, ""), ('CMD ["python", "-m", "ledger"]', _DROPS)],
    },
    "two stages, a network each": {
        PRICES: [("FROM python:3.13-slim\n", _TWO_STAGES),
                 (TAKES_CODE, "COPY --from=code /code/prices /service/prices\n")],
        COMPOSE: [(SHOP, f"{SHOP}    networks: [orders]\n"),
                  (_LEDGER_WAITS, f"{_LEDGER_WAITS}    networks: [orders]\n"),
                  (QUEUE, f"{QUEUE}    networks: [orders]\n\nnetworks:\n  orders:\n")],
    },
}  # fmt: skip
