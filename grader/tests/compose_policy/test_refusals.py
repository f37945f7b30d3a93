"""Every Compose file that is refused: with which code, on which line; and that the words are safe to print."""

from __future__ import annotations

import pytest

from sentinel_grader.policy.compose import check_compose

from .learner import ALERTER, BASES, COURSE, INCLUDE, Learner
from .refusals import ELSEWHERE, IN_A_SERVICE


@pytest.mark.parametrize(("code", "lines"), IN_A_SERVICE, ids=[lines[-60:] for _, lines in IN_A_SERVICE])
def test_it_is_refused_in_a_service(code: str, lines: str, learner: Learner) -> None:
    first, *_ = learner.refused(ALERTER + "".join(f"    {line}\n" for line in lines.split("\n")))
    expected = 5 + next((number for number, line in enumerate(lines.split("\n")) if line.endswith("#")), 0)
    assert (first.code, first.line) == (code, expected), str(first)
    assert first.remedy


@pytest.mark.parametrize(("code", "line", "text"), ELSEWHERE, ids=[text[-60:] for _, _, text in ELSEWHERE])
def test_it_is_refused(code: str, line: int | None, text: str, learner: Learner) -> None:
    first, *_ = learner.refused(text)
    assert (first.code, first.line) == (code, line), str(first)
    assert first.remedy


def test_there_are_enough_of_them() -> None:
    assert len(IN_A_SERVICE) + len(ELSEWHERE) >= 80


def test_all_that_can_be_told_at_once_is_told(learner: Learner) -> None:
    found = learner.refused(ALERTER + "    privileged: true\n    pid: host\n    volumes: ['/:/host']\n    init: 1\n")
    assert [(one.code, one.line) for one in found] == [
        ("privileged", 5), ("not_allowed", 6), ("bind_mount", 7), ("bad_value", 8),
    ]  # fmt: skip


def test_the_words_say_what_was_seen_where_and_what_to_do(learner: Learner) -> None:
    told = str(learner.refused(ALERTER + "    volumes: ['/var/run/docker.sock:/run/docker.sock']\n")[0])
    assert told == (
        "module-01-containers/exercises/docker-compose.yaml:5: services.alerter.volumes.0 mounts "
        "`/var/run/docker.sock` of the engine's own machine. "
        "Use a named volume; code and settings belong into the image."
    )


def test_a_key_that_is_nearly_right_is_told(learner: Learner) -> None:
    (only,) = learner.refused(ALERTER + "    enviroment: {A: b}\n")
    assert (only.code, only.line, only.remedy) == ("unknown_key", 5, "Did you mean `environment`?")


def test_what_is_quoted_moves_no_cursor(learner: Learner) -> None:
    found = learner.refused(ALERTER + '    user: "\\e[2J"\n    hostname: "a\\u202Eb"\n    command: "\\0"\n')
    assert all(one.saw.isprintable() and one.path.isprintable() for one in found)


def test_what_an_anchor_brings_in_is_refused_where_it_stands(learner: Learner) -> None:
    text = "x-a: &a\n  privileged: true\n" + INCLUDE + "services:\n  alerter:\n    build: alerter\n    <<: *a\n"
    assert [(one.code, one.line) for one in learner.refused(text)] == [("privileged", 2)]


@pytest.mark.parametrize("other", ["compose.yaml", "docker-compose.override.yaml", "docker-compose.yml"])
def test_a_file_that_compose_would_read_instead(other: str, learner: Learner) -> None:
    learner.put(other, "services: {}\n")
    first, *_ = learner.refused(ALERTER)
    assert (first.code, first.path) == ("hidden_compose_file", f"module-01-containers/exercises/{other}")


def test_no_file_at_all(learner: Learner) -> None:
    learner.check(ALERTER)
    (learner.folder / "docker-compose.yaml").unlink()
    (learner.folder / "docker-compose.yaml").mkdir()
    found = check_compose(learner.folder, COURSE, allowed_bases=BASES)
    assert isinstance(found, list)
    assert [one.code for one in found] == ["no_compose_file"]


