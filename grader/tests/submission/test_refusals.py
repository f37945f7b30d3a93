"""Every Dockerfile that is refused: with which code, on which line; and that the words are safe to print."""

from __future__ import annotations

from typing import Any

import pytest

from sentinel_grader.policy import check_dockerfile
from sentinel_grader.submission import Refusal

ALLOWED = ("python", "scratch", "ghcr.io/astral-sh/uv")
FROM = "FROM python:3.13-slim AS build\n"


def refused(text: str | bytes, name: str = "Dockerfile", **more: Any) -> list[Refusal]:
    found = check_dockerfile(text, name=name, allowed_bases=ALLOWED, **more)
    assert isinstance(found, list), f"let pass: {text!r}"
    return found


@pytest.mark.parametrize(
    ("code", "line", "text"),
    [
        # what would bring in a stranger's work
        ("base_not_allowed", 1, "FROM evil/python:3.13"),
        ("base_not_allowed", 1, "FROM registry.example/python:3.13"),
        ("base_not_allowed", 2, "ARG B=evil\nFROM ${B}"),
        ("base_not_allowed", 2, "ARG B\nFROM ${B:-evil}"),
        ("base_not_allowed", 2, "ARG B=x\nFROM ${B:+evil}"),
        ("base_not_allowed", 2, FROM + "COPY --from=evil/image /a /b"),
        ("base_not_allowed", 2, FROM + "RUN --mount=type=bind,from=evil,target=/x ls"),
        ("base_not_allowed", 2, FROM + "RUN --mount=from=busybox,type=cache,target=/x ls"),
        ("base_unknown", 2, "ARG B='$C'\nARG B=evil\nFROM $B".replace("ARG B=evil\n", "")),
        ("base_unknown", 3, "ARG B=evil\nARG B=python\nFROM $B"),
        ("base_unknown", 1, "FROM $UNSET"),
        ("base_unknown", 1, "FROM python:$TARGETARCH"),
        ("base_unknown", 2, "ARG TARGETARCH=x\nFROM python:$TARGETARCH"),
        ("base_unknown", 1, "FROM ${B-python}"),
        ("base_unknown", 1, 'FROM "python"'),
        ("bad_image_name", 1, "FROM python:3.13:slim"),
        ("bad_image_name", 1, "FROM Python"),
        ("variable_source", 3, "ARG S\n" + FROM + "COPY --from=$S /a /b"),
        ("no_such_stage", 2, FROM + "COPY --from=0 /a /b"),
        ("no_such_stage", 3, FROM + "FROM python\nCOPY --from=00 /a /b"),
        ("no_such_stage", 3, FROM + "FROM python\nRUN --mount=from=0,target=/x ls"),
        ("stage_not_earlier", 2, FROM + "COPY --from=build /a /b"),
        ("stage_not_earlier", 2, FROM + "COPY --from=Late /a /b\nFROM python AS late"),
        ("add_remote", 2, FROM + "ADD https://example.org/x /x"),
        ("add_remote", 2, FROM + 'ADD ["https://example.org/x", "/x"]'),
        ("add_remote", 2, FROM + "ADD git@example.org:a/b.git /x"),
        ("add_remote", 2, FROM + "ADD github.com/a/b /x"),
        ("add_remote", 3, FROM + "ARG U\nADD $U /x"),
        ("add_remote", 2, FROM + "ADD git'hub'.com/a/b /x"),
        ("onbuild", 2, FROM + "ONBUILD RUN id"),
        # what would have the file read differently by others
        ("foreign_syntax", 1, "# syntax=evil/frontend\n" + FROM),
        ("foreign_syntax", 1, "# syntax=docker/dockerfile:1-labs\n" + FROM),
        ("foreign_syntax", 1, "# syntax=docker/dockerfile:1@sha256:0\n" + FROM),
        ("directive_misplaced", 2, "# foo=bar\n# syntax=evil\n" + FROM),
        ("directive_misplaced", 2, "#!/bin/sh\n# syntax=evil\n" + FROM),
        ("directive_misplaced", 2, "\n#syntax=evil\n" + FROM),
        ("directive_misplaced", 1, " # escape=`\n" + FROM),
        ("directive_misplaced", 1, "# SYNTAX=evil\n" + FROM),
        ("directive_misplaced", 2, "# escape=`\n# escape=`\n" + FROM),
        ("directive_misplaced", 2, "# check=skip=all\n# escape=`\n" + FROM),
        ("directive_misplaced", 1, "# syntax=docker/dockerfile:1 evil\n" + FROM),
        ("bad_escape", 1, "# escape=x\n" + FROM),
        ("unknown_instruction", 1, "// syntax=evil\n" + FROM),
        ("unknown_instruction", 1, '{"syntax": "evil"}'),
        ("unknown_instruction", 2, FROM + "FORM evil"),
        ("unknown_instruction", 2, FROM + "u\u017fer 0"),  # its upper case is USER
        ("unclear_heredoc", 2, FROM + "RUN cat << EOF\nUSER 0\nEOF"),
        ("unclear_heredoc", 2, FROM + 'RUN cat <<EOF "\nUSER 0\nEOF'),
        ("unclear_heredoc", 2, FROM + "RUN echo '<<EOF'\nUSER 0\nEOF"),
        ("unclear_heredoc", 2, FROM + "RUN cat <<EOF ${x\nUSER 0\nEOF"),
        ("unclear_heredoc", 2, FROM + "RUN cat <<RUN\nUSER 0\nRUN"),
        ("unclear_heredoc", 2, FROM + "RUN cat <<A <<A\nA\nA"),
        ("unclear_heredoc", 2, FROM + "RUN cat <<< word"),
        ("unterminated_heredoc", 2, FROM + "RUN <<EOF\nx\n EOF\n"),
        ("bad_list", 2, FROM + 'RUN ["a"] b'),
        ("bad_list", 2, FROM + "CMD [1]"),
        ("bad_list", 2, FROM + 'CMD ["a\\u0000"]'),
        ("bad_list", 2, FROM + 'CMD ["\\ud800"]'),
        ("invisible_character", 2, FROM + "RUN\u00a0echo"),
        ("invisible_character", 2, FROM + "RUN echo \u202e"),
        ("invisible_character", 1, "\ufeff\ufeff" + FROM),
        ("control_character", 2, FROM + "RUN a\x00b"),
        ("control_character", 2, FROM + "RUN a\rb"),
        ("control_character", 2, FROM + "RUN a\x0bb"),
        ("hidden_dockerignore", None, FROM),
        # what would give a build more than it needs
        ("flag_not_allowed", 2, FROM + "RUN --security=insecure id"),
        ("flag_not_allowed", 2, FROM + "RUN --device=all id"),
        ("bad_flag", 2, FROM + "RUN --network=host id"),
        ("bad_flag", 1, "FROM --platform=linux/s390x python"),
        ("bad_flag", 2, FROM + 'RUN --mount="type=ssh" id'),
        ("bad_flag", 2, FROM + "RUN --network=no\\ne id"),
        ("bad_flag", 2, FROM + "COPY -- --from=evil /b"),
        ("bad_flag", 2, FROM + "RUN --mount id"),
        ("bad_flag", 2, FROM + "COPY --link --link a b"),
        ("split_flag", 2, FROM + "RUN --mount=type=ca\\\nche,target=/x id"),
        ("mount_not_allowed", 2, FROM + "RUN --mount=type=ssh id"),
        ("mount_not_allowed", 2, FROM + "RUN --mount=type=secret,id=x,required=true id"),
        ("mount_not_allowed", 2, FROM + "RUN --mount=type=secret,id=x,required id"),
        ("mount_not_allowed", 2, FROM + "RUN --mount=type=$T,target=/x id"),
        ("mount_not_allowed", 2, FROM + "RUN --mount=type=cache,id=$X,target=/x id"),
        ("mount_not_allowed", 2, FROM + "RUN --mount=type=cache,target=/x,type=bind id"),
        ("mount_not_allowed", 2, FROM + "RUN --mount=type=bind,FROM=evil,target=/x id"),
        ("mount_not_allowed", 2, FROM + "RUN --mount=type=bind,from=$X,target=/x id"),
        ("mount_not_allowed", 2, FROM + "RUN --mount=type=cache id"),
        ("mount_not_allowed", 2, FROM + "RUN --mount=type=cache,target=x id"),
        ("mount_not_allowed", 2, FROM + "RUN --mount=type=cache,target=/$X id"),
        ("mount_not_allowed", 2, FROM + "RUN --mount=type=cache,target=/x,dst=/y id"),
        ("reserved_name", 2, FROM + "LABEL io.sentinel.run=x"),
        ("reserved_name", 2, FROM + 'LABEL "com.docker.compose.project"="x"'),
        ("reserved_name", 2, FROM + "ARG BUILDKIT_CACHE_MOUNT_NS=x"),
        ("bad_form", 2, FROM + "LABEL io.sen${X}tinel.run=x"),
        ("bad_form", 2, FROM + "LABEL io.sen'tinel'.run=x"),
        # forms that no version takes
        ("bad_form", 1, "FROM python AS"),
        ("bad_form", 2, FROM + "COPY a"),
        ("bad_form", 2, FROM + "COPY a <<EOF\nEOF"),
        ("bad_form", 2, FROM + "SHELL sh -c"),
        ("bad_form", 2, FROM + "HEALTHCHECK curl"),
        ("bad_form", 2, FROM + "USER a b"),
        ("bad_form", 2, FROM + "EXPOSE http"),
        ("bad_form", 2, FROM + "STOPSIGNAL now"),
        ("bad_form", 2, FROM + "ENV A"),
        ("bad_form", 2, FROM + "RUN"),
        ("bad_form", 2, FROM + "CMD"),
        ("bad_stage_name", 1, "FROM python AS scratch"),
        ("bad_stage_name", 1, "FROM python AS 0"),
        ("bad_stage_name", 2, FROM + "FROM python AS Build"),
        ("before_from", 1, "RUN id\n" + FROM),
        ("no_stage", None, ""),
        ("no_stage", None, "# only\nARG X"),
        # bounds
        ("line_too_long", 2, FROM + "RUN " + "x" * 5_000),
        ("instruction_too_long", 2, FROM + "RUN " + "\\\n".join(["x" * 3_000] * 7)),
        ("too_many_lines", 2_001, FROM + "\n" * 3_000),
        ("too_many_instructions", 202, FROM + "\nUSER 1" * 300),
        ("too_many_stages", 21, "FROM python\n" * 30),
        ("file_too_large", None, FROM + "#" * 10_000_000),
    ],
    ids=lambda value: value[-40:] if isinstance(value, str) else None,
)
def test_it_is_refused(code: str, line: int | None, text: str) -> None:
    files = ["Dockerfile.dockerignore"] * (code == "hidden_dockerignore")
    first = refused(text, build_context_files=files)[0]
    assert (first.code, first.line) == (code, line), str(first)


