"""Attempts that end before anything runs: the policy, or the copying of the submission, refuses them by name."""

from __future__ import annotations

import os
from pathlib import Path

from ..mutants.mutant import ALERTER
from ..mutants.task_1 import CMD, CODE
from ..mutants.task_2 import COPY_PACKAGES, FROM, INSTALL
from .attempt import Attempt

#: No registry has it: a name under a domain that is reserved for examples (RFC 2606).
ELSEWHERE = "registry.example.org/classmate/alerter:1"


def _own_list_of_bases(checkout: Path) -> None:
    for folder in (checkout, checkout / ALERTER):
        (folder / "sentinel.toml").write_text('[bases]\nallow = ["registry.example.org/classmate/alerter"]\n')


def _recordings(checkout: Path) -> None:
    (checkout / ALERTER / ".sentinel").mkdir()
    (checkout / ALERTER / ".sentinel" / "result.json").write_text('{"verdict": "passed"}')


def _link(checkout: Path) -> None:
    (checkout / ALERTER / "alerter" / "passwords").symlink_to("/etc/passwd")


def _folder_link(checkout: Path) -> None:
    (checkout / ALERTER / "tests2").symlink_to(checkout.parent)


def _fifo(checkout: Path) -> None:
    os.mkfifo(checkout / ALERTER / "requirements.in.fifo")


def _hard_link(checkout: Path) -> None:
    outside = checkout / "outside"
    outside.write_text("a classmate's\n")
    (checkout / ALERTER / "alerter" / "inside.py").hardlink_to(outside)


def _forging_name(checkout: Path) -> None:
    (checkout / ALERTER / "]]><x>\n::error title=forged::forged\x1b[2J").write_text("")


def _vast(checkout: Path) -> None:
    with (checkout / ALERTER / "data").open("wb") as file:
        file.truncate(1 << 40)


def _dockerfile(name: str, what: str, told: str, swap: tuple[str, str]) -> Attempt:
    return Attempt(name, what, {"m1.builds": told}, {"Dockerfile": swap})


ATTEMPTS = [
    _dockerfile(
        "ready-made-image",
        "The final stage is FROM a classmate's image that has everything.",
        "base_not_allowed",
        (FROM, f"FROM {ELSEWHERE}\n\n# Root owns"),
    ),
    _dockerfile(
        "image-of-the-grader",
        "The final stage is FROM what the grader built for somebody else on this engine.",
        "base_not_allowed",
        (FROM, "FROM sentinel-grade/alerter:latest\n\n# Root owns"),
    ),
    _dockerfile(
        "image-by-argument",
        "The name of a foreign base is put together from build arguments.",
        "base_not_allowed",
        ("# Two stages", "ARG HOST=registry.example.org\nARG IMAGE=${HOST}/classmate/alerter\nFROM ${IMAGE}\n# Two"),
    ),
    _dockerfile(
        "copy-from-elsewhere",
        "The packages are copied from an image that is not on the list.",
        "base_not_allowed",
        (COPY_PACKAGES, f"COPY --from={ELSEWHERE} /packages /service/packages"),
    ),
    _dockerfile(
        "mount-from-elsewhere",
        "An image that is not on the list is mounted into a build step.",
        "base_not_allowed",
        (INSTALL, f"RUN --mount=type=bind,from={ELSEWHERE},target=/x cp -r /x /packages\n{INSTALL}"),
    ),
    _dockerfile(
        "own-front-end",
        "The Dockerfile names another program that is to read it.",
        "foreign_syntax",
        ("# Two stages", "# syntax=registry.example.org/classmate/frontend:1\n# Two stages"),
    ),
    _dockerfile(
        "insecure-step",
        "A build step asks for all the privileges of the engine's host.",
        "flag_not_allowed",
        (INSTALL, f"RUN --security=insecure mount -t proc proc /mnt\n{INSTALL}"),
    ),
    _dockerfile(
        "network-of-the-host",
        "A build step asks for the network of the engine's host.",
        "bad_flag",
        (INSTALL, f"RUN --network=host true\n{INSTALL}"),
    ),
    _dockerfile(
        "agent-of-the-instructor",
        "A build step asks for the ssh agent of whoever grades.",
        "mount_not_allowed",
        (INSTALL, f"RUN --mount=type=ssh,target=/agent ssh-add -l\n{INSTALL}"),
    ),
    _dockerfile(
        "fetched-at-build",
        "The finished service is fetched from a repository somewhere.",
        "add_remote",
        (CODE, "ADD https://example.org/classmate/alerter.git#main /service/alerter"),
    ),
    _dockerfile(
        "left-for-later",
        "An instruction is left for whoever builds on this image.",
        "onbuild",
        (CMD, f"ONBUILD RUN true\n{CMD}"),
    ),
    _dockerfile(
        "label-of-the-grader",
        "The image bears the grader's own label, so that cleaning up removes, or spares, the wrong things.",
        "reserved_name",
        (CMD, f'LABEL "IO.Sentinel.Run"="0000000000"\n{CMD}'),
    ),
    _dockerfile(
        "cache-of-a-classmate",
        "A build argument names the cache mounts of somebody else's build.",
        "reserved_name",
        (INSTALL, f"ARG BUILDKIT_CACHE_MOUNT_NS=0123456789abcdef\n{INSTALL}"),
    ),
    Attempt(
        "second-ignore-file",
        "A Dockerfile.dockerignore is there, which goes before the one that everybody reads.",
        {"m1.builds": "hidden_dockerignore"},
        {"Dockerfile.dockerignore": "!*\n"},
    ),
    Attempt(
        "own-list-of-bases",
        "The submission brings a sentinel.toml that puts its own base on the list.",
        {"m1.builds": "base_not_allowed"},
        {"Dockerfile": (FROM, f"FROM {ELSEWHERE}\n\n# Root owns")},
        lay=_own_list_of_bases,
    ),
    Attempt(
        "own-recordings",
        "The submission brings a .sentinel folder in which all is said to have passed.",
        {"m1.builds": "sentinel_folder"},
        lay=_recordings,
    ),
    Attempt(
        "link-out",
        "A link in the exercise leads to a file of the machine that grades.",
        {"m1.builds": "link"},
        lay=_link,
    ),
    Attempt(
        "folder-link-out",
        "A link in the exercise leads to the folder that the submissions lie in.",
        {"m1.builds": "link"},
        lay=_folder_link,
    ),
    Attempt(
        "hard-link-out",
        "A file of the exercise is, by a second name, a file outside it.",
        {"m1.builds": "hard_link"},
        lay=_hard_link,
    ),
    Attempt(
        "waits-for-ever",
        "A fifo keeps whoever reads it waiting.",
        {"m1.builds": "special_file"},
        lay=_fifo,
    ),
    Attempt(
        "name-that-forges",
        "The name of a file ends a report's markup, clears a terminal, and is a workflow command.",
        {"m1.builds": "name_"},
        lay=_forging_name,
    ),
    Attempt(
        "vast-file",
        "A file has a terabyte, and takes no room on the learner's disk.",
        {"m1.builds": "too_large"},
        lay=_vast,
    ),
]  # fmt: skip
