"""What came of an attempt, and what of it is not as it must be."""

from __future__ import annotations

import contextlib
import io
import json
import re
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import docker
import jsonschema  # type: ignore[import-untyped]  # comes with check-jsonschema
from rich.console import Console

from sentinel_grader.grading import Grade, grade
from sentinel_grader.observe.engine import connect
from sentinel_grader.observe.learners_images import REPOSITORY, outdated
from sentinel_grader.observe.leftovers import LABEL
from sentinel_grader.observe.outcome import SubmissionFault, Unavailable
from sentinel_grader.observe.store import Store
from sentinel_grader.reports import github, html, junit, terminal
from sentinel_grader.result import CheckResult, schema, to_json

from ..mutants.matrix import all_checks, engine, expected
from ..mutants.mutant import ALERTER
from .attempt import Attempt

#: Images that grades of others may have left for the next one to remove, at the same moment.
_OTHERS = 20
#: What no report may hold: a workflow command or a terminal's escape sequence that came from a submission.
_FORGED = re.compile(r"^\s*::\w+ title=forged|##\[error\]forged|\x1b|\x9b|<script>forged", re.MULTILINE)


@dataclass(frozen=True)
class Trial:
    """A graded attempt: the results by check, what was left behind, and all that is not as it must be."""

    attempt: Attempt
    results: dict[str, CheckResult]
    seconds: float
    differences: list[str]

    @property
    def words(self) -> str:
        """What the grade says of it: the first reason of a check that failed."""
        failed = [result.reason for result in self.results.values() if result.verdict == "failed" and result.reason]
        return f"{failed[0].code}: {failed[0].saw}" if failed else "nothing to say: it gains nothing"


def run(attempt: Attempt) -> Trial:
    """Grade an attempt from nothing, write every report of it, and look at what it left."""
    began, since = time.monotonic(), int(time.time()) - 1
    with tempfile.TemporaryDirectory(prefix="sentinel-attempt-") as folder:
        submission = attempt.submission(Path(folder, "checkout"))
        graded = grade(
            list(attempt.asks) or all_checks(), submission, engine(), jobs=4, store=Store(Path(folder, "kept"))
        )
    results = {each.id: each for each in graded.result.checks}
    with contextlib.closing(connect()) as client:
        left = list(_left(client, graded.run, since))
    differences = [*_otherwise(attempt, results), *_unsaid(attempt, graded), *_forged(graded), *left]
    differences += [*_why(graded)] if differences else []
    return Trial(attempt, results, time.monotonic() - began, differences)


def _otherwise(attempt: Attempt, results: dict[str, CheckResult]) -> Iterator[str]:
    """Verdicts other than they must be, and reasons that do not name what was tried."""
    must = expected(attempt.told, attempt.judged)
    for id_, result in results.items():
        reason = f"{result.reason.code}: {result.reason.saw}" if result.reason else ""
        if result.verdict != must[id_]:
            yield f"{id_} must be {must[id_]} and is {result.verdict}: {reason}"
        elif id_ in attempt.told and attempt.told[id_] not in reason:
            yield f"{id_} does not say {attempt.told[id_]!r}, but: {reason}"


def _why(graded: Grade) -> Iterator[str]:
    """What the observations ended in, where nothing was recorded."""
    for name, outcome in graded.outcomes.items():
        if isinstance(outcome, SubmissionFault | Unavailable):
            yield f"{name} ended in {outcome}"


def _unsaid(attempt: Attempt, graded: Grade) -> Iterator[str]:
    """Changed given files that the grade says nothing of."""
    said = [path.removeprefix(f"{ALERTER}/") for path in graded.changed_given_files]
    yield from (f"the grade does not say that {path} was changed" for path in attempt.differs if path not in said)


def _forged(graded: Grade) -> Iterator[str]:
    """Every report is written, and what a submission said is quoted in it."""
    jsonschema.validate(json.loads(to_json(graded.result)), schema())
    out, page = io.StringIO(), io.StringIO()
    with tempfile.TemporaryDirectory() as folder:
        junit.write(graded.result, Path(folder, "junit.xml"))
        html.write(graded.result, Path(folder, "page.html"))
        github.report(graded.result, out, {"GITHUB_STEP_SUMMARY": str(Path(folder, "summary"))})
        texts = {path.name: path.read_text() for path in Path(folder).iterdir()}
    terminal.render(graded.result, Console(file=page, width=80))
    texts |= {"annotations": out.getvalue(), "terminal": page.getvalue()}
    for name, text in texts.items():
        if found := _FORGED.search(text):
            yield f"{name} holds {found[0]!r} as it stood in the submission"


def _left(client: docker.DockerClient, run: str, since: int) -> Iterator[str]:
    """What is on the engine of a run that is over, and learners' images beyond their bound."""
    ours = {"label": f"{LABEL}={run}"}
    yield from (
        f"container {one.name} is left" for one in client.containers.list(all=True, filters=ours, ignore_removed=True)
    )
    yield from (f"network {one.name} is left" for one in client.networks.list(filters=ours))
    yield from (f"image {one['Id']} is left" for one in client.api.images(filters=ours))
    made = client.events(since=since, until=int(time.time()) + 1, decode=True, filters={"event": ["create", "mount"]})
    containers, mounted = set[str](), dict[str, str]()
    for event in made:
        attributes = event["Actor"]["Attributes"]
        if event["Type"] == "container" and attributes.get(LABEL) == run:
            containers.add(event["Actor"]["ID"])
        if event["Type"] == "volume" and event["Action"] == "mount":
            mounted[event["Actor"]["ID"]] = attributes.get("container", "")
    there = {volume.name for volume in client.volumes.list()}
    yield from (f"volume {one} is left" for one, by in mounted.items() if by in containers and one in there)
    if len(old := outdated(image["RepoTags"] or [] for image in client.api.images(name=REPOSITORY))) > _OTHERS:
        yield f"there are {len(old)} images of learners that nobody uses"
