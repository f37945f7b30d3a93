"""Published ports, short and long.

All addresses of the machine (none named, 0.0.0.0, ::) and its own loopback may be named: whether a port should be
published at all is a matter for the checks. Others are refused, since they are of one machine only, and so are ports
below 1024, which a rootless engine cannot publish and where a machine has its own services.
"""

from __future__ import annotations

import re

from sentinel_grader.policy.compose.forms import either, listing, no, only, single, table, text
from sentinel_grader.policy.compose.judge import Form, Judge
from sentinel_grader.policy.compose.scalars import NAME, number
from sentinel_grader.policy.compose.tree import Value
from sentinel_grader.submission.refusal import shown

ADDRESSES = ("", "127.0.0.1", "localhost", "0.0.0.0", "::", "::1", "[::]", "[::1]")
#: Ports in one range: as many as there may be containers of a service, and some.
MOST_IN_RANGE = 10
_RANGE = r"\d{1,5}(?:-\d{1,5})?"
_SHORT = re.compile(
    rf"(?:(?P<address>[^\s:]*|\[[0-9a-fA-F:]*\]|::1?):(?=.*:))?(?:(?P<published>{_RANGE})?:)?(?P<target>{_RANGE})"
    r"(?:/(?P<protocol>tcp|udp))?",
    re.ASCII,
)


def _short(value: Value, judge: Judge) -> None:
    scalar = single(value, judge, "Write 127.0.0.1:8001:8001.")
    match = _SHORT.fullmatch(scalar.text) if scalar else None
    if scalar and not match:
        saw = f"does not take `{shown(scalar.text, 60)}`."
        judge.refuse("bad_port", value, saw, "Write 127.0.0.1:8001:8001: address, port here, port in the container.")
    if match:
        _check_address(match["address"] or "", value, judge)
        _check_range(match["published"] or "", 1024, value, judge)
        _check_range(match["target"], 1, value, judge)
        if "-" in match["target"] and _count(match["target"]) != _count(match["published"] or match["target"]):
            saw = f"has ranges of different lengths: `{shown(match[0], 60)}`."
            judge.refuse("bad_port", value, saw, "Write as many ports on one side as on the other.")


def _count(ports: str) -> int:
    first, _, last = ports.partition("-")
    return int(last or first) - int(first) + 1


def _check_address(address: str, value: Value, judge: Judge) -> None:
    if address not in ADDRESSES:
        saw = f"binds `{shown(address, 60)}`, an address of one machine."
        judge.refuse("foreign_address", value, saw, "Write 127.0.0.1, which every machine has.")


def _check_range(ports: str, low: int, value: Value, judge: Judge) -> None:
    if not ports or (ports == "0" and low > 1):
        return  # the engine chooses one
    first, _, last = ports.partition("-")
    begin, end = int(first), int(last or first)
    if not low <= begin <= end <= 65_535:
        saw = f"has `{shown(ports, 20)}`, which is not within {low} to 65535."
        code = "privileged_port" if 0 < begin < low else "bad_port"
        judge.refuse(code, value, saw, f"Choose a port from {low} on.")
    elif end - begin >= MOST_IN_RANGE:
        saw = f"publishes {end - begin + 1} ports; at most {MOST_IN_RANGE} are taken."
        judge.refuse("bad_port", value, saw, "Publish the port that is needed.")


def _published(value: Value, judge: Judge) -> None:
    scalar = single(value, judge, "Write a port.")
    if scalar and not re.fullmatch(f"(?:{_RANGE})?", scalar.text, re.ASCII):
        judge.refuse("bad_port", value, f"does not take `{shown(scalar.text, 40)}`.", "Write a port.")
    elif scalar:
        _check_range(scalar.text, 1024, value, judge)


def _host_ip(value: Value, judge: Judge) -> None:
    if scalar := single(value, judge, "Write 127.0.0.1."):
        _check_address(scalar.text, value, judge)


LONG: dict[str, Form] = {
    "app_protocol": text(r"[a-z0-9+.-]{1,40}", "Write http, or leave it out."),
    "host_ip": _host_ip,
    "mode": only("ingress", "host", why="there is no other mode"),
    "name": text(NAME, "Use letters, digits and hyphens."),
    "protocol": only("tcp", "udp", why="the course's services speak these"),
    "published": _published,
    "target": number(1, 65_535),
}
ports: Form = listing(either(scalar=_short, table=table(LONG, needs=("target",))), 20)
expose: Form = listing(text(rf"{_RANGE}(?:/(?:tcp|udp))?", "Write a port."), 20)
external_links = no("containers outside of this file are others'", "Name services in this file, or the course's.")
