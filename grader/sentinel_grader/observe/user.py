"""Whom the engine starts the image's command as: the image's own word for it, and the numbers that it comes to."""

from __future__ import annotations

import contextlib
import io
import re
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field

import docker
from docker.models.containers import Container

from sentinel_grader.observe.alerter_build import Build
from sentinel_grader.observe.dockerfile import DOCKERFILE
from sentinel_grader.observe.dockerfile_lines import last_line
from sentinel_grader.observe.outcome import Fault, OursError
from sentinel_grader.observe.registry import observation
from sentinel_grader.observe.scope import Scope
from sentinel_grader.observe.session import Session
from sentinel_grader.observe.stand import created

#: Bytes of an account file that are read; the engine itself reads no more than it needs either.
_MOST = 1_000_000
_NUMBER = re.compile(r"[+-]?[0-9]{1,10}")


@dataclass(frozen=True)
class User:
    """`declared` is what the image says (`Config.User`). `uid` and `gid` are what it comes to by the image's own
    accounts, None where it comes to nothing; `groups` are the further groups. `line`: where the Dockerfile says it.
    `open_roots` are accounts of root's that have a password in the image, or need none."""

    declared: str
    uid: int | None
    gid: int | None
    groups: list[int]
    line: int | None = None
    open_roots: list[str] = field(default_factory=list)

    def in_group(self, gid: int) -> bool:
        return gid == self.gid or gid in self.groups


@observation("user", inputs=[DOCKERFILE])
def user(scope: Scope, build: Build) -> User:
    """Read `Config.User` and resolve it by the image's /etc/passwd and /etc/group, as the engine does."""
    try:
        image = scope.session.engine.images.get(build.image)
        passwd, group, shadow = _accounts(scope.session, build.image)
    except docker.errors.DockerException as error:
        raise OursError("engine_error", str(error)) from error
    declared = str((image.attrs.get("Config") or {}).get("User") or "")
    line = last_line(scope.files, r"USER\b")
    return User(declared, *resolve(declared, passwd, group), line, open_roots(passwd, shadow))


def _accounts(session: Session, image: str) -> list[str]:
    """The image's files of accounts, groups and passwords; empty for one that no container can be made of, which does
    not start either."""
    paths = ("/etc/passwd", "/etc/group", "/etc/shadow")
    try:
        with unstarted(session, image) as container:
            return [_text(container, path) for path in paths]
    except Fault:
        return [""] * len(paths)


@contextlib.contextmanager
def unstarted(session: Session, image: str) -> Iterator[Container]:
    """A container of `image` that never runs, to look into. Raises Fault if the engine can make none of it."""
    container = created(session, image, "look", "true", network_mode="none")
    try:
        yield container
    finally:
        session.removals.container(container)


def _text(container: Container, path: str) -> str:
    """A small text file of the container's; "" where it has none."""
    try:
        chunks, _ = container.get_archive(path)
        packed = b""
        for chunk in chunks:
            packed += chunk
            if len(packed) > _MOST:
                return ""
        with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
            file = archive.extractfile(archive.getmembers()[0])
            return file.read().decode(errors="replace") if file else ""
    except (docker.errors.APIError, tarfile.TarError, IndexError, KeyError):  # a link in circles is an APIError
        return ""


def resolve(declared: str, passwd: str, group: str) -> tuple[int | None, int | None, list[int]]:
    """The uid, gid and further groups that `user[:group]` comes to.

    As runc and the engine do it (https://github.com/moby/sys/blob/main/user/user.go, GetExecUser): the first account
    whose name, or else whose number, is the word; a name that is a number is looked for among the names first.
    """
    wanted, _, wanted_group = declared.partition(":")
    account = next((line for line in _fields(passwd, 4) if _is(line, wanted or "0", by_name=bool(wanted))), None)
    uid = _number(account[2]) if account else _number(wanted or "0")
    if uid is None:
        return None, None, []
    if wanted_group:
        named = next((line for line in _fields(group, 3) if _is(line, wanted_group)), None)
        return uid, _number(named[2] if named else wanted_group), []
    gid = _number(account[3]) if account else 0
    further = [_number(line[2]) for line in _fields(group, 4) if account and account[0] in line[3].split(",")]
    return uid, gid, [number for number in further if number is not None]


def open_roots(passwd: str, shadow: str) -> list[str]:
    """The accounts with the number 0 that `su` lets somebody into (passwd(5), shadow(5)): their password is none, or is
    one. What begins with ! or * is locked."""
    shadowed = {line[0]: line[1] for line in _fields(shadow, 2)}
    found = [(line[0], shadowed.get(line[0], "*") if line[1] == "x" else line[1]) for line in _fields(passwd, 4)
             if _number(line[2]) == 0]  # fmt: skip
    return [name for name, password in found if not password.startswith(("!", "*"))]


def _is(line: list[str], word: str, *, by_name: bool = True) -> bool:
    return (by_name and line[0] == word) or (_number(word) is not None and _number(line[2]) == _number(word))


def _fields(text: str, least: int) -> list[list[str]]:
    lines = [line.strip().split(":") for line in text.splitlines()]
    return [line for line in lines if len(line) >= least]


def _number(word: str) -> int | None:
    return int(word) if _NUMBER.fullmatch(word) else None
