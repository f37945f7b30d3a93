"""Words for a stack: how its containers are, and who can reach what they publish."""

from __future__ import annotations

from sentinel_grader.observe.compose.reach import Published
from sentinel_grader.observe.compose.waiting import Started

#: The addresses that only the machine itself can reach.
OWN_ADDRESSES = ("127.0.0.1", "::1", "localhost")


def state(one: Started) -> str:
    """How a container is, in words."""
    ended = f" with exit status {one.exit_code}" if one.status in ("exited", "restarting") else ""
    again = f", started again {one.restarts} times" if one.restarts else ""
    health = f", {one.health}" if one.status == "running" and one.health else ""
    return f"{one.service} is {one.status}{ended}{health}{again}" + (", out of memory" if one.out_of_memory else "")


def address(one: Published) -> str:
    """Where a port is published, in words."""
    return one.address if one.address not in ("", "0.0.0.0", "::") else "every address of the machine"
