"""What a Python from the distribution weighs: nothing, as far as the course's base has one that weighs as much."""

from __future__ import annotations

import pytest

from sentinel_grader.observe.image_bases import Base, Bases
from sentinel_grader.observe.image_layer import File, Layer
from sentinel_grader.observe.image_python import spared

DEBIAN, PYTHON = Base("debian:trixie-slim", ["d"], []), Base("python:3.13-slim", ["d", "p"], [])
APT, PACKAGES = "RUN /bin/sh -c apt-get install python3 # buildkit", "COPY /packages /service/packages # buildkit"


def counted(created_by: str, *files: File, base: Base = DEBIAN, room: int = 40) -> int:
    """The bytes that count of a layer with these files, on a base whose like has `room` for its Python."""
    under = [Layer(digest, "", number, True) for number, digest in enumerate(base.layers)]
    layers = [*under, Layer("own", created_by, 9, False, list(files))]
    return sum(layer.new_bytes for layer in spared(layers, Bases([DEBIAN, PYTHON], [], 0, room)))


LIBRARY, PROGRAM = File("usr/lib/python3.13/os.py", "file", 10), File("usr/bin/python3.13", "file", 25)


def test_a_python_from_apt_counts_nothing() -> None:
    assert counted(APT, LIBRARY, PROGRAM) == 0


def test_it_may_be_as_large_as_the_base_s_and_no_larger() -> None:
    assert counted(APT, LIBRARY, PROGRAM, File("usr/share/data", "file", 6)) == 6
    assert counted(APT, LIBRARY, PROGRAM, room=0) == 35


def test_what_the_base_has_by_content_takes_its_part_of_the_room() -> None:
    same = File("usr/lib/python3.13/abc.py", "file", 30, in_base=True)
    assert counted(APT, same, LIBRARY, PROGRAM) == 25


@pytest.mark.parametrize("base", [PYTHON, Base("scratch", [], [])], ids=["a base with Python", "no base"])
def test_elsewhere_everything_counts(base: Base) -> None:
    assert counted(APT, LIBRARY, PROGRAM, base=base) == 35


def test_the_service_s_own_packages_count() -> None:
    assert counted(PACKAGES, LIBRARY) == 10
    assert counted(APT, File("srv/packages/redis/client.py", "file", 7), File("usr/local/x", "file", 2)) == 9
