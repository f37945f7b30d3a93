"""A service: every key that Compose knows, with the form of what it takes."""

from __future__ import annotations

from sentinel_grader.policy.compose.forms import either, entries, listing, no, only, single, switch, table, text, words
from sentinel_grader.policy.compose.judge import Form, Judge
from sentinel_grader.policy.compose.rules import limits, networks, pairs, ports, secrets, volumes
from sentinel_grader.policy.compose.rules.build import build
from sentinel_grader.policy.compose.rules.extending import extends
from sentinel_grader.policy.compose.rules.images import check_image
from sentinel_grader.policy.compose.rules.rights import RIGHTS
from sentinel_grader.policy.compose.scalars import NAME, duration, name, number, place, size
from sentinel_grader.policy.compose.tree import Table, Value, texts_of
from sentinel_grader.submission.refusal import shown

_DNS = "services find each other by the engine's own names"
_COMMAND = either(scalar=words(), listing=listing(words(16_000)), null=True)
_NOT_HERE = "it is of one machine, or collides with that of another run"


def _probe(value: Value, judge: Judge) -> None:
    listing(words())(value, judge)
    first = next(iter(texts_of(value)), "NONE")
    if first not in ("CMD", "CMD-SHELL", "NONE"):
        saw = f"begins with `{shown(first, 40)}`, and Compose wants to know how to run it."
        judge.refuse("bad_value", value, saw, "Begin the list with CMD or CMD-SHELL, or write a single line of shell.")


#: Seconds between two health checks, at the least: each of them starts a program in the container.
_OFTEN = 0.1
DEPENDENCY: dict[str, Form] = {
    "condition": only(
        "service_started", "service_healthy", "service_completed_successfully", why="there is no other condition"
    ),
    "required": switch,
    "restart": switch,
}
HEALTH: dict[str, Form] = {
    "disable": switch,
    "interval": duration(3_600, _OFTEN),
    "retries": number(0, 1_000),
    "start_interval": duration(3_600, _OFTEN),
    "start_period": duration(3_600),
    "test": either(scalar=words(), listing=_probe),
    "timeout": duration(3_600),
}


def _empty(value: Value, judge: Judge) -> None:
    either(null=True, scalar=RIGHTS["pid"], listing=RIGHTS["pid"], table=RIGHTS["pid"])(value, judge)


def _image(value: Value, judge: Judge) -> None:
    """Judged by `service`, which sees whether it is built."""
    single(value, judge, "Name an image.")


SERVICE: dict[str, Form] = {
    **RIGHTS,
    "attach": switch,
    "build": build,
    "command": _COMMAND,
    "configs": secrets.granted,
    "container_name": no("two runs side by side would both want it", "Delete it: the service's name is enough."),
    "cpu_count": no("it is for Windows"),
    "cpu_percent": no("it is for Windows"),
    "cpu_period": number(1_000, 1_000_000),
    "cpu_quota": number(1_000, 64_000_000),
    "cpu_shares": number(2, 1_024),
    "cpus": limits.processors,
    "cpuset": no(_NOT_HERE, "Bound the service by `cpus`."),
    "depends_on": either(
        listing=listing(name, 20),
        table=entries(NAME, table(DEPENDENCY, needs=("condition",)), "Name a service."),
    ),
    "deploy": limits.deploy,
    "dns": no(_DNS),
    "dns_opt": no(_DNS),
    "dns_search": no(_DNS),
    "domainname": no(_DNS),
    "entrypoint": _COMMAND,
    "env_file": pairs.env_file,
    "environment": pairs.environment,
    "expose": ports.expose,
    "extends": extends,
    "external_links": ports.external_links,
    "extra_hosts": networks.extra_hosts,
    "group_add": listing(text(r"[1-9]\d{0,6}", "Write the number of a group other than root's."), 10),
    "healthcheck": table(HEALTH),
    "hostname": networks.free_name,
    "image": _image,
    "init": switch,
    "label_file": no("labels belong where they can be seen", "Write them under `labels`."),
    "labels": pairs.labels,
    "links": networks.links,
    "logging": limits.logging,
    "mac_address": no(_NOT_HERE),
    "mem_limit": limits.memory,
    "mem_reservation": limits.memory,
    "mem_swappiness": number(0, 100),
    "memswap_limit": limits.memory,
    "network_mode": only("none", why="it steps into a network that is not of this file", code="network_mode"),
    "networks": networks.of_service,
    "pid": _empty,
    "pids_limit": limits.pids,
    "platform": no("an image is run on the machine that grades it, whatever that is"),
    "ports": ports.ports,
    "profiles": listing(name, 10),
    "pull_policy": only(
        "missing", "if_not_present", "never", "build", why="images are on this machine, and may not be in a registry"
    ),
    "pull_refresh_after": no("images are on this machine, and may not be in a registry"),
    "read_only": switch,
    "restart": text(
        r"no|always|unless-stopped|on-failure(?::\d{1,3})?", "Write no, always, on-failure or unless-stopped."
    ),
    "scale": limits.replicas,
    "secrets": secrets.granted,
    "shm_size": size("1k", "1g"),
    "stdin_open": switch,
    "stop_grace_period": duration(120),
    "stop_signal": text(r"(?:SIG)?[A-Z]{2,6}[0-9+-]{0,3}|\d{1,2}", "Write SIGTERM."),
    "tmpfs": volumes.tmpfs,
    "tty": switch,
    "ulimits": limits.ulimits,
    "user": text(r"[\w.-]{1,40}(?::[\w.-]{1,40})?", "Write a number, such as 10001:10001."),
    "volumes": volumes.of_service,
    "working_dir": place,
}
_TABLE = table(SERVICE)


def service(value: Value, judge: Judge) -> None:
    _TABLE(value, judge)
    if isinstance(value, Table):
        check_image(value, judge)
