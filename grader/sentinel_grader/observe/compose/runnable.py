"""The model that runs: the learner's, with what a grade needs of it and within what a grade can bear."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from sentinel_grader.observe.compose.taken import Composing

#: The most that a service may take: as an image does that is run alone (observe/stand.py).
MEMORY, PIDS, PROCESSORS = 512 << 20, 256, 2.0
#: What there may be of an engine's log of one container, whatever the file says.
_LOGGING = {"driver": "json-file", "options": {"max-size": "4m", "max-file": "1"}}
#: How often the engine asks for health: what it runs is the image's own or the file's, and only that is judged. Each
#: probe starts a Python, so not more often: on a busy machine that would make all the others late.
#: A start period of 0 would mean the image's: https://docs.docker.com/reference/dockerfile/#healthcheck.
PROBING = {"interval": "2s", "timeout": "6s", "retries": 6, "start_period": "1ms"}


@dataclass(frozen=True)
class Setting:
    """What a run is: its `project`, the `labels` of all that it makes, the images of the learner's services by name and
    of the course's, further `environment` of the learner's services, and `changes` of single services, by name. The
    engine has so many `processors`, `networks` are made with these options of their driver, and the images of the
    services that are `probed` have a HEALTHCHECK."""

    project: str
    labels: Mapping[str, str]
    images: Mapping[str, str]
    environment: Mapping[str, str] = field(default_factory=dict)
    changes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    processors: float = PROCESSORS
    networks: Mapping[str, str] = field(default_factory=dict)
    probed: Collection[str] = ()


def runnable(composing: Composing, setting: Setting) -> dict[str, Any]:
    """The model to run.

    Networks are internal, so nothing gets out, and engines publish no port of what is on such a network: a stage that
    runs here, or another grade, may have the same ones. Which they would be the engine says all the same.
    """
    model: dict[str, Any] = json.loads(json.dumps(composing.model))
    own = {each.name for each in composing.own}
    model["name"] = setting.project
    for name, service in model.get("services", {}).items():
        _settle(service, name, setting)
        if name in own:
            _bound(service, setting)
            _probe(service, name in setting.probed)
        else:
            service.pop("ports", None)
        service |= setting.changes.get(name, {})
    for section in ("networks", "volumes"):
        for name, what in (model.get(section) or {}).items():
            what |= {"name": f"{setting.project}_{name}", "labels": {**(what.get("labels") or {}), **setting.labels}}
    for network in (model.get("networks") or {}).values():
        network |= {"internal": True, "driver_opts": dict(setting.networks)}
    return model


def _settle(service: dict[str, Any], name: str, setting: Setting) -> None:
    """What every service gets."""
    service["image"] = setting.images.get(name, service.get("image", ""))
    service["pull_policy"] = "never"
    service["labels"] = {**(service.get("labels") or {}), **setting.labels}
    service["logging"] = _LOGGING


def _bound(service: dict[str, Any], setting: Setting) -> None:
    """What a learner's own service gets."""
    service["environment"] = {**(service.get("environment") or {}), **setting.environment}
    service["ports"] = [{key: value for key, value in port.items() if key != "published"}
                        for port in service.get("ports") or []]  # fmt: skip
    dropped = service.get("cap_drop") or []
    service["cap_drop"] = dropped if "ALL" in dropped else sorted({*dropped, "NET_RAW"})
    limits = (service.get("deploy") or {}).get("resources", {}).get("limits")
    _set(service, limits, ("mem_limit", "memory"), MEMORY)
    _set(service, limits, ("pids_limit", "pids"), PIDS)
    if service.get("cpu_quota"):
        service["cpu_quota"] = min(
            int(service["cpu_quota"]), int(PROCESSORS * int(service.get("cpu_period") or 100_000))
        )
    else:
        _set(service, limits, ("cpus", "cpus"), min(PROCESSORS, setting.processors))
    for key in ("memswap_limit", "mem_reservation"):  # in proportion to a bound that was cut down
        if float(service.get(key) or 0) > MEMORY:
            service[key] = MEMORY


def _probe(service: dict[str, Any], has_probe: bool) -> None:
    """How often it is asked for its health, where anything is. Compose waits in vain for a service that has intervals
    and no test, neither here nor in its image."""
    healthcheck = service.get("healthcheck") or {}
    if not healthcheck.get("disable") and (healthcheck.get("test") or has_probe):
        service["healthcheck"] = {**healthcheck, **PROBING}


def _set(service: dict[str, Any], limits: dict[str, Any] | None, names: tuple[str, str], most: float) -> None:
    """Set a bound where there is none, or one that is higher than a grade can bear. Compose wants all of them in one
    place: with `deploy.resources.limits`, it takes one beside it for a contradiction."""
    short, long = names
    theirs = [float(place[key]) for place, key in ((service, short), (limits or {}, long)) if place.get(key)]
    if limits is not None and (not theirs or limits.get(long)):
        value = min([most, *theirs])
        limits[long] = int(value) if long == "pids" else f"{value:g}" if long == "cpus" else str(int(value))
    if service.get(short) or (limits is None and not theirs):
        service[short] = min([most, *theirs]) if short == "cpus" else int(min([most, *theirs]))
