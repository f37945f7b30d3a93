"""The lock files: which there are, how each is made, and whether one is stale.

    python -m sentinel_grader.locks            make them again, moving nothing that need not move
    python -m sentinel_grader.locks --upgrade  take today's newest versions
    python -m sentinel_grader.locks --check    exit 1 and say which one is stale

They are made by `uv pip compile`, with hashes, and installed by plain `pip install --require-hashes`.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from sentinel_grader import scratch
from sentinel_grader.paths import ROOT

COLLECTOR = ROOT / "module-01-containers" / "log-collector"
ALERTER = ROOT / "module-01-containers" / "exercises" / "alerter"
PROCESSOR, BACKEND, TEST_APP = (ROOT / "module-02-k8s" / name for name in ("log-processor", "backend", "test-app"))
GRADER = ROOT / "grader"


@dataclass(frozen=True)
class Lock:
    """One lock file, the files it is made from, and what `uv pip compile` is told besides."""

    output: Path
    inputs: tuple[Path, ...]
    options: tuple[str, ...]

    def compile(self, output: Path, *, upgrade: bool) -> None:
        """Write the lock to `output`, which may hold an earlier one: its versions stay unless `upgrade`."""
        command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--generate-hashes", "--no-header"]
        command += ["--system-certs"]  # as pip does: on a network that inspects TLS, the host knows its authority
        command += ["--no-emit-index-url", "--no-annotate", "--output-file", str(output), *self.options]
        command += ["--upgrade"] if upgrade else []
        subprocess.run([*command, *map(str, self.inputs)], check=True)

    def is_stale(self) -> bool:
        """Whether compiling the inputs now would give another file."""
        if not self.output.exists():
            return True
        with scratch.folder("lock") as folder:
            again = folder / self.output.name
            again.write_bytes(self.output.read_bytes())
            self.compile(again, upgrade=False)
            return again.read_bytes() != self.output.read_bytes()


# The services' locks come first: the grader runs the collector too (`up --embedded`, tests, bench), and the tests run
# the others, at the same versions as the images.
_COLLECTOR_LOCK = COLLECTOR / "requirements.txt"
_ALERTER_LOCK = ALERTER / "requirements.txt"
_EVERYWHERE = ("--universal", "--python-version", "3.11", "--constraint", str(_COLLECTOR_LOCK))
_STAGE_2 = tuple(
    Lock(
        service / "requirements.txt", (service / "requirements.in",), (*_EVERYWHERE, "--constraint", str(_ALERTER_LOCK))
    )
    for service in (PROCESSOR, BACKEND, TEST_APP)
)
LOCKS = (
    Lock(_COLLECTOR_LOCK, (COLLECTOR / "requirements.in",), ("--universal", "--python-version", "3.11")),
    Lock(_ALERTER_LOCK, (ALERTER / "requirements.in",), _EVERYWHERE),
    *_STAGE_2,
    Lock(
        GRADER / "requirements.lock",
        (GRADER / "pyproject.toml", COLLECTOR / "requirements.in"),
        _EVERYWHERE,
    ),
    Lock(
        GRADER / "requirements-test.lock",
        (
            *(GRADER / "pyproject.toml", COLLECTOR / "requirements.in", ALERTER / "requirements.in"),
            *(lock.inputs[0] for lock in _STAGE_2),
        ),
        (
            *(*_EVERYWHERE, "--constraint", str(_ALERTER_LOCK)),
            *(word for lock in _STAGE_2 for word in ("--constraint", str(lock.output))),
            *("--constraint", str(GRADER / "requirements.lock"), "--extra", "test"),
        ),
    ),
    Lock(
        GRADER / "requirements-notebook.lock",
        (GRADER / "pyproject.toml",),
        (*_EVERYWHERE, "--constraint", str(GRADER / "requirements.lock"), "--extra", "notebook"),
    ),
)


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m sentinel_grader.locks", description="Make or check the lock files."
    )
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 if a lock file is stale")
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions that fit")
    arguments = parser.parse_args()
    if arguments.check:
        stale = [lock.output.relative_to(ROOT) for lock in LOCKS if lock.is_stale()]
        for path in stale:
            print(f"{path} is stale: run `.venv/bin/python -m sentinel_grader.locks` and commit what it wrote.")
        return 1 if stale else 0
    for lock in LOCKS:
        lock.compile(lock.output, upgrade=arguments.upgrade)
        print(f"wrote {lock.output.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
