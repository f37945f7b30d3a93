"""Dockerfiles that are hardly any: cut, mangled, too long, in no known writing, without an end."""

from __future__ import annotations

import random
from collections.abc import Callable

from ..submission.dockerfiles import NOISE, random_dockerfile

FROM = "FROM python:3.13-slim\n"


def cut(chance: random.Random, solution: str) -> str:
    """The solution's first lines, the last of them not whole."""
    return solution[: chance.randrange(len(solution) * 2 // 5)]


def mangled(chance: random.Random, solution: str) -> str:
    """The solution with things put in, lost and swapped."""
    pieces = solution.splitlines(keepends=True)
    for _ in range(chance.randrange(2, 9)):
        at = chance.randrange(len(pieces))
        pieces[at] = chance.choice(["", chance.choice(NOISE), pieces[at][::-1], pieces[at] * 3, pieces[at][3:]])
    return "".join(["FROM scratch\n", *pieces, "RUN\n"])


def pieces(chance: random.Random, _solution: str) -> str:
    """Instructions in no good order."""
    text = random_dockerfile(chance, noise=0.5, froms=[FROM.strip(), "FROM scratch AS build"])
    return text.replace("pip install x", "true") + "\nRUN false"


def junk(chance: random.Random, _solution: str) -> bytes:
    """Bytes."""
    return chance.randbytes(chance.choice([1, 30, 4000, 300_000]))


def long(chance: random.Random, _solution: str) -> str:
    """Ten megabytes in a line; or as much as may just be read."""
    size = chance.choice([10_000_000, 4_900_000, 63_000, 15_900])
    return (
        FROM
        + chance.choice(["RUN ", "ENV A=", "LABEL a=", "# ", "COPY ", ""])
        + chance.choice(["x", "\\\n", "é ", '"']) * size
    )


def writing(chance: random.Random, solution: str) -> bytes:
    """Another encoding, other line ends, what no text holds."""
    text = chance.choice([FROM + "RUN false\n", solution[:400]])
    text = chance.choice([text, text.replace("\n", "\r\n"), text.replace("\n", "\r"), "\ufeff" + text, text + "\0",
                          text.replace("RUN", "RUN\u00a0"), text + "# é\u2028RUN true\n"])  # fmt: skip
    return text.encode(chance.choice(["utf-8", "utf-16", "utf-32", "utf-7", "cp037"])) + chance.choice(
        [b"", b"\xff", b"\xed\xb2\x80", b"\xef\xbb\xbf"]
    )


def heredoc(chance: random.Random, _solution: str) -> str:
    """Heredocs without an end, in each other, or whose end is an instruction."""
    return FROM + chance.choice(
        ["RUN <<EOF\nx\n", "RUN <<A <<B\nA\n", "COPY <<EOF /x\n", 'RUN <<"EOF\nx\nEOF\n', "RUN <<RUN\nfalse\nRUN\n",
         "RUN <<EOF\nfalse\nEOF\n", "COPY <<-EOF\n\tEOF", "RUN <<EOF\nCOPY <<EOF /\nEOF\nRUN false", "RUN <<\n"]
    )  # fmt: skip


def arguments(chance: random.Random, _solution: str) -> str:
    """Arguments of each other, of themselves, and of ever more of themselves."""
    number = chance.choice([5, 40, 150])
    laughs = "".join(f"ARG A{step + 1}=${{A{step}}}${{A{step}}}\n" for step in range(number))
    return chance.choice(
        ["ARG A=$B\nARG B=$A\nFROM $A\n", "ARG A=${A}\nFROM ${A:-$A}\n", f"ARG A0=lol\n{laughs}FROM $A{number}\n",
         "ARG " + "A=${" * 500 + "\nFROM $A\n", "FROM ${\n", "ARG A\nFROM ${A:?gone}\n",
         f"{FROM}ARG A0=x\n{laughs}RUN false\n"]
    )  # fmt: skip


def without_end(chance: random.Random, _solution: str) -> str:
    """Stages of stages, instructions upon instructions."""
    number = chance.choice([19, 25, 190, 5000])
    return chance.choice([FROM * number + "RUN false\n", FROM + "ENV A=1\n" * number + "RUN false\n",
                          "".join(f"FROM s{n}\n" for n in range(number)), "FROM s0 AS s0\n" * number])  # fmt: skip


def loud(chance: random.Random, _solution: str) -> str:
    """A build that says odd things, a lot of them, and fails."""
    said = [r"printf '\033[2J::error::gone\n##[error]x\n\0\377\376'", "yes '#9 DONE' | head -c 200000",
            "head -c 5000000 /dev/urandom",
            r"printf '%s\n' '------' 'Dockerfile:1' 'ERROR: no space left on device?'",
            "head -c 900000 /dev/zero | tr '\\0' x",
            r"printf 'failed to solve: unexpected EO\nFATAL\r\r\r\b\b'"]  # fmt: skip
    return f"{FROM}RUN {chance.choice(said)}; exit {chance.choice([1, 2, 126, 137, 255])}\n"


TEXTS: tuple[Callable[[random.Random, str], str | bytes], ...] = (
    cut,
    mangled,
    pieces,
    junk,
    long,
    writing,
    heredoc,
    arguments,
    without_end,
    loud,
)
