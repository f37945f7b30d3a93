"""The learner's image with the learner's own code in it, for the task whose subject that code is.

Everywhere else the course's mended code is laid over theirs. Here nothing is: what they handed in is what is built, by
the same recipe and within the same policy. Its nonce is another one than the other image's, and with it the names of
its cache mounts: so no mended file of the course's finds its way into this image.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from sentinel_grader.observe.alerter_build import CONTEXT, Build, build_image, prepared_context
from sentinel_grader.observe.outcome import Fault
from sentinel_grader.observe.registry import observation
from sentinel_grader.observe.scope import Scope
from sentinel_grader.submission import OWN


@dataclass(frozen=True)
class OwnBuild(Build):
    """An image with the learner's own code in it."""


@contextlib.contextmanager
def with_own_code() -> Iterator[None]:
    """Whatever is the submission's fault in the block is said to be that of its own code: with the course's, all went
    well."""
    try:
        yield
    except Fault as fault:
        told = fault.outcome
        words = f"With your own code, and not with the course's: {told.saw}"
        raise Fault(told.code, words, told.at, told.expected, told.detail, told.log) from fault


@observation("own_build", owner="m1.builds", inputs=[f"{OWN}/{pattern}" for pattern in CONTEXT])
def own_build(scope: Scope, build: Build) -> OwnBuild:
    """Build `exercises/alerter` as it was handed in. That the recipe makes an image of the course's code is known."""
    del build
    with with_own_code():
        context, nonce = prepared_context(scope, OWN)
        image, ran = build_image(scope, context, nonce[:12])
    scope.session.nonces["own_build"] = nonce
    return OwnBuild(image, nonce, ran.seconds)
