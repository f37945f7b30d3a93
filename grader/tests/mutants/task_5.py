"""What people get wrong about Compose: order, names, networks, ports, what stays, what heals, what is bounded."""

from __future__ import annotations

import json

from .mutant import Mutant, Swap

COMPOSE = "../docker-compose.yaml"
UP, FLOW, LASTS = frozenset({"m1.compose_up"}), frozenset({"m1.log_flow"}), frozenset({"m1.persistent"})
ISOLATED, HEALS, LIMITS = frozenset({"m1.isolated"}), frozenset({"m1.restarts"}), frozenset({"m1.limits"})

# Lines of the solution.
DEPENDS = "    depends_on:\n      redis-queue: { condition: service_healthy }\n"
PORTS = '    ports: ["127.0.0.1:8001:8001"]\n'
HOST = "      REDIS_HOST: redis-queue\n"
NETWORKS = "    networks: [sentinel-net]\n"
RESTART = "    restart: unless-stopped\n"
MEMORY, PROCESSORS = "    mem_limit: 192m\n", "    cpus: 1.0\n"


def _mutant(name: str, mistake: str, fails: frozenset[str], *swaps: Swap) -> Mutant:
    return Mutant(name, mistake, fails, {COMPOSE: swaps}, fails & UP)


def _command(line: str) -> Swap:
    """Another command for the alerter, in a shell."""
    return PORTS, f"{PORTS}    command: [sh, -c, {json.dumps(line)}]\n"


def _first(code: str) -> Swap:
    """Some Python at the alerter's start, before it serves."""
    return _command(f"python -c \"import redis; r = redis.Redis('redis-queue'); {code}\"; exec python -m alerter")


MUTANTS = [
    _mutant("no-order", "Nothing says that the alerter needs Redis.", UP, (DEPENDS, "")),
    _mutant(
        "started-is-not-ready",
        "The alerter waits for Redis to be started, which is not yet to answer.",
        UP,
        (DEPENDS, "    depends_on: [redis-queue]\n"),
    ),
    _mutant(
        "sleeps-first",
        "The alerter sleeps for some seconds, as long as Redis takes here.",
        UP,
        (DEPENDS, ""),
        _command("sleep 4; exec python -m alerter"),
    ),
    _mutant("in-a-profile", "The alerter starts only where somebody asks for its profile.", UP | FLOW,
            (PORTS, f"{PORTS}    profiles: [mine]\n")),
    _mutant("localhost", "Nobody told the alerter where Redis is, so it asks itself.", UP | FLOW,
            (HOST, "      LOG_LEVEL: INFO\n")),
    _mutant("network-of-its-own", "The alerter is on the default network, and redis-queue is not.", UP | FLOW,
            (NETWORKS, "")),
    _mutant("wrong-name", "The alerter looks for Redis by the name that it has in tutorials.", UP | FLOW,
            (HOST, "      REDIS_HOST: redis\n")),
    _mutant("queue-of-nobody", "The alerter takes from a list that nobody pushes to.", FLOW,
            (HOST, f"{HOST}      QUEUE_NAME: logs\n")),
    _mutant("forgets-soon", "The alerter keeps a few alerts only.", FLOW, (HOST, f"{HOST}      MAX_ALERTS: 10\n")),
    _mutant("starts-afresh", "Each start empties Redis first, for a clean beginning.", LASTS, _first("r.flushall()")),
    _mutant(
        "nothing-on-disk",
        "Redis is told to write nothing to its disk, to be faster.",
        LASTS,
        _first("r.config_set('appendonly', 'no')"),
    ),
    _mutant("published-to-all", "The port is published without an address, so on every one.", ISOLATED,
            (PORTS, '    ports: ["8001:8001"]\n')),
    _mutant("not-published", "The port is exposed, which publishes nothing.", ISOLATED,
            (PORTS, '    expose: ["8001"]\n')),
    _mutant("another-port-too", "A second port is published, for debugging.", ISOLATED,
            (PORTS, '    ports: ["127.0.0.1:8001:8001", "127.0.0.1:5678:5678"]\n')),
    _mutant("a-second-server", "A file server runs beside the service, for a look at its files.", ISOLATED,
            _command("python -m http.server 9000 & exec python -m alerter")),
    _mutant("root-in-compose", "The Compose file has the service run as root.", ISOLATED,
            (PORTS, f'{PORTS}    user: "0"\n')),
    _mutant("no-restart", "Nothing says what is to happen after a crash.", HEALS, (RESTART, "")),
    _mutant("one-more-try", "The service is started again once, and then never more.", HEALS,
            (RESTART, "    restart: on-failure:1\n")),
    _mutant("no-restart-in-deploy", "The restart policy is one for a swarm, and says no.", HEALS,
            (RESTART, "    deploy: { restart_policy: { condition: none } }\n")),
    _mutant("no-bounds", "The alerter may take all there is.", LIMITS, (MEMORY, ""), (PROCESSORS, "")),
    _mutant("no-processor-bound", "Memory is bounded, and processors are not.", LIMITS, (PROCESSORS, "")),
    _mutant("bound-that-nobody-reaches", "The bound on memory is more than most machines have.", LIMITS,
            (MEMORY, "    mem_limit: 64g\n")),
    _mutant("more-processors-than-there-are", "The bound on processors is more than most machines have.", LIMITS,
            (PROCESSORS, "    cpus: 4\n")),
    _mutant("reserved-is-not-bounded", "What is set is what the service gets at least.", LIMITS,
            (MEMORY, "    mem_reservation: 192m\n")),
]  # fmt: skip
