"""What an image stands on: had where it can be, and told apart from a learner's own where it is large."""

from __future__ import annotations

import pytest

from sentinel_grader.observe.image_bases import Bases, base_of, not_had, require_here
from sentinel_grader.observe.modes import _base_of, _with_root
from sentinel_grader.observe.outcome import Fault, OursError
from sentinel_grader.observe.scope import Scope

COURSE, ROOT = "python:3.13-slim", "redis:8"


@pytest.mark.parametrize(
    ("why", "kind"),
    [
        ("Error response from daemon: manifest for alpine:x not found: manifest unknown: manifest unknown", Fault),
        ('failed to resolve reference "docker.io/library/alpine:x": docker.io/library/alpine:x: not found', Fault),
        ("Error response from daemon: toomanyrequests: You have reached your pull rate limit.", OursError),
        ("dial tcp: lookup registry-1.docker.io on 127.0.0.53:53: no such host", OursError),
        ("no end after 300 s", OursError),
    ],
)
def test_only_a_registry_says_that_there_is_no_such_image(why: str, kind: type[Exception]) -> None:
    assert isinstance(not_had("alpine:x", why), kind)


@pytest.mark.engine
def test_an_image_that_cannot_be_had_is_no_failure(scope: Scope) -> None:
    with pytest.raises(OursError) as raised:
        require_here(scope, "127.0.0.1:1/python:3")
    assert raised.value.outcome.code == "base_unavailable"


@pytest.mark.engine
def test_what_an_image_is_from_is_its_base_though_it_is_none_to_be_small_over(scope: Scope) -> None:
    """Its files are no learner's, and are not judged as such."""
    bases, layers = Bases([base_of(scope, COURSE)], [], 0), base_of(scope, ROOT).layers
    assert _base_of(layers, bases) == COURSE
    assert _base_of(layers, _with_root(scope, bases, ROOT)) == ROOT
    assert _with_root(scope, bases, "scratch") == _with_root(scope, bases, COURSE) == bases
