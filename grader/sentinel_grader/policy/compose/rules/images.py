"""Names of images: what a service may run, and what it may call what it builds."""

from __future__ import annotations

from sentinel_grader.policy.compose.forms import single
from sentinel_grader.policy.compose.judge import Judge
from sentinel_grader.policy.compose.tree import Scalar, Table
from sentinel_grader.policy.images import image_named
from sentinel_grader.submission.refusal import shown


def check_image(service: Table, judge: Judge) -> None:
    """The image of the service that is judged now, with regard to whether it builds one. Whether a service builds that
    extends another is seen in the model; here it may have an image of either kind."""
    value = service.get("image")
    if value is None:
        return
    with judge.within("image"):
        scalar = single(value, judge, "Name an image.")
        if not scalar:
            return
        builds, extends = service.get("build") is not None, service.get("extends") is not None
        if builds:
            require_free(scalar, judge)
        elif not _is_known(scalar, judge) and not (extends and _is_free(scalar, judge)):
            saw = f"is `{shown(scalar.text, 80)}`, which is neither built here nor one of the course's images."
            remedy = f"Build it (`build: ./alerter`), or use one of these: {', '.join(_known(judge))}."
            judge.refuse("image_not_allowed", value, saw, remedy)


def require_free(scalar: Scalar, judge: Judge) -> None:
    """Refuse it as the name of what the service builds, unless it is one of its own."""
    if not _is_free(scalar, judge):
        saw = f"is `{shown(scalar.text, 80)}`; what is built here may not take another image's name."
        remedy = f"Write {shown(judge.path[1].lower(), 60)}:dev, or leave it out."
        judge.refuse("image_name_taken", scalar, saw, remedy)


def _known(judge: Judge) -> list[str]:
    return [name for name in [*judge.allowed_bases, *sorted(judge.course.images)] if name != "scratch"]


def _is_known(scalar: Scalar, judge: Judge) -> bool:
    image = image_named(scalar.text)
    return image is not None and image.repository in _known(judge)


def _is_free(scalar: Scalar, judge: Judge) -> bool:
    """Whether a build may call its image that: it takes the name from whatever had it before. So it must be one of the
    service's own, and neither a base's nor that of another service of the course's, in later modules too."""
    image = image_named(scalar.text)
    if image is None or image.digest or image.repository in _known(judge):
        return False
    prefix, _, last = image.repository.rpartition("/")
    return last == "alerter" or (last == judge.path[1].lower() and prefix != "sentinel")
