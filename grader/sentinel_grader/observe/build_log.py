"""What the log of a failed build (`--progress=plain`) says, without the engine's own noise.

    #11 [stage-1 5/5] RUN python -m pytest                the steps, each by its number
    #11 0.320 AssertionError: arithmetics are off         what one prints, after its seconds
    #11 ERROR: process "/bin/sh -c …" did not complete …  the one that failed
    ------
     > [stage-1 5/5] RUN python -m pytest:                … once more, with its last ten lines, and those of stderr
    0.320 AssertionError: arithmetics are off             may be missing among them
    ------
    Dockerfile:27                                         the line, on newer engines
    ERROR: failed to build: failed to solve: process …    the last word

What a step prints always has its number in front, so that it cannot pass for any of the rest.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

#: What engines say before they come to the point.
_AROUND = re.compile(
    r"^ERROR: (failed to (solve|build): |rpc error: code = \w+ desc = |failed to solve with frontend \S+: "
    r"|failed to create LLB definition: )*"
)
#: Where Engine 20.10 has a stage's files while it copies from it.
_MOUNTED = re.compile(r"/\S*/overlay2/\w+/merged(?=/)")
_FAILED_STEP = re.compile(r"^#(\d+) ERROR: ", re.MULTILINE)
_INSTRUCTION = re.compile(r"^ > \[[^\]]+\] ((?:RUN|COPY|ADD) .*):$", re.MULTILINE)
_ENDED = re.compile(r"^(?:process \"|executor failed running \[).*: exit code: (\d+)$")
_NOT_FOUND = re.compile(r"\"/([^\"]+)\":? not found(?:: not found)?$|^lstat /(\S+): no such file or directory$")

#: How far package managers have come, and what they recommend; rulers under a line of a traceback.
_NOISE = re.compile(
    r"\s*(?:Collecting |Downloading |Using cached |Obtaining |Requirement already |Installing collected packages"
    r"|Successfully installed|Ignoring |Looking in |━|\[notice\]|WARNING: (?:Running pip as|apt does not have)"
    r"|(?:Get|Hit|Ign):\d|Fetched |Reading (?:package lists|state)|Building dependency tree|Selecting previously"
    r"|\(Reading database|Preparing to unpack|Unpacking |Setting up |Processing triggers|debconf: )|[\s~^]*$"
)
_ERROR = re.compile(r"(?:E|ERROR|Error|error|fatal)(?: \w+)?: |Traceback ")
_LONGEST = 240
#: No answer from where a base would come from, or none for now; that there is no such base is an answer.
_NO_REGISTRY = re.compile(
    r"(?:\S+: failed to resolve source metadata for \S+: )?"
    r"(?:failed to do request: (?:Head|Get) \"https?://[^/]+/v2/(?P<name>\S+)/manifests/(?P<tag>[^\"]+)\": (?P<why>.+)"
    r"|unexpected status from \w+ request to https?://[^/]+/v2/(?P<name_>\S+)/manifests/(?P<tag_>[^:]+): "
    r"(?P<why_>429 .+))"
)


def cause(log: str) -> str:
    """Why the build failed: the instruction and what became of it, where the engine tells; else its last word."""
    words = _MOUNTED.sub("", _AROUND.sub("", last_word(log)))
    found = _INSTRUCTION.search(log)
    instruction = " ".join(found[1].split()) if found else ""
    if instruction and (ended := _ENDED.match(words)):
        return f"`{_short(instruction, 120)}` ends with status {ended[1]}"
    if instruction and (missing := _NOT_FOUND.search(words)):
        stage = re.search(r"--from=(\S+)", instruction)
        where = f"{stage[1]}" if stage else "the build context: is it misspelt, or kept out by .dockerignore?"
        return f"`{_short(instruction, 120)}` finds no {missing[1] or missing[2]} in {where}"
    return words[:600]


def base_out_of_reach(log: str) -> str:
    """The base that no registry could be asked for, and why not; "" where that was not what the build failed of."""
    found = _NO_REGISTRY.fullmatch(_AROUND.sub("", last_word(log)))
    if not found:
        return ""
    name, tag, why = (found[group] or found[f"{group}_"] for group in ("name", "tag", "why"))
    return f"{name.removeprefix('library/')}:{tag} ({why[:200]})"


def has_failed_step(log: str) -> bool:
    """Whether the engine says of a step that it failed."""
    return bool(_FAILED_STEP.search(log))


def last_word(log: str) -> str:
    """The engine's own last word. Lines end in line feeds alone: what else Python takes for an end (splitlines) may
    stand within a line that a step printed."""
    lines = [line.rstrip() for line in log.split("\n") if line.strip()] or ["it gave no reason"]
    return next((line for line in reversed(lines) if line.startswith("ERROR: ")), lines[-1])


def last_words(log: str, most: int = 10) -> tuple[str, ...]:
    """The last `most` useful lines that the failed step printed, after the errors further up that these leave out."""
    failed = _FAILED_STEP.findall(log)
    if not failed:
        return ()
    printed = re.findall(rf"^#{failed[-1]} \d+\.\d+ ?(.*)$", log, re.MULTILINE)
    lines = [_short(line.rstrip(), _LONGEST) for line in _without_frames(printed) if not _NOISE.match(line)]
    errors = [line for line in lines[:-most] if _ERROR.match(line)][-3:]
    return (*errors, *(["…"] if errors else []), *lines[-most:])


def _without_frames(lines: Sequence[str]) -> list[str]:
    """Of each traceback the last frame only: the others are a program's way to where it failed."""
    kept: list[str] = []
    frames: int | None = None
    for line in lines:
        if frames is not None and not line.startswith(" "):
            frames = None
        if frames is not None and line.lstrip().startswith('File "'):
            del kept[frames:]
        kept.append(line)
        if line.startswith("Traceback (most recent call last)"):
            frames = len(kept)
    return kept


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
