"""Cases for the decision card: programs that nobody has seen before, each with the facts that the card goes by.

They are drawn from a nonce. Each fact that decides stands alone in some of them, and together with others in more;
what only just fits, and what only just does not, is always among them.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Case:
    """A program, and what is known of it. Memory is in megabytes: of each copy, and of the machines there are."""

    program: str
    made_for: str
    kernel_modules: list[str]
    runs_strangers_code: bool
    outlives_a_machine: bool
    copies: int
    memory_mb: int
    machine_mb: int
    runs_on: list[str]
    system_packages: list[str]
    services: list[str]
    python_packages: list[str]


Change = Callable[[Case, random.Random], Case]
_NAMES = ("invoice", "thumbnail", "newsletter", "search", "payroll", "weather", "booking", "backup", "chat", "quiz")
_KINDS = ("mailer", "worker", "report", "robot", "server", "importer", "checker")
_MODULES = ("wireguard", "zfs", "nbd", "v4l2loopback", "batman-adv")
_PACKAGES = ("ffmpeg", "libpq5", "poppler-utils", "tesseract-ocr", "graphviz", "libgl1")
_SERVICES = ("redis", "postgres", "rabbitmq", "minio", "mailpit")
_PYTHON = ("httpx", "rich", "pandas", "flask", "click", "pydantic", "sqlalchemy")
_MACHINES = ("a laptop", "the pipeline", "a server", "a colleague's computer", "the customer's server")


def cases(nonce: str) -> list[Case]:
    """Some fifty cases, in an order of their own."""
    luck = random.Random(nonce)
    alone = [change(_plain(luck), luck) for change in _CHANGES for _ in range(2)]
    mixed = [_mixed(luck) for _ in range(24)]
    made = [*alone, *mixed, *(_plain(luck) for _ in range(4))]
    luck.shuffle(made)
    return made


def _plain(luck: random.Random) -> Case:
    """One in which no fact asks for more than a virtualenv, though its numbers may be large."""
    copies, memory = luck.randint(1, 6), luck.randint(1, 40) * 32
    return Case(
        program=f"{luck.choice(_NAMES)} {luck.choice(_KINDS)} {luck.randint(100, 999)}",
        made_for="linux",
        kernel_modules=[],
        runs_strangers_code=False,
        outlives_a_machine=False,
        copies=copies,
        memory_mb=memory,
        machine_mb=copies * memory + luck.randint(1, 30) * 64,
        runs_on=[luck.choice(_MACHINES)],
        system_packages=[],
        services=[],
        python_packages=_some(luck, _PYTHON, 4),
    )


def _mixed(luck: random.Random) -> Case:
    """One with several facts that decide."""
    case = _plain(luck)
    for change in luck.sample(_CHANGES, luck.randint(2, 4)):
        case = change(case, luck)
    return case


def _some(luck: random.Random, words: tuple[str, ...], most: int, least: int = 1) -> list[str]:
    return luck.sample(words, luck.randint(least, most))


def _fits(case: Case, luck: random.Random, *, spare: int) -> Case:
    """Several copies that need all of a machine's memory but `spare` megabytes."""
    copies = luck.randint(2, 9)
    return replace(case, copies=copies, machine_mb=copies * case.memory_mb + spare)


_CHANGES: tuple[Change, ...] = (
    lambda case, _luck: replace(case, made_for="windows"),
    lambda case, _luck: replace(case, made_for="freebsd"),
    lambda case, luck: replace(case, kernel_modules=_some(luck, _MODULES, 2)),
    lambda case, _luck: replace(case, runs_strangers_code=True),
    lambda case, _luck: replace(case, outlives_a_machine=True),
    lambda case, luck: _fits(case, luck, spare=-luck.randint(1, 3)),
    lambda case, luck: _fits(case, luck, spare=0),
    lambda case, luck: replace(case, runs_on=_some(luck, _MACHINES, 2, least=2)),
    lambda case, luck: replace(case, runs_on=_some(luck, _MACHINES, 5, least=3)),
    lambda case, luck: replace(case, system_packages=_some(luck, _PACKAGES, 3)),
    lambda case, luck: replace(case, services=_some(luck, _SERVICES, 2)),
)
