"""The Dockerfile as a recipe: its stages, and which line each step of the final image stands in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from sentinel_grader.observe.dockerfile import ALERTER, DOCKERFILE, parsed
from sentinel_grader.observe.outcome import Place
from sentinel_grader.observe.registry import observation
from sentinel_grader.observe.scope import Scope
from sentinel_grader.observe.submitted import Submitted
from sentinel_grader.policy import Dockerfile, Instruction
from sentinel_grader.policy import Stage as ParsedStage
from sentinel_grader.policy.rules.run import mount_fields


@dataclass(frozen=True)
class Step:
    """One instruction, with its line and the stages that it takes something from; all that is there, if `whole`."""

    keyword: str
    value: str
    line: int
    takes: list[int] = field(default_factory=list)
    whole: bool = False


@dataclass(frozen=True)
class Stage:
    """A stage. `under_final`: it is the final stage, or one that the final one is FROM. `used`: the final one takes
    something from it, or from one that does; what is not used is not built. `end` is the last line of its FROM."""

    index: int
    name: str
    base: str
    line: int
    under_final: bool
    used: bool
    image: str = ""
    end: int = 0

    @property
    def words(self) -> str:
        return f"stage {self.name or self.index} (line {self.line})"


#: In the place of a base, where there is none.
_NOWHERE = Stage(0, "", "", 1, under_final=True, used=True)


@dataclass(frozen=True)
class Source:
    """An image that is named, and the line that names it."""

    image: str
    line: int


@dataclass(frozen=True)
class Recipe:
    """`sources` are the images that anything in the final one is from. `steps` are those that made the image itself: of
    the final stage and those it is FROM, first to last."""

    stages: list[Stage]
    steps: list[Step]
    arguments: dict[str, int]
    base_arguments: list[str]
    sources: list[Source] = field(default_factory=list)

    @property
    def builders(self) -> list[Stage]:
        """The stages that the final one has something from by copying it."""
        return [stage for stage in self.stages if stage.used and not stage.under_final]

    @property
    def root(self) -> Stage:
        """The stage that brings the base in: the first that the final one is FROM."""
        return next((stage for stage in self.stages if stage.under_final and stage.image), _NOWHERE)

    @property
    def foundations(self) -> list[Source]:
        """What the final image stands on: its base; where that is nothing (scratch), all images that it is put together
        from."""
        if self.root.image != "scratch":
            return [Source(self.root.image, self.root.line)]
        return [source for source in self.sources if source.image != "scratch"]

    @property
    def final(self) -> Place:
        """The final FROM."""
        return Place(DOCKERFILE, self.stages[-1].line if self.stages else None)

    def places(self, history: list[str]) -> dict[int, Place]:
        """The place of each entry of an image's history that is of this recipe, by the entry's position.

        BuildKit writes one entry an instruction, in order, after those of the base. Where that does not come out even,
        nothing is said rather than something wrong.
        """
        first = len(history) - len(self.steps)
        pairs = list(zip(history[max(first, 0) :], self.steps, strict=False))
        if first < 0 or not all(entry.split(" ")[0] == step.keyword for entry, step in pairs):
            return {}
        return {first + number: Place(DOCKERFILE, step.line) for number, (_, step) in enumerate(pairs)}


@observation("recipe", owner="m1.builds", inputs=[DOCKERFILE, f"{DOCKERFILE}.dockerignore"])
def recipe(scope: Scope, submitted: Submitted) -> Recipe:
    """Read the Dockerfile: no engine is asked. A Fault names what the policy refuses, with its line."""
    del submitted  # that nothing was refused of it is all that matters here
    dockerfile = parsed(scope.files / ALERTER)
    under = list(dockerfile.lineage())
    used = _used(dockerfile)
    stages = [
        Stage(
            each.index,
            each.name,
            each.base,
            each.line,
            each in under,
            each.index in used,
            str(each.image or ""),
            each.end_line,
        )
        for each in dockerfile.stages
    ]
    steps = [
        Step(one.keyword, one.value, one.line, list(_taken(dockerfile, one)), _is_whole(one))
        for stage in reversed(under)
        for one in stage.instructions
    ]
    arguments = {
        word.partition("=")[0]: one.line
        for stage in dockerfile.stages
        for one in stage.all_of("ARG")
        for word in one.words
    }
    return Recipe(stages, steps, arguments, sorted(dockerfile.base_arguments), list(_sources(dockerfile, used)))


def _sources(dockerfile: Dockerfile, used: set[int]) -> Iterator[Source]:
    for stage in (dockerfile.stages[index] for index in sorted(used)):
        if stage.image:
            yield Source(str(stage.image), stage.line)
        for one in stage.instructions:
            yield from (Source(name, one.line) for name in _named(one) if not dockerfile.stage_named(name))


def _used(dockerfile: Dockerfile) -> set[int]:
    """The stages that the final one rests on, itself included."""
    used, open_ = set[int](), [dockerfile.final_stage]
    while open_:
        stage: ParsedStage = open_.pop()
        if stage.index in used:
            continue
        used.add(stage.index)
        parents = [] if stage.parent is None else [stage.parent]
        taken = [index for one in stage.instructions for index in _taken(dockerfile, one)]
        open_ += [dockerfile.stages[index] for index in (*parents, *taken)]
    return used


def _is_whole(one: Instruction) -> bool:
    """Whether it copies the root folder of somewhere else."""
    return one.flag("from") is not None and any(word in ("/", "/.", "/*") for word in one.words[:-1])


def _taken(dockerfile: Dockerfile, one: Instruction) -> Iterator[int]:
    """The stages that an instruction copies from or mounts."""
    for name in _named(one):
        if stage := dockerfile.stage_named(name):
            yield stage.index


def _named(one: Instruction) -> list[str]:
    """What an instruction copies from or mounts, as it calls it."""
    names = [flag.value for flag in one.flags if flag.name == "from"]
    names += [mount_fields(flag).get("from") for flag in one.flags if flag.name == "mount"]
    return [name for name in names if name]