def test_bytes_that_are_no_text_are_refused_with_their_line() -> None:
    assert [(one.code, one.line) for one in refused(FROM.encode() + b"RUN \xff")] == [("not_utf8", 2)]
    assert [one.code for one in refused("FROM \ud800")] == ["not_utf8"]


def test_all_that_can_be_told_at_once_is_told() -> None:
    found = refused(FROM + "ADD https://x/ /\nUSER 1\nRUN --security=insecure id\nCOPY --from=evil a b")
    assert [(one.code, one.line) for one in found] == [
        ("add_remote", 2), ("flag_not_allowed", 4), ("base_not_allowed", 5),
    ]  # fmt: skip


def test_the_words_say_what_was_seen_where_and_what_to_do() -> None:
    told = str(refused("FROM evil/python\n", name="exercises/alerter/Dockerfile")[0])
    assert told == (
        "exercises/alerter/Dockerfile:1: `evil/python` is not one of the images that this course builds on. "
        "Use one of these: python, scratch, ghcr.io/astral-sh/uv."
    )


def test_what_is_quoted_moves_no_cursor_and_hides_no_length() -> None:
    told = refused("FROM python\nFROM \x1b[2J", name="a\nb")[0]
    assert told.path == "a\\x0ab"
    assert "\\x1b" in told.saw
    long = refused(f"FROM {'x' * 300}")[0]
    assert "(300 characters)" in long.saw
