"""How much a service may use, and how many of it there may be."""

from __future__ import annotations

from sentinel_grader.policy.compose.forms import either, entries, no, only, table, text
from sentinel_grader.policy.compose.judge import Form, Judge
from sentinel_grader.policy.compose.rules.pairs import labels
from sentinel_grader.policy.compose.scalars import duration, number, size
from sentinel_grader.policy.compose.tree import Table, Value

#: Containers that one service may have.
MOST_REPLICAS = 4
memory = size("4m", "64g")
processors = number(0.01, 64, whole=False)
pids = number(1, 4_096)
replicas = number(0, MOST_REPLICAS)

_ULIMIT = number(0, 1_048_576)
ulimits: Form = entries(
    r"core|cpu|data|fsize|nofile|nproc|stack",
    either(scalar=_ULIMIT, table=table({"soft": _ULIMIT, "hard": _ULIMIT}, needs=("soft", "hard"))),
    "These are taken: core, cpu, data, fsize, nofile, nproc, stack.",
)

_SWARM = "it is for a swarm, and Compose does nothing with it"
_DEVICES = "a container gets no devices"
_UPDATE: dict[str, Form] = {
    "parallelism": number(0, 100),
    "delay": duration(3_600),
    "failure_action": only("continue", "pause", "rollback", why="there is no other action"),
    "monitor": duration(3_600),
    "max_failure_ratio": number(0, 1, whole=False),
    "order": only("start-first", "stop-first", why="there is no other order"),
}
_RESTART: dict[str, Form] = {
    "condition": only("none", "on-failure", "any", why="there is no other condition"),
    "delay": duration(120),
    "max_attempts": number(0, 100),
    "window": duration(3_600),
}
RESOURCES: dict[str, Form] = {
    "limits": table({"cpus": processors, "memory": memory, "pids": pids}),
    "reservations": table(
        {"cpus": processors, "memory": memory, "devices": no(_DEVICES), "generic_resources": no(_DEVICES)}
    ),
}


def _nothing(value: Value, judge: Judge) -> None:
    """Compose itself writes `placement: {}` into its model."""
    if not isinstance(value, Table) or value.entries:
        no(_SWARM)(value, judge)


DEPLOY: dict[str, Form] = {
    "endpoint_mode": no(_SWARM),
    "labels": labels,
    "mode": only("replicated", why=_SWARM),
    "placement": _nothing,
    "replicas": replicas,
    "resources": table(RESOURCES),
    "restart_policy": table(_RESTART),
    "rollback_config": table(_UPDATE),
    "update_config": table(_UPDATE),
}
deploy: Form = either(table=table(DEPLOY), null=True)

_LOG_OPTIONS: dict[str, Form] = {
    "max-size": size("1k", "1g"),
    "max-file": number(1, 100),
    "compress": text("true|false", "Write true or false."),
    "mode": only("blocking", "non-blocking", why="there is no other mode"),
    "max-buffer-size": size("1k", "64m"),
}

LOGGING: dict[str, Form] = {
    "driver": only("json-file", "local", why="logs stay on this machine, where they can be read"),
    "options": table(_LOG_OPTIONS),
}
logging: Form = table(LOGGING)
