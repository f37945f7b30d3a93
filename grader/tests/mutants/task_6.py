"""What people get wrong about settings, outages and entries in hand; and what they break while they mend it."""

from __future__ import annotations

import json

from sentinel_grader import pristine

from .mutant import ALERTER, Mutant
from .task_1 import CMD

ENVIRONMENT, DEGRADES, NO_LOSS = frozenset({"m1.env_config"}), frozenset({"m1.degrades"}), frozenset({"m1.no_loss"})


def as_given(name: str) -> str:
    """A file of the code as learners are given it."""
    return pristine.contents()[f"{ALERTER}/alerter/{name}"].decode()


_UVICORN = ["python", "-m", "uvicorn", "--factory", "alerter.service:make_app", "--host=0.0.0.0", "--port=8001"]
_SETTINGS = [
    Mutant(
        "redis-port-baked-in",
        "The port of Redis is the usual one, whatever the environment says: the flaw as it was given.",
        ENVIRONMENT,
        {"alerter/connection.py": as_given("connection.py")},
    ),
    Mutant(
        "password-forgotten",
        "While the port was mended, the password was left out.",
        ENVIRONMENT,
        {"alerter/connection.py": ("port=port, password=password,", "port=port,")},
    ),
    Mutant(
        "queue-baked-in",
        "The queue has the name that it always had.",
        ENVIRONMENT,
        {"alerter/service.py": ("Queue(self._redis, settings.queue_name)", 'Queue(self._redis, "logs_queue")')},
    ),
    Mutant(
        "settings-in-the-image",
        "The image sets what the service is told, after whoever runs it did.",
        ENVIRONMENT,
        {"Dockerfile": (CMD, 'CMD ["sh", "-c", "export THRESHOLD=1 WINDOW_SECONDS=60; exec python -m alerter"]')},
    ),
    Mutant(
        "own-port-baked-in",
        "Another program serves, and it is told the port by the recipe.",
        ENVIRONMENT,
        {"Dockerfile": (CMD, f"CMD {json.dumps(_UVICORN)}")},
    ),
]

_TRIES_AGAIN = """                self._note(False, str(error))
"""

_OUTAGES = [
    Mutant(
        "ends-without-redis",
        "Where Redis is away the process ends: somebody will start it again.",
        DEGRADES,
        {"alerter/worker.py": (_TRIES_AGAIN, _TRIES_AGAIN + "                __import__('os')._exit(1)\n")},
    ),
    Mutant(
        "waits-for-ever",
        "Nobody says how long Redis is waited for, and a request waits as long.",
        DEGRADES,
        {
            "alerter/connection.py": [
                ('        "socket_connect_timeout": settings.redis_timeout,\n', ""),
                ('        "socket_timeout": settings.redis_timeout,\n', '        "socket_timeout": None,\n'),
            ]
        },
    ),
    Mutant(
        "drops-what-is-in-hand",
        "An entry that cannot be counted, since Redis is away, is let go of.",
        DEGRADES,
        {
            "alerter/worker.py": (
                "await self._persist(lambda: self._count(entry))",
                "with contextlib.suppress(*REDIS_FAILED):\n                await self._count(entry)",
            )
        },
    ),
    Mutant(
        "tries-three-times",
        "After three tries the worker gives up, and is not started again.",
        DEGRADES,
        {
            "alerter/worker.py": [
                ("        while True:\n            try:", "        for tries in range(4):\n            try:"),
                ("                if self._stopping:\n", "                if self._stopping or tries == 3:\n"),
                ("                return found\n", "                return found\n        raise AssertionError\n"),
            ]
        },
    ),
]

_ENTRIES = [
    Mutant(
        "taken-and-gone",
        "What is taken off the queue is in the worker's memory and nowhere else: the flaw as it was given.",
        NO_LOSS,
        {f"alerter/{name}.py": as_given(f"{name}.py") for name in ("queue", "worker")},
    ),
    Mutant(
        "let-go-too-early",
        "An entry is moved to a list of the worker's, and removed there before the work on it is done.",
        NO_LOSS,
        {
            "alerter/worker.py": (
                "                    await self._work_on(item)\n"
                "                    await self._persist(partial(self._queue.done, item))\n",
                "                    await self._persist(partial(self._queue.done, item))\n"
                "                    await self._work_on(item)\n",
            )
        },
    ),
    Mutant(
        "held-and-forgotten",
        "What was in hand is kept on a list of its own, at which nobody ever looks.",
        NO_LOSS,
        {
            "alerter/queue.py": [
                ("        if held is not None:\n            return held\n", ""),
                ("        held = await self._what_i_hold()\n", ""),
                ("            await self._put_back_what_the_dead_held()\n", ""),
            ]
        },
    ),
    Mutant(
        "looks-at-its-own-only",
        "A worker that is started again goes on with what it held, and nobody looks at what others held.",
        NO_LOSS,
        {"alerter/queue.py": ("            await self._put_back_what_the_dead_held()\n", "")},
    ),
    Mutant(
        "takes-the-newest",
        "The entry is taken from the end that the log-collector pushes at.",
        NO_LOSS,
        {"alerter/queue.py": ('_WAIT, "RIGHT", "LEFT")', '_WAIT, "LEFT", "LEFT")')},
    ),
    Mutant(
        "malformed-comes-again",
        "What cannot be read is never done, and so it comes again and again.",
        NO_LOSS,
        {
            "alerter/worker.py": (
                '            self._metrics.worked_on("malformed")\n            return\n',
                '            self._metrics.worked_on("malformed")\n            return await self._work_on(item)\n',
            )
        },
    ),
    Mutant(
        "deaf-while-it-works",
        "The loop goes on as long as there is work: nobody asks whether it was told to stop.",
        NO_LOSS,
        {"alerter/worker.py": ("            while not self._stopping:\n", "            while True:\n")},
    ),
]

MUTANTS = [*_SETTINGS, *_OUTAGES, *_ENTRIES]
