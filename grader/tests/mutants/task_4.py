"""What people get wrong about signals, health and logs, and checks of health that cannot fail."""

from __future__ import annotations

from .mutant import Mutant
from .task_1 import CMD

HEALTHCHECK = 'HEALTHCHECK --interval=2s --timeout=3s --retries=5 \\\n    CMD ["python", "-m", "alerter", "--health"]\n'
GRACEFUL, LOGS = frozenset({"m1.graceful_stop"}), frozenset({"m1.logs"})
DEPENDENCY, DEAD = frozenset({"m1.health_dependency"}), frozenset({"m1.health_dead"})

_STOP = [
    Mutant(
        "shell-that-ends-well",
        "A shell hears the signal, ends with 0, and has the kernel kill the service that it started.",
        GRACEFUL,
        {"Dockerfile": (CMD, 'CMD ["sh", "-c", "trap \'exit 0\' TERM; python -m alerter & wait"]')},
    ),
    Mutant(
        "shell-form",
        "The command is a string, so that a shell is process 1 and keeps the signal to itself.",
        GRACEFUL,
        {"Dockerfile": (CMD, "CMD python -m alerter")},
    ),
    Mutant(
        "script-without-exec",
        "A script starts the service as its child, and waits for it, deaf to signals.",
        GRACEFUL,
        {"Dockerfile": (CMD, 'CMD ["sh", "-c", "echo starting; python -m alerter; echo ended"]')},
    ),
    Mutant(
        "hurried",
        "The image gives the service a second to finish what it has in hand.",
        GRACEFUL,
        {"Dockerfile": ("PYTHONUNBUFFERED=1", "PYTHONUNBUFFERED=1 SHUTDOWN_TIMEOUT=1")},
    ),
]


def _asks(name: str, mistake: str, fails: frozenset[str], command: str) -> Mutant:
    """The solution with another command for its HEALTHCHECK."""
    return Mutant(name, mistake, fails, {"Dockerfile": (HEALTHCHECK, f"HEALTHCHECK --interval=2s CMD {command}\n")})


#: Connects to the Redis of the environment, and leaves.
_CONNECT = "import os, socket; socket.create_connection((os.environ['REDIS_HOST'], 6379), 1)"
#: Asks the service, and takes silence for a slow start.
_LENIENT = "import urllib.error as e, urllib.request as r\\ntry: r.urlopen('http://localhost:8001/health')\\nexcept e.HTTPError: exit(1)\\nexcept OSError: pass"  # noqa: E501
_LIVE = "import urllib.request as r; r.urlopen('http://localhost:8001/health/live')"

_HEALTH = [
    Mutant("no-healthcheck", "There is no HEALTHCHECK.", DEPENDENCY | DEAD, {"Dockerfile": (HEALTHCHECK, "")}),
    _asks("always-well", "The HEALTHCHECK is one that cannot fail.", DEPENDENCY | DEAD, "exit 0"),
    _asks(
        "failure-let-pass",
        "What the check finds is let pass, since once it kept somebody from starting.",
        DEPENDENCY | DEAD,
        "python -m alerter --health || true",
    ),
    _asks(
        "no-curl",
        "The check is done by a program that is not in the image.",
        DEPENDENCY,
        "curl --fail http://localhost:8001/health",
    ),
    _asks(
        "asks-whether-it-lives",
        "The check asks whether the process answers, not whether it can work.",
        DEPENDENCY,
        f'["python", "-c", "{_LIVE}"]',
    ),
    _asks(
        "connects-and-does-not-ask",
        "Beside the process, the check looks whether somebody takes connections at Redis's address: the kernel does.",
        DEPENDENCY,
        f'["python", "-c", "{_LIVE}; {_CONNECT}"]',
    ),
    _asks(
        "once-well-always-well",
        "To spare the service, the check remembers that it was well.",
        DEPENDENCY,
        "test -e /tmp/well || { python -m alerter --health && touch /tmp/well; }",
    ),
    _asks(
        "asks-redis-not-the-service",
        "The check asks Redis how it is, and nobody asks the service.",
        DEAD,
        '["python", "-c", "import os, redis; redis.Redis(os.environ[\'REDIS_HOST\'], socket_timeout=1).ping()"]',
    ),
    _asks(
        "silence-is-a-slow-start",
        "The check takes it for a slow start when nobody answers, and lets that pass for ever.",
        DEAD,
        f'["python", "-c", "{_LENIENT}"]',
    ),
]

_LOG = [
    Mutant(
        "log-in-tmp",
        "The log goes to a file under /tmp, where it may be written even when nothing else may.",
        LOGS,
        {"Dockerfile": (CMD, 'CMD ["sh", "-c", "exec python -m alerter > /tmp/alerter.log 2>&1"]')},
    ),
    Mutant(
        "log-kept-twice",
        "What is printed is kept in a file as well, which nobody empties.",
        LOGS,
        {"Dockerfile": (CMD, 'CMD ["bash", "-c", "exec python -m alerter > >(tee /tmp/alerter.log) 2>&1"]')},
    ),
    Mutant(
        "says-nothing",
        "The image sets the log level so high that nothing is said of alerts.",
        LOGS,
        {"Dockerfile": ("PYTHONUNBUFFERED=1", "PYTHONUNBUFFERED=1 LOG_LEVEL=ERROR")},
    ),
    Mutant(
        "log-held-back",
        "The log goes through a program that waits until it has a page full, and the shell keeps signals to itself.",
        GRACEFUL | LOGS,
        {"Dockerfile": (CMD, "CMD python -m alerter | sed 's/^/alerter: /'")},
    ),
]

MUTANTS = [*_STOP, *_HEALTH, *_LOG]
