"""Who can be reached in a stack, and from where: what the engine binds, and what a stranger on a network finds."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

import docker
from docker.models.containers import Container
from docker.models.networks import Network

from sentinel_grader.observe.agent import IMAGE
from sentinel_grader.observe.aside import Aside
from sentinel_grader.observe.compose.stack import Stack
from sentinel_grader.observe.outcome import OursError
from sentinel_grader.observe.scope import Scope

#: What /proc/net/tcp calls a socket that is listened on; and this machine's own addresses there, IPv4 and IPv6, which
#: nobody else can reach: https://docs.kernel.org/networking/proc_net_tcp.html.
_LISTENING, _OWN4, _OWN6 = "0A", "7F", "00000000000000000000000001000000"
#: Ports of one container that are tried.
_MOST = 50


@dataclass(frozen=True)
class Published:
    """A port that the engine is asked to publish, such as 8001/tcp, and the address; "" is every one that it has."""

    service: str
    port: str
    address: str


@dataclass(frozen=True)
class Reached:
    """A port of a service that a container of ours, on that network, could connect to."""

    network: str
    service: str
    port: int


def published(stack: Stack) -> list[Published]:
    """What the engine has been asked to publish of the learner's services."""
    own = {each.name for each in stack.composing.own}
    found = list[Published]()
    for container in stack.all_containers():
        bindings = container.attrs["HostConfig"].get("PortBindings") or {}
        if (service := stack.service_of(container)) in own:
            found += [
                Published(service, port, str(at.get("HostIp") or "")) for port in bindings for at in bindings[port]
            ]
    return sorted(set(found), key=lambda one: (one.service, one.port))


def reached(stack: Stack) -> list[Reached]:
    """What of the learner's services is listened on, and can be connected to from each of their networks."""
    own = {each.name for each in stack.composing.own}
    with Aside() as aside:
        looks = {one: aside.do(_listening, stack.scope, one) for one in stack.all_containers()
                 if stack.service_of(one) in own and one.status == "running"}  # fmt: skip
        ports = {one: look.result() for one, look in looks.items()}
        tries = [aside.do(_from, stack, name, network, ports) for name, network in stack.networks().items()]
        found = {each for one in tries for each in one.result()}
    return sorted(found, key=lambda one: (one.network, one.service, one.port))


def _from(stack: Stack, name: str, network: Network, ports: dict[Container, list[int]]) -> list[Reached]:
    """What a stranger on this network reaches."""
    targets = [(one, stack.address(one, network), open_) for one, open_ in ports.items() if open_]
    targets = [target for target in targets if target[1]]
    if not targets:
        return []
    with stack.guest(network) as stranger:
        return [
            Reached(name, stack.service_of(one), port)
            for one, address, open_ in targets
            for port in stranger.connects(address, open_)
        ]


def _listening(scope: Scope, container: Container) -> list[int]:
    """The ports that are listened on in a container, but for its own loopback: read by a container of ours that shares
    its network. None where it is gone by then."""
    session = scope.session
    try:
        told = session.engine.containers.run(
            IMAGE,
            ["sh", "-c", "cat /proc/net/tcp /proc/net/tcp6 2>/dev/null; true"],
            name=session.name("ports"),
            labels=session.labels,
            network_mode=f"container:{container.id}",
            remove=True,
            user="65534:65534",
            read_only=True,
            cap_drop=["ALL"],
            mem_limit="64m",
        )
    except docker.errors.DockerException as error:
        if _is_running(container):
            raise OursError("ports_unread", str(error)) from error
        return []
    return listened_on(told.decode(errors="replace"))


def _is_running(container: Container) -> bool:
    with contextlib.suppress(docker.errors.NotFound):
        container.reload()
        return str(container.status) == "running"
    return False


def listened_on(table: str) -> list[int]:
    """The ports in the kernel's tables of sockets that others could connect to."""
    rows = [line.split() for line in table.splitlines()]
    sockets = [row[1].split(":") for row in rows if len(row) > 3 and row[3] == _LISTENING and ":" in row[1]]
    outer = {int(port, 16) for address, port in sockets if not _is_loopback(address)}
    return sorted(outer)[:_MOST]


def _is_loopback(address: str) -> bool:
    """Addresses stand there in the machine's own order of bytes: 127.0.0.1 is 0100007F."""
    mapped = address[16:24] == "FFFF0000"  # ::ffff:127.0.0.1
    return address == _OWN6 or ((len(address) == 8 or mapped) and address.endswith(_OWN4))
