"""Variables of variables: as many as anybody needs, and none that would fill the engine's memory."""

from __future__ import annotations

import time

import pytest

from sentinel_grader.policy import Dockerfile, check_dockerfile

FROM = "FROM python:3.13-slim\n"


def codes(text: str) -> list[str]:
    found = check_dockerfile(text, name="Dockerfile", allowed_bases=("python",))
    return [] if isinstance(found, Dockerfile) else [refusal.code for refusal in found]


def doubled(number: int, keyword: str = "ARG") -> str:
    """Each variable is the one before, twice."""
    return f"{keyword} A0=x\n" + "".join(f"{keyword} A{n + 1}=${{A{n}}}$A{n}\n" for n in range(number))


@pytest.mark.parametrize(
    "text",
    [
        doubled(40) + FROM,
        doubled(150) + "FROM $A150\n",
        FROM + doubled(40),
        FROM + doubled(40, "ENV"),
        FROM + doubled(12) + "LABEL a=" + "$A12" * 60,
        FROM + doubled(12) + "COPY <<EOF /x\n" + "$A12\n" * 60 + "EOF\n",
        FROM + "ENV A=" + "x" * 3_900 + "\nENV B=${A//x/$A}\n",
        FROM + "ENV A=" + "x" * 3_900 + "\nENV A=" + "$A" * 60 + "\n",
    ],
    ids=["before FROM", "in FROM", "ARG", "ENV", "LABEL", "heredoc", "replacing", "of itself"],
)
def test_what_grows_without_bound_is_refused_at_once(text: str) -> None:
    began = time.process_time()
    assert "value_too_long" in codes(text)
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    "text",
    [
        doubled(10) + FROM,
        FROM + "".join(f"ENV PATH=/opt/p{n}/bin:/opt/p{n}/sbin:$PATH:$MANPATH\n" for n in range(100)),
        FROM + "ENV A=1 B=2\n" + "ENV A=$B B=$B\n" * 100,
        FROM + "ENV PATH=${PATH//:/-}\n",
        FROM + doubled(10) + 'RUN echo "' + "$A10" * 500 + '"\n',
    ],
    ids=["a little", "a long PATH", "each other", "replacing", "what the shell puts in"],
)
def test_what_people_write_passes(text: str) -> None:
    assert codes(text) == []
