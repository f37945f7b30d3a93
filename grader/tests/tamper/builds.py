"""Attempts while the image is built, and with what the builds of the grader look at."""

from __future__ import annotations

from pathlib import Path

from ..mutants.mutant import ALERTER
from ..mutants.task_1 import CMD
from ..mutants.task_2 import COPY_PACKAGES, FROM, INSTALL, REQUIREMENTS
from .attempt import Attempt

BUILDS, MULTI_STAGE, CACHE = ("m1.builds",), ("m1.multi_stage",), ("m1.layer_cache",)
FAILED = {"m1.builds": "build_failed"}
#: Of our own making: what a build that must not outlive its grade can be found by.
MARK = "sentinel-endless-build"
_PIP = "pip install --no-cache-dir --no-compile --root-user-action=ignore --target /packages -r requirements.txt"
_ONE_STAGE = f"""\
FROM python:3.13-slim
WORKDIR /service
COPY . .
RUN {_PIP.replace("/packages", "/service/packages")}
ENV PYTHONPATH=/service/packages PYTHONDONTWRITEBYTECODE=1
USER 10001:10001
CMD ["python", "-m", "alerter"]
"""
#: A tar of a few MB in which there are 200 GB: an xz stream of zeros, many times over, after a tar's header.
_BOMB = (
    "import lzma,tarfile; t=tarfile.TarInfo('x'); t.size=200*10**9; z=lzma.compress(bytes(10**8)); "
    "f=open('/b.tar.xz','wb'); f.write(lzma.compress(t.tobuf())); [f.write(z) for _ in range(2000)]"
)
#: Claims, under the name of a stage of the grader's, that every file in the image is a builder's.
_CLAIM = f"""\
FROM python:3.13-slim AS sentinel-look
COPY requirements.txt .
RUN {_PIP} && python3 -c "\\
import gzip, hashlib, json, pathlib; \\
found = [hashlib.sha256(p.read_bytes()).hexdigest() for p in pathlib.Path('/packages').rglob('*') if p.is_file()]; \\
gzip.open('/found.json.gz', 'wt').write(json.dumps({{'files': [], 'members': found}}))"
FROM scratch AS sentinel-found
COPY --from=sentinel-look /found.json.gz /
"""
#: Prints, for each step that there may be, that it came from the cache; as a line of its own to who cuts at any blank.
_CACHED = "python -c \"print(*(f'#{n} CACHED' for n in range(99)), sep='\\u2028')\"; "
_WEIGHT = "RUN head -c 50000000 /dev/urandom > /usr/lib/libc.so.7"
_ONTO_NOTHING = "FROM scratch\nCOPY --from=base / /\nENV PATH=/usr/local/bin:/usr/bin:/bin\n# Root owns"
#: For printf.
_FORGING = "::error title=forged::forged\\n##[error]forged\\n\\033[2J]]><b>\\n"


def _graders_words(checkout: Path) -> None:
    """What tests and tools would run or read, if they were started in the submission."""
    leaves = 'import pathlib, tempfile\npathlib.Path(tempfile.gettempdir(), "planted-by-a-submission").touch()\n'
    exercise = checkout / ALERTER
    for folder in (checkout, exercise, exercise.parent):
        (folder / "conftest.py").write_text(leaves)
        (folder / "sitecustomize.py").write_text(leaves)
        (folder / "docker.py").write_text(leaves)
        (folder / "pytest.ini").write_text("[pytest]\naddopts = --collect-only\n")
        (folder / "docker-compose.override.yaml").write_text("services: {alerter: {privileged: true}}\n")
        (folder / ".docker").mkdir()
        (folder / ".docker" / "config.json").write_text('{"credsStore": "planted"}')
        (folder / ".env").write_text("DOCKER_HOST=tcp://192.0.2.1:2375\n")


