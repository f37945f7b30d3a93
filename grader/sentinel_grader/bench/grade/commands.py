"""A call of the engine's API as the docker command that does the same."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs

from sentinel_grader.observe.log import Called

Words = list[str]


class UnknownCall(Exception):
    """A call, or something in one, for which no docker command is known here: without it, work would be left out."""


def command(call: Called) -> Words | None:
    """The command; None for a call that only tells the grader what it has made itself, or what else there is. Raises
    UnknownCall."""
    for method, pattern, make in _COMMANDS:
        if call.method == method and (match := re.fullmatch(pattern, call.path)):
            return make(call, *match.groups())
    raise UnknownCall(f"{call.method} {call.path}")


def _query(call: Called, name: str) -> str:
    return parse_qs(call.query).get(name, [""])[0]


def _create(call: Called) -> Words:
    body = call.body
    _refuse_others(body, _READ, "/containers/create")
    words = ["docker", "create", "--name", _query(call, "name")]
    words += [word for name, make in _OPTIONS.items() for word in make(body.get(name))]
    words += [*_host(body.get("HostConfig") or {}), *_aliases(body.get("NetworkingConfig") or {})]
    entrypoint = body.get("Entrypoint") or []
    words += ["--entrypoint", entrypoint[0]] if entrypoint else []
    return [*words, body["Image"], *entrypoint[1:], *(body.get("Cmd") or [])]


def _host(config: Mapping[str, Any]) -> Words:
    _refuse_others(config, {*_HOST_OPTIONS, "LogConfig"}, "HostConfig")
    words = [word for name, make in _HOST_OPTIONS.items() for word in make(config.get(name))]
    log = config.get("LogConfig") or {}
    words += ["--log-driver", log["Type"]] if log.get("Type") else []
    return words + _each("--log-opt")([f"{name}={value}" for name, value in (log.get("Config") or {}).items()])


def _aliases(config: Mapping[str, Any]) -> Words:
    endpoints = [endpoint for endpoint in (config.get("EndpointsConfig") or config).values() if endpoint]
    for endpoint in endpoints:
        _refuse_others(endpoint, {"Aliases"}, "EndpointsConfig")
    return [word for endpoint in endpoints for word in _each("--network-alias")(endpoint.get("Aliases"))]


def _refuse_others(body: Mapping[str, Any], known: set[str], where: str) -> None:
    others = {name for name, value in body.items() if value and name not in known}
    if others:
        raise UnknownCall(f"{where}: {', '.join(sorted(others))}")


def _network(call: Called) -> Words:
    body = call.body
    _refuse_others(body, {"Name", "Internal", "Labels", "CheckDuplicate", "IPAM", "Options"}, "/networks/create")
    subnets = [pool["Subnet"] for pool in (body.get("IPAM") or {}).get("Config") or [] if pool.get("Subnet")]
    options = ["--internal"] if body.get("Internal") else []
    options += [*_labels(body.get("Labels")), *_each("--subnet")(subnets)]
    options += _each("--opt")([f"{name}={value}" for name, value in (body.get("Options") or {}).items()])
    return ["docker", "network", "create", *options, body["Name"]]


def _connect(call: Called, network: str) -> Words:
    aliases = (call.body.get("EndpointConfig") or {}).get("Aliases")
    return ["docker", "network", "connect", *_each("--alias")(aliases), network, call.body["Container"]]


def _disconnect(call: Called, network: str) -> Words:
    return ["docker", "network", "disconnect", network, call.body["Container"]]


def _stop(call: Called, container: str) -> Words:
    return ["docker", "stop", *_one("--time")(_query(call, "t")), container]


def _kill(call: Called, container: str) -> Words:
    return ["docker", "kill", *_one("--signal")(_query(call, "signal")), container]


def _remove(call: Called, container: str) -> Words:
    return ["docker", "rm", "--force", *(["--volumes"] if _query(call, "v") in ("1", "True") else []), container]


# --- options ----------------------------------------------------------------------------------------------------------

Option = Callable[[Any], Words]


def _one(option: str) -> Option:
    return lambda value: [option, str(value)] if value else []


def _each(option: str) -> Option:
    return lambda values: [word for value in values or [] for word in (option, str(value))]


def _flag(option: str) -> Option:
    return lambda value: [option] if value else []


def _labels(labels: Mapping[str, str] | None) -> Words:
    return _each("--label")([f"{name}={value}" for name, value in (labels or {}).items()])


def _health(value: Mapping[str, Any] | None) -> Words:
    """How often an image's own HEALTHCHECK is carried out, or that it is not; times are in nanoseconds."""
    if (value or {}).get("Test") == ["NONE"]:
        return ["--no-healthcheck"]
    _refuse_others(value or {}, {*_HEALTH, "Retries"}, "Healthcheck")
    times = {option: (value or {}).get(name) for name, option in _HEALTH.items()}
    words = [word for option, ns in times.items() if ns for word in (option, f"{ns}ns")]
    return words + _one("--health-retries")((value or {}).get("Retries"))


