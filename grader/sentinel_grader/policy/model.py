"""A Dockerfile as values: what checks read, and what the rules judge.

    Dockerfile ─┬─ stages ─── Stage ─── instructions ─── Instruction ─┬─ flags
                └─ arguments (ARG before the first FROM)              └─ heredocs

Lines count from 1, in the learner's own file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Flag:
    """`--name=value` of an instruction; `value` is None where there is no `=`. `column` counts from 0."""

    name: str
    value: str | None
    line: int
    column: int

    @property
    def text(self) -> str:
        return f"--{self.name}" if self.value is None else f"--{self.name}={self.value}"


@dataclass(frozen=True)
class Heredoc:
    """`<<name`, and the lines up to the one that ends it. `line` is the first of them."""

    name: str
    content: str
    line: int


@dataclass(frozen=True)
class Instruction:
    """One instruction: `keyword` in capitals, `value` all that follows its flags, continuation lines joined.

    `words` are the elements of a JSON list (`form` is "exec"), else `value` cut at blanks, quotes and all.
    """

    keyword: str
    line: int
    end_line: int
    flags: tuple[Flag, ...]
    value: str
    words: tuple[str, ...]
    form: Literal["exec", "shell"]
    heredocs: tuple[Heredoc, ...] = ()

    def flag(self, name: str) -> str | None:
        """The value of the first flag of this name."""
        return next((flag.value or "" for flag in self.flags if flag.name == name), None)


#: What is called so is another one after the next release: https://hub.docker.com/_/debian, _/ubuntu and _/alpine.
_MOVING = re.compile(r"(?:latest|(?:old)*stable|testing|unstable|sid|experimental|rc-buggy|rolling|devel|edge)(?:-.*)?")


@dataclass(frozen=True)
class Image:
    """An image's name, taken apart. `repository` is without Docker Hub's own prefixes: `python`, `ghcr.io/a/b`."""

    repository: str
    tag: str = ""
    digest: str = ""

    @property
    def is_pinned(self) -> bool:
        """Whether it has a version: a digest, or a tag that does not move by definition. Of Python, a number: what is
        called by a variant alone (`slim`, `alpine`, `trixie`) is the newest."""
        if self.digest:
            return True
        if self.repository == "python":
            return self.tag[:1].isdigit()
        return bool(self.tag) and not _MOVING.fullmatch(self.tag)

    def __str__(self) -> str:
        return self.repository + f":{self.tag}" * bool(self.tag) + f"@{self.digest}" * bool(self.digest)


@dataclass(frozen=True)
class Stage:
    """What one FROM begins. `base` is what it names once variables are put in; it is either an `image` or, by
    `parent`, an earlier stage. `line` and `end_line` are its FROM's."""

    index: int
    name: str
    base: str
    line: int
    image: Image | None
    parent: int | None
    instructions: tuple[Instruction, ...] = ()
    end_line: int = 0

    def all_of(self, keyword: str) -> tuple[Instruction, ...]:
        return tuple(one for one in self.instructions if one.keyword == keyword)


@dataclass(frozen=True)
class Feature:
    """Something that older engines do not understand: `since` is the version of the Dockerfile syntax that brought it.
    features.py knows them."""

    name: str
    since: tuple[int, ...]
    line: int


@dataclass(frozen=True)
class Dockerfile:
    """A Dockerfile that the policy lets pass. `lines` are as they were, less a byte order mark."""

    name: str
    lines: tuple[str, ...]
    escape: str
    syntax: str
    directive_lines: tuple[int, ...]
    arguments: dict[str, str | None]
    base_arguments: frozenset[str]
    stages: tuple[Stage, ...]
    features: tuple[Feature, ...] = ()

    @property
    def final_stage(self) -> Stage:
        return self.stages[-1]

    def stage_named(self, name: str) -> Stage | None:
        """The stage of this name, or of this number."""
        return next((one for one in self.stages if name.lower() in (one.name, str(one.index)) and name), None)

    def lineage(self, stage: Stage | None = None) -> Iterator[Stage]:
        """The stage (the final one), the stage that it is FROM, and so on."""
        here = stage or self.final_stage
        yield here
        if here.parent is not None:
            yield from self.lineage(self.stages[here.parent])

    def line_of(self, keyword: str) -> int:
        """Where the image gets what `keyword` sets: its last such line, in the final stage or one that it is FROM;
        else the final stage's FROM, after which it is missing."""
        for stage in self.lineage():
            if found := stage.all_of(keyword.upper()):
                return found[-1].line
        return self.final_stage.line