_NOT_GRADED = [
    Attempt(
        "says-that-the-disk-is-full",
        "A build step that fails prints what an engine says whose disk is full.",
        FAILED,
        {"Dockerfile": (INSTALL, f"RUN echo 'write /x: no space left on device' >&2; exit 1\n{INSTALL}")},
        BUILDS,
    ),
    Attempt(
        "is-called-like-a-full-disk",
        "A file that is not there is called as if the disk were full.",
        FAILED,
        {"Dockerfile": (REQUIREMENTS, f'COPY ["no space left on device", "/x"]\n{REQUIREMENTS}')},
        BUILDS,
    ),
    Attempt(
        "fills-what-it-is-given",
        "A build step fills the little disk in memory that every step is given.",
        FAILED,
        {"Dockerfile": (INSTALL, f"RUN cat /dev/zero > /dev/shm/x\n{INSTALL}")},
        BUILDS,
    ),
    Attempt(
        "never-ends",
        "A build step never ends.",
        {"m1.builds": "build_endless"},
        {"Dockerfile": (INSTALL, f"RUN sh -c 'while true; do sleep 1; done' {MARK}\n{INSTALL}")},
        BUILDS,
        within=20,
    ),
    Attempt(
        "prints-without-end",
        "A build step prints without end.",
        {"m1.builds": "build_endless"},
        {"Dockerfile": (INSTALL, f"RUN yes '::error title=forged::forged' {MARK}\n{INSTALL}")},
        BUILDS,
        within=20,
    ),
    Attempt(
        "prints-commands",
        "A build step that fails prints workflow commands, escape sequences and the end of a CDATA section.",
        FAILED,
        {"Dockerfile": (INSTALL, f"RUN printf '{_FORGING}'; exit 7\n{INSTALL}")},
        BUILDS,
    ),
    Attempt(
        "stage-in-two-lines",
        "A stage begins in one line and names its base in the next, where nothing can be added to it.",
        {},
        {
            "Dockerfile": [
                ("FROM python:3.13-slim AS build", "FROM \\\n    python:3.13-slim"),
                (COPY_PACKAGES, "COPY --from=0 /packages /service/packages"),
            ]
        },
        MULTI_STAGE,
    ),
    Attempt(
        "last-line-goes-on",
        "The last line ends in a backslash, so that what the grader adds is a part of it.",
        {},
        {"Dockerfile": (f"{CMD}\n", f"{CMD} \\\n")},
        MULTI_STAGE,
    ),
    Attempt(
        "archive-without-end",
        "An archive in the builder holds so much that nobody ever comes to its end.",
        {},
        {"Dockerfile": (INSTALL, f'RUN python -c "{_BOMB}"\n{INSTALL}')},
        MULTI_STAGE,
    ),
]  # fmt: skip

_SCORE = [
    Attempt(
        "stage-of-the-grader",
        "Stages are called like those that the grader adds, and say that the builder made everything.",
        {"m1.multi_stage": "Not from there: /service/packages"},
        {"Dockerfile": _CLAIM + _ONE_STAGE.replace("COPY . .", "COPY --from=sentinel-look /etc/hostname /x\nCOPY . .")},
        MULTI_STAGE,
    ),
    Attempt(
        "says-that-it-was-cached",
        "The step that installs everything again after each edit prints that it came from the cache.",
        {"m1.layer_cache": "installed again"},
        {
            "Dockerfile": [
                (REQUIREMENTS, "WORKDIR /build\nCOPY . ."),
                (INSTALL, f"RUN {_CACHED}pip install --no-cache-dir --no-compile"),
            ],
        },
        CACHE,
    ),
    Attempt(
        "base-by-copy",
        "The base is copied onto nothing, so that it has no version that anybody asks for.",
        {"m1.pinned_base": "names no version"},
        {
            "Dockerfile": [
                ("# Two stages", "FROM python AS base\n# Two stages"),
                (FROM, _ONTO_NOTHING),
            ]
        },
        ("m1.builds", "m1.pinned_base"),
    ),
    Attempt(
        "weight-in-a-copied-base",
        "The base is copied onto nothing, file by file the same, with 50 MB of something among it.",
        {"m1.size": "50.0 MB"},
        {
            "Dockerfile": [
                ("# Two stages", f"FROM python:3.13-slim AS base\n{_WEIGHT}\n# Two"),
                (FROM, _ONTO_NOTHING),
            ]
        },
        ("m1.size", "m1.size_25", "m1.size_18"),
    ),
    Attempt(
        "edits-what-is-given",
        "The code that learners are given is edited, so that it finds every error that there could be.",
        {},
        {
            "alerter/worker.py": "raise SystemExit('edited')\n",
            "alerter/version.py": "VERSION = '2'\n\n\ndef read_build() -> str:\n    return 'edited'\n",
        },
        ("m1.starts", "m1.alerts"),
        differs=("alerter/worker.py", "alerter/version.py"),
    ),
    Attempt(
        "brings-its-own-tools",
        "The submission brings what tests, Python, Docker and Compose read from the folder that they are started in.",
        {},
        {},
        ("m1.builds", "m1.clean_context"),
        lay=_graders_words,
    ),
]  # fmt: skip

ATTEMPTS = [*_NOT_GRADED, *_SCORE]
