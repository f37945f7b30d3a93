"""What a Dockerfile that passes comes to: stages, lines, variables, heredocs, and the text that is built."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sentinel_grader.paths import ROOT
from sentinel_grader.policy import Dockerfile, Image, allowed_bases, cache_argument, check_dockerfile, prepared_text
from sentinel_grader.policy.images import image_named


def parsed(text: str | bytes, **more: Any) -> Dockerfile:
    allowed = ("python", "scratch", "ghcr.io/astral-sh/uv")
    found = check_dockerfile(text, name="Dockerfile", allowed_bases=allowed, **more)
    assert isinstance(found, Dockerfile), found
    return found


TWO = """\
# syntax=docker/dockerfile:1.7
ARG VERSION=3.13 \\
    VARIANT="slim"
FROM python:${VERSION}-$VARIANT AS Build
USER 0
RUN --mount=type=cache,target=/root/.cache/pip \\
    # a comment
    pip install x

FROM build AS checked
COPY <<EOF /etc/motd
FROM evil
EOF
FROM scratch
COPY --from=build /a /a
COPY --from=ghcr.io/astral-sh/uv:0.9 /uv /uv
user 10001
CMD ["python", "-m", "x"]
"""


def test_stages_and_what_they_rest_on() -> None:
    found = parsed(TWO)
    assert [(one.name, one.base, one.line, one.parent) for one in found.stages] == [
        ("build", "python:3.13-slim", 4, None), ("checked", "build", 10, 0), ("", "scratch", 14, None),
    ]  # fmt: skip
    assert found.stages[0].image == Image("python", "3.13-slim")
    assert found.stage_named("BUILD") is found.stages[0]
    assert found.stage_named("1") is found.stages[1]
    assert found.stage_named("") is None
    assert found.base_arguments == {"VERSION", "VARIANT"}


def test_lines_are_the_learners_own() -> None:
    found = parsed(TWO)
    run = found.stages[0].all_of("RUN")[0]
    assert (run.line, run.end_line, run.value) == (6, 8, "pip install x")
    assert (found.line_of("USER"), found.line_of("cmd"), found.line_of("ENTRYPOINT")) == (17, 18, 14)
    heredoc = found.stages[1].instructions[0].heredocs[0]
    assert (heredoc.name, heredoc.content, heredoc.line) == ("EOF", "FROM evil\n", 12)
    assert [(one.name, one.since, one.line) for one in found.features] == [("heredoc", (1, 4), 11)]


def test_a_line_that_is_missing_in_the_final_stage_is_looked_for_where_it_comes_from() -> None:
    assert parsed("FROM python AS a\nUSER 1\nFROM python AS b\nUSER 2\nFROM a\nCMD x").line_of("USER") == 2


@pytest.mark.parametrize(
    ("arguments", "written", "base"),
    [
        ({}, "python:${V:-3.12}", "python:3.12"),
        ({}, "python${U:+evil}", "python"),
        ({"V": "3.11"}, "python:${V:-3.12}", "python:3.11"),
        ({}, "$W", "python:3.9"),
    ],
)
def test_variables_are_put_in(arguments: dict[str, str], written: str, base: str) -> None:
    text = f"ARG V\nARG N=3.9\nARG W=python:$N\nFROM {written}\n"
    text = text if "V" in arguments else text.replace("ARG V\n", "")
    assert parsed(text, arguments=arguments).final_stage.base == base


def test_names_of_images_are_the_same_however_docker_hub_is_spelled() -> None:
    for name in ("python:3", "docker.io/python:3", "docker.io/library/python:3", "library/python:3"):
        assert parsed(f"FROM {name}").final_stage.image == Image("python", "3")
    assert not Image("python").is_pinned
    assert not Image("python", "latest").is_pinned
    assert Image("python", "3.13").is_pinned
    assert Image("python", "", "sha256:" + "0" * 64).is_pinned


@pytest.mark.parametrize(
    "line",
    ["EXPOSE ${PORT:-8001}", "EXPOSE 8001/TCP", "USER ${UID:-10001}:${GID:-10001}", 'USER "10001"', "USER '10001:0'"],
)
def test_forms_that_people_write_pass(line: str) -> None:
    assert parsed(f"FROM python:3.13-slim\n{line}\n")


MOVING = (
    *("python:slim", "python:alpine3.20", "python:trixie", "debian:stable-slim", "debian:sid"),
    *("debian:oldoldstable", "ubuntu:rolling", "ubuntu:devel", "alpine:edge"),
)
PINNED = (
    *("python:3-slim", "python:3.14-rc-alpine", "debian:trixie-slim", "debian:12", "ubuntu:noble"),
    *("alpine:3.20", "gcr.io/distroless/python3-debian12:nonroot"),
)


@pytest.mark.parametrize("name", [*MOVING, *PINNED])
def test_a_variant_and_a_state_are_no_version_and_a_release_is(name: str) -> None:
    image = image_named(name)
    assert image
    assert image.is_pinned is (name in PINNED)


def test_the_form_of_a_command_is_as_the_engine_takes_it() -> None:
    forms = {'CMD ["a"]': "exec", "CMD ['a']": "shell", "CMD [a": "shell", "CMD a": "shell", "CMD [ -f x ]": "shell"}
    for text, form in forms.items():
        assert parsed(f"FROM python\n{text}").final_stage.instructions[0].form == form


def test_windows_line_ends_and_a_byte_order_mark_are_taken() -> None:
    found = parsed("\ufeff# escape=`\r\nFROM python\r\nRUN a `\r\n b\r\nRUN <<EOF\r\nx\r\nEOF\r\nUSER 1\r\n".encode())
    assert [(one.keyword, one.line, one.end_line) for one in found.final_stage.instructions] == [
        ("RUN", 3, 4), ("RUN", 5, 7), ("USER", 8, 8),
    ]  # fmt: skip
    assert prepared_text(found).startswith("# escape=`\r\nFROM python\r\n")


def test_what_is_built_keeps_its_lines_and_loses_its_directives() -> None:
    found = parsed(TWO)
    text = prepared_text(found)
    ours, theirs = text.split("\n"), TWO.split("\n")
    assert [number for number, (one, other) in enumerate(zip(ours, theirs, strict=True), 1) if one != other] == [1]
    assert ours[0] == "#"
    escaped = parsed("# syntax=docker/dockerfile:1\n# escape=`\nFROM python")
    assert prepared_text(escaped) == "# escape=`\n#\nFROM python"


def test_a_cache_mount_keeps_nothing_by_which_others_could_reach_it() -> None:
    text = (
        "FROM python\nRUN --mount=type=cache,id=pip,target=//a/../b/,rw --mount=type=bind,target=/b/ \\\n"
        "  --mount=type=cache,sharing=locked,dst=/c --mount=uid=1,type=cache,id=/c,destination=/d/ true"
    )
    assert prepared_text(parsed(text)).split("\n")[1:] == [
        "RUN --mount=type=cache,target=/b,rw --mount=type=bind,target=/b/ \\",
        "  --mount=type=cache,dst=/c --mount=uid=1,type=cache,destination=/d true",
    ]
    assert cache_argument("one") != cache_argument("two")
    assert "/" not in cache_argument("a/b")


@pytest.mark.parametrize(
    "path",
    [*ROOT.glob("module-*/solutions/*/Dockerfile"), *ROOT.glob("module-*/*/Dockerfile")],
    ids=lambda path: str(path.parent.relative_to(ROOT)),
)
def test_the_courses_own_dockerfiles_pass(path: Path) -> None:
    found = check_dockerfile(path.read_bytes(), name="Dockerfile", allowed_bases=allowed_bases())
    assert isinstance(found, Dockerfile), found


def test_ways_that_are_as_good_as_ours_pass() -> None:
    parsed(
        'FROM ghcr.io/astral-sh/uv:0.9-python3.13-trixie-slim AS build\nSHELL ["/bin/bash", "-o", "pipefail", "-c"]\n'
        "WORKDIR /app\nRUN --mount=type=cache,target=/root/.cache/uv \\\n"
        "    --mount=type=bind,source=requirements.txt,target=requirements.txt \\\n"
        "    --mount=type=secret,id=token,target=/run/token \\\n    uv sync --locked && [ -d .venv ]\n"
        "RUN <<EOF bash -eux\nif true; then echo \"$HOME\" 'x'; fi\nEOF\n"
        'FROM python:3.13-slim\nARG BUILD_DATE\nLABEL org.opencontainers.image.created=$BUILD_DATE "a.b"="c d"\n'
        "ENV PATH=/app/.venv/bin:$PATH HOME=/tmp\nCOPY --from=build --chown=10001:10001 --chmod=0555 /app /app\n"
        "COPY --link --exclude=*.pyc src/ /app/src/\nADD wheels.tar.gz /wheels/\nEXPOSE 8001/tcp\nVOLUME /data\n"
        'HEALTHCHECK --interval=1s --timeout=3s --start-period=10s --retries=3 CMD ["python", "-m", "probe"]\n'
        'STOPSIGNAL SIGTERM\nUSER 10001:10001\nENTRYPOINT ["python"]\nCMD ["-m", "alerter"]\n'
    )
