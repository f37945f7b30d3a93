"""The build context as the engine gets it: secrets and junk are planted in a copy, and a build of ours lists what came.

The list takes the learner's Dockerfile's place, under its name: so the same ignore rules hold, those of a
`Dockerfile.dockerignore` as well, which goes before .dockerignore.
"""

from __future__ import annotations

import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sentinel_grader import scratch
from sentinel_grader.observe.alerter_build import CONTEXT, Build, prepared_context
from sentinel_grader.observe.outcome import OursError
from sentinel_grader.observe.planting import plant
from sentinel_grader.observe.probe_build import try_build
from sentinel_grader.observe.registry import observation
from sentinel_grader.observe.scope import Scope

_LIST = "FROM scratch\nCOPY . /\n"
#: Paths that people have beside their code, and what for. `*` is filled at random: nobody can list it by name.
SECRETS = {
    ".env": "passwords",
    "alerter/.env": "passwords, one folder down",
    "server.pem": "a private key",
    "alerter/certs/server.pem": "a private key, deeper down",
    ".git/config": "the repository's own settings, with a token in the address",
}
JUNK = {
    ".git/objects/pack/pack-1.pack": "all of the repository's history",
    ".venv/lib/python3.13/site-packages/local.py": "this machine's own packages",
    "__pycache__/conftest.cpython-313.pyc": "bytecode",
    "alerter/__pycache__/rule.cpython-313.pyc": "bytecode, one folder down",
    "*.bin": "5 MB of something",
}
_JUNK_SIZE = 5_000_000


@dataclass(frozen=True)
class Context:
    """What was planted, by path, with what it stands for; what of that arrived; which own files should and did not."""

    planted: dict[str, str]
    arrived: list[str]
    missing: list[str]
    bytes: int


@observation("context", inputs=CONTEXT)
def context(scope: Scope, build: Build) -> Context:
    """Plant, build the list, read it."""
    folder, _ = prepared_context(scope)
    code = [path.relative_to(folder).as_posix() for path in folder.glob("alerter/*.py")]
    junk = f"{scope.nonce(5)}.bin"
    planted = {junk if path == "*.bin" else path: what for path, what in (SECRETS | JUNK).items()}
    for path in planted:
        plant(folder, path, b"\0" * _JUNK_SIZE if path == junk else b"planted by the grader\n")
    (folder / "Dockerfile").write_text(_LIST)
    came = _came(scope, folder, build)
    missing = [path for path in (*sorted(code), "requirements.txt") if path not in came]
    return Context(planted, [path for path in planted if path in came], missing, sum(came.values()))


def _came(scope: Scope, folder: Path, build: Build) -> Mapping[str, int]:
    """The files that arrived, with their sizes."""
    with scratch.folder("context") as place:
        out = place / "context.tar"
        tried = try_build(scope, folder, build.nonce[:12], f"--output=type=tar,dest={out}")
        if not tried.ok:
            raise OursError("probe_build_failed", tried.words[:500])
        with tarfile.open(out) as tar:
            return {entry.name.strip("/"): entry.size for entry in tar if entry.isreg()}
