"""Dockerfiles to try a parser with: made of pieces that BuildKit reads in surprising ways, put together at random."""

from __future__ import annotations

import random
from collections.abc import Sequence

TOP = [
    "# syntax=docker/dockerfile:1", "# syntax=docker/dockerfile:1.7", "#syntax = docker/dockerfile:1",
    "# escape=`", "# escape=\\", "# check=skip=all", "# syntax=evil/frontend", " # escape=`", "# foo=bar",
    "#!/usr/bin/env docker", "// syntax=evil/frontend", "", "# a comment", "\ufeff# escape=`", "#",
    "# SYNTAX=evil/x",
]  # fmt: skip
ARGS = [
    "ARG PY=3.13", "ARG BASE=python:${PY}-slim", 'ARG Q="3.13"', "ARG X", "ARG Y=$UNSET", "ARG A=1 B='2 3'",
]  # fmt: skip
FROMS = [
    "FROM python:3.13-slim", "FROM python:3.13-slim AS build", "from scratch as Other", "FROM $BASE",
    "FROM build", "FROM python:${PY:-3.12}", "FROM --platform=$BUILDPLATFORM python AS tools",
    "FROM evil/image", "FROM ${X}python", "FROM python:$Q as run", "FROM --platform=linux/arm64 python",
    "FROM  python:3.13\tAS  x2", "FROM build\\\nx",
]  # fmt: skip
LINES = [
    "RUN echo hello", "RUN echo a \\\n    # a comment\n    b \\\n\n    && echo c",
    "RUN <<EOF\nFROM evil\n# no\nEOF", 'RUN <<-"EOF" bash\n\tx\n\tEOF', "RUN cat <<A <<B > /x\na\nA\nb\nB",
    "COPY <<EOF /etc/x\n$HOME\nEOF", "RUN cat << EOF\nx\nEOF", 'RUN echo "<<EOF"\nEOF', "RUN echo $((1 << 3))",
    'RUN cat <<EOF "\nx\nEOF', "RUN cat <<< word", "RUN <<RUN\nx\nRUN", 'RUN ["sh", "-c", "cat <<EOF"]',
    "RUN [ -f x ] && echo y", "RUN --mount=type=cache,target=/root/.cache pip install x",
    "RUN --mount=type=cache,target=/c,id=pip \\\n  --network=none true",
    "RUN --mount=type=bind,from=build,source=/a,target=/b \\\n\\\n ls", "RUN --mount=type=ssh true",
    "RUN --security=insecure id", "RUN --mount=type=ca\\\nche,target=/x ls",
    'RUN --mount="type=cache",target=/x ls', "RUN --network=host id", "COPY . /app", "COPY --from=build /a /b",
    "COPY --from=0 /a /b", "COPY --from=evil /a /b", 'COPY ["a b", "/c"]', "COPY --chown=1:1 --link a b",
    "COPY -- --from=evil /a /b", "ADD https://x.y/z /z", "ADD a.tar /", "ADD $U /x",
    "ONBUILD RUN <<EOF\nx\nEOF", "USER 1000", "USER app:app", "WORKDIR /a b", "EXPOSE 80 443/udp",
    "EXPOSE $PORT", 'CMD ["a","b"]', "CMD ['a']", "CMD a \\\\", "CMD [1]", "CMD", "ENTRYPOINT []",
    'SHELL ["/bin/sh", "-c"]', "SHELL sh", 'ENV A=1 B="2 3" C=d\\ e', "ENV old form here", "ENV A",
    'LABEL a.b="c" \\\n  d=e', "LABEL io.sentinel.run=x", "HEALTHCHECK NONE",
    'HEALTHCHECK --interval=5s --retries=3 CMD ["true"]', "HEALTHCHECK CMD curl x", "HEALTHCHECK x",
    "VOLUME /data", 'VOLUME ["/data"]', "STOPSIGNAL SIGTERM", "MAINTAINER me", "# comment \\", "  # indented",
    "", "   ", "run echo lower", "RUN\techo tab", "RUN echo 'ünï' # é", "RUN echo a\\\\\n", "\\", "FROBNICATE",
    "EOF", "RUN `\n echo", "RUN \\", "RUN echo x \\  ", "RUN echo `", "COPY <<a <<a /x\n1\na\n2\na",
    "COPY x <<EOF\nEOF", "RUN <<EOF\n", "RUN --x=\\\ny z",
]  # fmt: skip
NOISE = [
    "\\", "\n", "<<", "EOF", "'", '"', "`", "$", "{", "#", " ", "\t", "--", "=", "[", "]", "\r\n", "\\\n", ",",
    "é", "\x00", "\u2028",
]  # fmt: skip


def random_dockerfile(chance: random.Random, *, noise: float = 0.3, froms: Sequence[str] = FROMS) -> str:
    """Mostly good lines in a sensible order; with the chance of `noise`, a few pieces are put in, cut or moved."""
    lines = chance.sample(TOP, chance.choice((0, 0, 0, 1, 1, 2)))
    lines += chance.sample(ARGS, chance.choice((0, 1, 2, 3)))
    for _ in range(chance.choice((1, 1, 2, 3))):
        lines += [chance.choice(froms), *chance.choices(LINES, k=chance.randrange(6))]
    text = chance.choice(("\n", "\n", "\n", "\r\n")).join(lines) + "\n" * chance.randrange(3)
    while chance.random() < noise:
        text = _spoilt(text, chance)
    return text


def _spoilt(text: str, chance: random.Random) -> str:
    at = chance.randrange(len(text) + 1)
    kind = chance.randrange(4)
    if kind == 0:
        return text[:at]
    if kind == 1:
        return text[:at] + text[at + chance.randrange(1, 8) :]
    if kind == 2:
        other = chance.randrange(len(text) + 1)
        return text[:at] + text[min(at, other) : max(at, other)][:40] + text[at:]
    return text[:at] + chance.choice(NOISE) + text[at:]
