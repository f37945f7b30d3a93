"""Results as a learner gets them: with all kinds of verdicts, with a broken build, with nothing left to do."""

from __future__ import annotations

from sentinel_grader import course
from sentinel_grader.result import (
    CheckResult,
    Grader,
    ImageResult,
    LayerResult,
    PathResult,
    Reason,
    Result,
    SubmissionResult,
    Verdict,
    totals,
)

DOCKERFILE = "module-01-containers/exercises/alerter/Dockerfile"

SIZE = Reason(
    code="too_large",
    saw="88.7 MB over the base. Fattest: 61.2 MB in RUN apt-get install (line 9), of which /usr/lib/gcc has 38.9 MB.",
    expected="at most 45.0 MB",
    why="Every node pulls every byte before the first request is answered, and scanners find more in more files.",
    file=DOCKERFILE,
    line=9,
)
ROOT = Reason(
    code="unmet",
    saw="PID 1 of alerter runs as uid 0:\n\n  PID  UID  COMMAND\n    1    0  python -m alerter",
    expected="no process with uid 0",
    why="A process that is root inside is one kernel bug away from being root outside.",
    file=DOCKERFILE,
    line=14,
)
BUILD = Reason(
    code="build_failed",
    saw="RUN pip install -r requirements.txt ended with status 1:\n"
    "  ERROR: Could not open requirements file: [Errno 2] No such file or directory: 'requirements.txt'",
    expected="a build that ends with status 0",
    why="All the other checks run this image.",
    file=DOCKERFILE,
    line=5,
)
GONE = Reason(code="base_unavailable", saw="python:3.13-slim could not be had: the registry did not answer in 60 s.")

LAYERS = [
    LayerResult(
        instruction="RUN apt-get update && apt-get install -y gcc libc6-dev",
        bytes=61_200_000,
        drop=[
            PathResult(path="/usr/lib/gcc", bytes=38_900_000),
            PathResult(path="/usr/include", bytes=9_400_000),
            PathResult(path="/var/lib/apt/lists", bytes=7_100_000),
        ],
    ),
    LayerResult(instruction="COPY requirements.txt .", bytes=1_840),
    LayerResult(
        instruction="RUN pip install -r requirements.txt",
        bytes=27_100_000,
        drop=[PathResult(path="/root/.cache/pip", bytes=11_300_000)],
    ),
    LayerResult(instruction="COPY . .", bytes=412_000, drop=[PathResult(path="/app/.git", bytes=388_000)]),
]


def made(verdicts: dict[str, tuple[Verdict, Reason | None]], layers: list[LayerResult]) -> Result:
    """A result of all checks of the course: passed, but for those whose verdict is given."""
    checks = [_check(info, *verdicts.get(info.id, (Verdict.PASSED, None))) for info in course.checks().values()]
    points, maximum, pending, overall = totals(checks)
    over = sum(layer.bytes for layer in layers)
    return Result(
        grader=Grader(version="0.1.0", checks_hash="9f2c61d0a47b"),
        submission=SubmissionResult(path="/home/ada/sentinel", tree_hash="3b1fe0c2d95a"),
        engine={"name": "Docker", "version": "29.0.1", "storage": "containerd"},
        started_at="2025-11-21T10:15:00Z",
        duration_s=41.7,
        points=points,
        max_points=maximum,
        points_pending=pending,
        verdict=overall,
        nonces={"build": "k7Qm2xVt"},
        checks=checks,
        images=[ImageResult(service="alerter", bytes=over + 118_400_000, base="python:3.13-slim", layers=layers)],
    )


def _check(info: course.CheckInfo, verdict: Verdict, reason: Reason | None) -> CheckResult:
    module, task = course.task_of(info.id)
    return CheckResult(
        id=info.id,
        title=info.title,
        module=module.number,
        task=task.number,
        points=info.points if verdict is Verdict.PASSED else 0,
        max_points=info.points,
        verdict=verdict,
        reason=reason,
        rests_on=["m1.builds"] if verdict is Verdict.SKIPPED else [],
        hints=["Which line does the message name?", "What is in the folder at that moment?"],
        evidence=[f"what the engine said about {info.id}\n  Config.User = ''"]
        if verdict is not Verdict.SKIPPED
        else [],
        duration_s=1.25,
    )


SKIPPED = (Verdict.SKIPPED, Reason(code="rests_on_failed", saw="It rests on m1.builds."))

MIXED = made(
    {
        "m1.size": (Verdict.FAILED, SIZE),
        "m1.size_25": (Verdict.FAILED, SIZE),
        "m1.non_root": (Verdict.FAILED, ROOT),
        "m1.pinned_base": (Verdict.NOT_GRADED, GONE),
        "m1.layer_cache": SKIPPED,
    },
    LAYERS,
)
BROKEN = made(
    {id_: (Verdict.FAILED, BUILD) if id_ == "m1.builds" else SKIPPED for id_ in course.checks()},
    [],
)
PERFECT = made({}, [LAYERS[1], LayerResult(instruction="COPY --from=build /venv /venv", bytes=16_300_000)])