@pytest.mark.parametrize(
    ("code", "line", "content"),
    [
        ("bad_environment_file", 2, "A=1\nGITHUB_TOKEN\n"),
        ("bad_environment_file", 1, "A B=1\n"),
        ("bad_environment_file", 1, "A='one\ntwo'\n"),
        ("bad_environment_file", 1, 'A="one\nPATH\n"\n'),
        ("reserved_variable", 1, "A=$DOCKER_CONFIG\n"),
        ("reserved_variable", 3, '\n#\nA="${COMPOSE_PROJECT_NAME}"\n'),
        ("variable_required", 1, "A=${B:?no}\n"),
        ("unclear_variable", 1, "A=${B:-${C}}\n"),
        ("invisible_character", 2, "A=1\nB=\x1b[2J\n"),
        ("not_utf8", 1, b"A=\xff\n"),
        ("file_too_large", None, "#" * 100_000),
    ],
)  # fmt: skip
def test_an_environment_file_is_read_too(code: str, line: int | None, content: str | bytes, learner: Learner) -> None:
    learner.put("more/alerter.env", content)
    (only,) = learner.refused(ALERTER + "    env_file: more/alerter.env\n")
    assert (only.code, only.line, only.path) == (code, line, "module-01-containers/exercises/more/alerter.env")


def test_a_file_that_is_extended_is_judged_with_its_own_lines(learner: Learner) -> None:
    learner.put("common.yaml", "services:\n  base:\n    image: python\n    cap_add: [ALL]\n")
    (only,) = learner.refused(ALERTER + "    extends: {file: common.yaml, service: base}\n")
    assert (only.code, only.line, only.path) == ("not_allowed", 4, "module-01-containers/exercises/common.yaml")
    learner.put("common.yaml", "include: [../docker-compose.yaml]\nservices:\n  base:\n    image: python\n")
    (only,) = learner.refused(ALERTER + "    extends: {file: ./common.yaml, service: base}\n")
    assert only.code == "include_not_allowed"


def test_files_that_extend_each_other_in_a_ring_or_without_end(learner: Learner) -> None:
    for number in range(9):
        learner.put(
            f"c{number}.yaml",
            f"services:\n  a:\n    image: python\n    extends: {{file: c{(number + 1) % 9}.yaml, service: a}}\n",
        )
    (only,) = learner.refused(ALERTER + "    extends: {file: c0.yaml, service: a}\n")
    assert only.code == "too_many_files"
    learner.put("c1.yaml", "services:\n  a:\n    image: python\n    extends: {file: c0.yaml, service: a}\n")
    assert not isinstance(learner.check(ALERTER + "    extends: {file: c0.yaml, service: a}\n"), list)


def test_a_link_that_leads_out_is_no_file_of_ones_own(learner: Learner) -> None:
    (learner.folder / "link").symlink_to("/etc")
    found = learner.refused(ALERTER + "    env_file: link/passwd\nsecrets: {a: {file: ./link/shadow}}\n")
    assert [(one.code, one.line) for one in found] == [("path_leads_out", 5), ("path_leads_out", 6)]


def test_a_course_file_that_is_not_the_courses(learner: Learner) -> None:
    (learner.folder.parent / "docker-compose.yaml").write_text("services: {redis-queue: {image: evil}}\n")
    (only,) = learner.refused(ALERTER)
    assert (only.code, only.line) == ("include_not_allowed", 1)


def test_an_ignore_file_that_hides_beside_a_dockerfile_elsewhere(learner: Learner) -> None:
    learner.put("docker/Dockerfile", "FROM python:3.13-slim\n")
    learner.put("docker/Dockerfile.dockerignore", "*\n")
    text = INCLUDE + "services:\n  alerter:\n    build: {context: ., dockerfile: docker/Dockerfile}\n"
    (only,) = learner.refused(text)
    assert (only.code, only.path) == (
        "hidden_dockerignore", "module-01-containers/exercises/docker/Dockerfile.dockerignore",
    )  # fmt: skip


def test_a_dockerfile_is_refused_with_its_own_lines(learner: Learner) -> None:
    learner.put("alerter/Dockerfile", "FROM python:3.13-slim\n\nCOPY --from=evil/image /a /b\n")
    (only,) = learner.refused(ALERTER)
    assert (only.code, only.line, only.path) == (
        "base_not_allowed", 3, "module-01-containers/exercises/alerter/Dockerfile",
    )  # fmt: skip
    (learner.folder / "alerter/Dockerfile").unlink()
    (only,) = learner.refused(ALERTER)
    assert (only.code, only.path) == ("no_dockerfile", "module-01-containers/exercises/alerter/Dockerfile")
