"""Networks: those declared here and the course's; who is on them, and under which names."""

from __future__ import annotations

import ipaddress

from sentinel_grader.policy.compose.forms import either, listing, no, only, single, switch, table, text
from sentinel_grader.policy.compose.judge import Form, Judge
from sentinel_grader.policy.compose.rules.pairs import labels
from sentinel_grader.policy.compose.scalars import NAME, name, number
from sentinel_grader.policy.compose.tree import Listing, Scalar, Table, Value
from sentinel_grader.submission.refusal import shown

_FIXED = "fixed addresses collide with those of another run"
_OPTIONS = "options of a driver reach the engine's own machine"


def free_name(value: Value, judge: Judge) -> None:
    """A name under which others find this service: not one under which they look for another one."""
    text(NAME, "Use letters, digits, dot, hyphen and underscore.", "bad_name")(value, judge)
    others = (judge.course.services | judge.services) - {judge.path[1]}
    if isinstance(value, Scalar) and judge.is_taken(value.text, others):
        saw = f"is `{shown(value.text, 60)}`, the name of another service."
        judge.refuse("name_of_another", value, saw, "Choose a name of its own.")


ATTACHMENT: dict[str, Form] = {
    "aliases": listing(free_name, 10),
    "driver_opts": no(_OPTIONS),
    "gw_priority": number(-1_000, 1_000),
    "interface_name": no("older engines do not know it"),
    "ipv4_address": no(_FIXED),
    "ipv6_address": no(_FIXED),
    "link_local_ips": no(_FIXED),
    "mac_address": no(_FIXED),
    "priority": number(-1_000, 1_000),
}
_attachment = either(table=table(ATTACHMENT), null=True)


def of_service(value: Value, judge: Judge) -> None:
    if isinstance(value, Table):
        for key, below in value:
            with judge.within(key.text):
                name(key, judge)
                _attachment(below, judge)
    else:
        listing(name, 10)(value, judge)


def _ipam(value: Value, judge: Judge) -> None:
    """Compose itself writes `ipam: {}` into its model."""
    if not isinstance(value, Table) or value.entries:
        no(_FIXED, "Delete it: the engine chooses.")(value, judge)


KEYS: dict[str, Form] = {
    "attachable": switch,
    "driver": only("bridge", why="other kinds reach the machine's own networks"),
    "driver_opts": no(_OPTIONS),
    "enable_ipv4": only("true", why="the grader speaks to services by it"),
    "enable_ipv6": only("false", why="not every engine has addresses for it"),
    "external": only("false", why="a network outside of this file is others'", code="external"),
    "internal": switch,
    "ipam": _ipam,
    "labels": labels,
}


def links(value: Value, judge: Judge) -> None:
    known = judge.course.services | judge.services

    def link(item: Value, judge: Judge) -> None:
        scalar = single(item, judge, "Name a service.")
        service, _, alias = scalar.text.partition(":") if scalar else ("", "", "")
        if scalar and service not in known:
            saw = f"names `{shown(service, 60)}`, and there is no such service here."
            judge.refuse("no_such_service", item, saw, "Name a service in this file, or one of the course's.")
        if alias:
            name(Scalar(alias, item.line), judge)

    listing(link, 10)(value, judge)


def extra_hosts(value: Value, judge: Judge) -> None:
    """Names for plain addresses; as `name:address`, `name=address`, or as a mapping."""
    pairs: list[tuple[str, str, Value]] = []
    for item in value.items if isinstance(value, Listing) else ():
        if scalar := single(item, judge, "Write name:address."):
            host, _, address = scalar.text.replace("=", ":", 1).partition(":")
            pairs.append((host, address, scalar))
    for key, below in value.entries if isinstance(value, Table) else ():
        items = below.items if isinstance(below, Listing) else (below,)
        pairs += [(key.text, one.text if isinstance(one, Scalar) else "", one) for one in items]
    if isinstance(value, Scalar):
        listing(name)(value, judge)
    for host, address, at in pairs:
        _check_host(host, address, at, judge)


def _check_host(host: str, address: str, at: Value, judge: Judge) -> None:
    name(Scalar(host, at.line), judge)
    if judge.is_taken(host, judge.course.services | judge.services):
        saw = f"gives `{shown(host, 60)}`, the name of a service, an address of its own."
        judge.refuse("name_of_another", at, saw, "Choose another name.")
    try:
        ipaddress.ip_address(address.strip("[]"))
    except ValueError:
        saw = f"sends `{shown(host, 40)}` to `{shown(address, 40)}`, which is not an address."
        remedy = "Reach services by their names; the engine's own machine is out of bounds."
        judge.refuse("host_of_the_engine", at, saw, remedy)
