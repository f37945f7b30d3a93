"""Whether the machine is busy all the same when nothing of the submission is on it any more.

A submission can have the engine itself work for it, and no container's count tells of that: a health check that prints
without end takes the engine a processor and a half. So what was late twice is others' doing only if these work on.
"""

from __future__ import annotations

import contextlib
import time
from functools import partial

import docker

from sentinel_grader.observe.agent import agent
from sentinel_grader.observe.outcome import OursError
from sentinel_grader.observe.session import Session
from sentinel_grader.observe.strain import STRAIN, Strain, used_in

#: Seconds that are looked at, and between two looks.
SECONDS, _EVERY = 3.0, 0.5


def still_busy(session: Session) -> bool:
    """Look at the machine once all is gone that the grade no longer needs, with nothing of it at work. Where the engine
    cannot even give a place to look from, it is busy."""
    session.removals.wait()
    STRAIN.set(strain := Strain(partial(used_in, session)))
    try:
        network = session.engine.networks.create(session.name("net"), internal=True, labels=session.labels)
        with contextlib.ExitStack() as stack:
            stack.callback(session.removals.network, network)
            talking = stack.enter_context(agent(session, network))
            until = time.monotonic() + SECONDS
            while time.monotonic() < until:
                talking.slowdown()
                time.sleep(_EVERY)
            strain.late()
    except (docker.errors.DockerException, OursError):
        return True
    return strain.from_outside