_HEALTH = {"Interval": "--health-interval", "Timeout": "--health-timeout", "StartPeriod": "--health-start-period"}
#: What is read of a container's body; the first two say how the library attaches.
_READ = {"AttachStdout", "AttachStderr", "Image", "Cmd", "Entrypoint", "User", "Env", "Labels", "WorkingDir"}
_READ |= {"HostConfig", "NetworkingConfig", "Healthcheck", "StopSignal", "StopTimeout"}
_OPTIONS: Mapping[str, Option] = {
    "User": _one("--user"),
    "WorkingDir": _one("--workdir"),
    "Env": _each("--env"),
    "Labels": _labels,
    "Healthcheck": _health,
    "StopSignal": _one("--stop-signal"),
    "StopTimeout": _one("--stop-timeout"),
}
_HOST_OPTIONS: Mapping[str, Option] = {
    "NetworkMode": lambda value: ["--network", value] if value and value != "default" else [],
    "PidMode": _one("--pid"),
    "ReadonlyRootfs": _flag("--read-only"),
    "CapAdd": _each("--cap-add"),
    "CapDrop": _each("--cap-drop"),
    "SecurityOpt": _each("--security-opt"),
    "Tmpfs": lambda value: _each("--tmpfs")([f"{path}:{how}" for path, how in (value or {}).items()]),
    "Memory": lambda value: ["--memory", f"{value}b"] if value else [],
    "NanoCpus": lambda value: ["--cpus", f"{value / 1e9:g}"] if value else [],
    "CpuPeriod": _one("--cpu-period"),
    "CpuQuota": _one("--cpu-quota"),
    "PidsLimit": _one("--pids-limit"),
}

# --- calls ------------------------------------------------------------------------------------------------------------

_NAME = r"([^/]+)"
_IMAGE = r"(.+)"
_COMMANDS: tuple[tuple[str, str, Callable[..., Words | None]], ...] = (
    ("POST", "/containers/create", _create),
    ("POST", f"/containers/{_NAME}/start", lambda _, name: ["docker", "start", name]),
    ("POST", f"/containers/{_NAME}/kill", _kill),
    ("POST", f"/containers/{_NAME}/stop", _stop),
    ("POST", f"/containers/{_NAME}/(pause|unpause|restart)", lambda _, name, what: ["docker", what, name]),
    ("POST", f"/containers/{_NAME}/wait", lambda _, name: ["docker", "wait", name]),
    ("DELETE", f"/containers/{_NAME}", _remove),
    ("GET", f"/containers/{_NAME}/logs", lambda _, name: ["docker", "logs", name]),
    ("GET", f"/containers/{_NAME}/changes", lambda _, name: ["docker", "diff", name]),
    ("GET", f"/containers/{_NAME}/export", lambda _, name: ["docker", "export", name]),
    ("GET", f"/containers/{_NAME}/archive", lambda call, name: ["docker", "cp", f"{name}:{_query(call, 'path')}", "-"]),
    ("POST", "/networks/create", _network),
    ("POST", f"/networks/{_NAME}/connect", _connect),
    ("POST", f"/networks/{_NAME}/disconnect", _disconnect),
    ("DELETE", f"/networks/{_NAME}", lambda _, name: ["docker", "network", "rm", name]),
    ("DELETE", f"/volumes/{_NAME}", lambda _, name: ["docker", "volume", "rm", "--force", name]),
    ("GET", f"/images/{_IMAGE}/json", lambda _, name: ["docker", "image", "inspect", name]),
    ("DELETE", f"/images/{_IMAGE}", lambda _, name: ["docker", "rmi", name]),
    ("GET", "/(containers|images)/json|/networks|/volumes|/version|/info|/events", lambda *_: None),
    ("GET", "/containers/[^/]+/(json|stats)|/networks/[^/]+", lambda *_: None),
)
