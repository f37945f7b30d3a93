"""Observes two images for the notebook, with the observations of a grade, and what a rebuild of each costs.

It runs as a program of its own: `python -m sentinel_grader.notebook.measuring CHECKOUT`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import msgspec

from sentinel_grader import pristine, scratch
from sentinel_grader.environment.docker import Engine
from sentinel_grader.grading import EDITABLE, surroundings
from sentinel_grader.notebook.images import RESULT, ImageSeen, LayerSeen, Seen, stored, usable_engine
from sentinel_grader.observe.alerter_runs import Running
from sentinel_grader.observe.dockerfile import DOCKERFILE
from sentinel_grader.observe.image import Image
from sentinel_grader.observe.outcome import Fault, OursError, Outcome, Recorded, SubmissionFault, Unavailable
from sentinel_grader.observe.rebuild_cost import RebuildCost
from sentinel_grader.observe.schedule import Event, Moment, observe
from sentinel_grader.observe.session import session
from sentinel_grader.observe.store import Store
from sentinel_grader.observe.submitted import write_refusals
from sentinel_grader.submission import clean_copy, lay_given_code

#: What people write first: one stage, a compiler to be safe, everything copied before anything is installed.
NAIVE = """\
FROM python:3.13-slim
COPY . /service
RUN apt-get update && apt-get install --yes gcc
WORKDIR /service
RUN pip install --requirement requirements.txt
CMD ["python", "-m", "alerter"]
"""
_WHAT = {"build": "built", "image": "layers read", "running": "started", "rebuild_cost": "built twice more"}
Say = Callable[[str], None]
Data = TypeVar("Data")


def measured(checkout: Path, engine: Engine, say: Say) -> Seen:
    """Both images of a checkout. What cannot be seen of the learner's is the course's own, which is said."""
    naive, trouble = _image(checkout, engine, say, NAIVE)
    if not naive:
        return msgspec.structs.replace(stored(), missing=f"The naive image could not be looked at: {trouble}")
    yours, trouble = _image(checkout, engine, say, "")
    source = f"both images, looked at on this machine's Docker Engine {engine.version}, {engine.architecture}"
    if yours:
        return Seen(source, naive, yours)
    source = f"the naive image on this machine's Docker Engine {engine.version}, and {stored().source}"
    return Seen(source, naive, stored().yours, f"Your own image cannot be drawn yet: {trouble}")


def _image(checkout: Path, engine: Engine, say: Say, dockerfile: str) -> tuple[ImageSeen | None, str]:
    """An image of the checkout, made by its own recipe or by `dockerfile`; else what was in the way."""
    name = "the naive image" if dockerfile else "your image"

    def heard(event: Event) -> None:
        if event.observation in _WHAT and event.moment in (Moment.ENDED, Moment.REUSED):
            again = "as before" if event.moment is Moment.REUSED else f"in {event.seconds:.0f} s"
            say(f"{name}: {_WHAT[event.observation]} {again}")

    try:
        with scratch.folder("notebook") as folder, pristine.tree() as handed_out:
            copy = clean_copy(checkout, folder / "copy")
            lay_given_code(copy.path, handed_out, EDITABLE)
            if dockerfile:
                (copy.path / DOCKERFILE).write_text(dockerfile)
                (copy.path / DOCKERFILE).with_name(".dockerignore").unlink(missing_ok=True)
            write_refusals(copy.path, copy.refusals, len(copy.files))
            with session(copy.path, surroundings(engine)) as here:
                outcomes = observe(_WHAT, here, Store.default(), jobs=1, listener=heard)
        return _seen(outcomes), ""
    except OursError as ours:
        return None, str(ours)
    except Fault as fault:
        return None, fault.outcome.saw


def _seen(outcomes: dict[str, Outcome]) -> ImageSeen:
    """The figures of the observations. Raises Fault or OursError for the first that ended otherwise."""
    for outcome in outcomes.values():
        if isinstance(outcome, SubmissionFault):
            raise Fault(outcome.code, f"{outcome.saw} `./sentinel grade 1.1` says more.")
        if isinstance(outcome, Unavailable):
            raise OursError(outcome.code, outcome.detail)
    image, cost = _data(outcomes["image"], Image), _data(outcomes["rebuild_cost"], RebuildCost)
    layers = [LayerSeen(layer.instruction, layer.new_bytes) for layer in image.new_layers]
    starts = _data(outcomes["running"], Running).answered.at
    return ImageSeen(image.base_size, layers, round(starts, 2), round(cost.edit, 2), round(cost.nothing, 2))


def _data(outcome: Outcome, kind: type[Data]) -> Data:
    if isinstance(outcome, Recorded) and isinstance(outcome.data, kind):
        return outcome.data
    raise OursError("not_observed", "it could not be observed")


def main() -> int:
    """For the notebook: each step in a line, and in the last one what was seen of the checkout that is named."""
    engine, missing = usable_engine()
    if not engine:
        say_now(missing)
        return 1
    seen = measured(Path(sys.argv[1]), engine, say_now)
    say_now(RESULT + msgspec.json.encode(seen).decode())
    return 0


def say_now(words: str) -> None:
    print(words, flush=True)


if __name__ == "__main__":
    sys.exit(main())
