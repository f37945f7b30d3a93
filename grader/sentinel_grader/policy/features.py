"""What of a Dockerfile some engines do not understand, and what each engine understands.

The versions are those of the Dockerfile syntax, by its release notes
(https://docs.docker.com/build/buildkit/dockerfile-release-notes/) and, where these are silent, by BuildKit's sources.
An older engine refuses most of them; a mode that is no number and a variable in a mount it passes over in silence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sentinel_grader.policy.model import Feature, Flag, Instruction

Version = tuple[int, ...]

#: The syntax that comes with an engine, as the BuildKit in its vendor.mod has it; older ones have _OLDEST.
_WITH_ENGINE: list[tuple[Version, Version]] = [
    ((29, 1), (1, 20)), ((29,), (1, 19)), ((28,), (1, 14)), ((27,), (1, 8)), ((26,), (1, 7)), ((25,), (1, 6)),
    ((24,), (1, 5)), ((23,), (1, 4)),
]  # fmt: skip
_OLDEST: Version = (1, 2)


def understood_by(engine: Version) -> Version:
    """The newest syntax that an engine of this version understands; of one without a number, any."""
    if not engine:
        return (99,)
    return next((syntax for since, syntax in _WITH_ENGINE if engine >= since), _OLDEST)


_FLAGS: dict[str, Version] = {
    "COPY --link": (1, 4), "COPY --exclude": (1, 19), "COPY --parents": (1, 20),
    "ADD --link": (1, 4), "ADD --exclude": (1, 19), "ADD --unpack": (1, 17),
    "RUN --network": (1, 3), "HEALTHCHECK --start-interval": (1, 6),
}  # fmt: skip
#: Of a flag that is no feature by itself, a form of its value that is one.
_VALUES: list[tuple[str, str, str, Version]] = [
    ("chmod", r".*\$.*", "a variable in --chmod", (1, 10)),
    ("chmod", r"(?!.*\$).*[^0-7].*", "--chmod with letters", (1, 14)),
    ("mount", r".*\$.*", "a variable in RUN --mount", (1, 3)),
    ("mount", r"(?=.*\btype=tmpfs\b).*\bsize=.*", "RUN --mount=type=tmpfs,size", (1, 4)),
    ("mount", r"(?=.*\btype=secret\b).*\benv=.*", "RUN --mount=type=secret,env", (1, 10)),
    *((name, r"(?:0+(?:\.0+)?[a-z]*)+", f"HEALTHCHECK --{name}=0", (1, 5))
      for name in ("interval", "timeout", "start-period", "retries")),
]  # fmt: skip
_SUBSTITUTIONS: list[tuple[str, str, Version]] = [
    (r"\$\{\w+[-+]", "${name-word}", (1, 6)),
    (r"\$\{\w+[#%/]", "${name#pattern}", (1, 7)),
]
#: Elsewhere variables are left to the shell that runs the command.
_SUBSTITUTING = frozenset({"ADD", "ARG", "COPY", "ENV", "EXPOSE", "LABEL", "USER", "VOLUME", "WORKDIR"})


def features_of(instruction: Instruction) -> Iterator[Feature]:
    """What an instruction uses that some engines do not understand."""
    if instruction.heredocs:
        yield Feature("heredoc", (1, 4), instruction.line)
    for flag in instruction.flags:
        yield from _of_flag(instruction.keyword, flag)
    if instruction.keyword in _SUBSTITUTING:
        text = " ".join([*(flag.value or "" for flag in instruction.flags), instruction.value])
        for pattern, name, since in _SUBSTITUTIONS:
            if re.search(pattern, text):
                yield Feature(name, since, instruction.line)


def _of_flag(keyword: str, flag: Flag) -> Iterator[Feature]:
    name = f"{keyword} --{flag.name}"
    if name in _FLAGS:
        yield Feature(name, _FLAGS[name], flag.line)
    for of, pattern, form, since in _VALUES:
        if flag.name == of and re.fullmatch(pattern, flag.value or ""):
            yield Feature(form, since, flag.line)
