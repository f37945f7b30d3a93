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
        if builds and not _is_free(scalar, judge):
            saw = f"is `{shown(scalar.text, 80)}`; what is built here may not take another image's name."
            judge.refuse("image_name_taken", value, saw, f"Write {_free(judge)[1]}:dev, or leave `image` out.")
        elif not builds and not _is_known(scalar, judge) and not (extends and _is_free(scalar, judge)):
            saw = f"is `{shown(scalar.text, 80)}`, which is neither built here nor one of the course's images."
            remedy = f"Build it (`build: ./alerter`), or use one of these: {', '.join(_known(judge))}."
            judge.refuse("image_not_allowed", value, saw, remedy)


def _known(judge: Judge) -> list[str]:
    return [name for name in [*judge.allowed_bases, *sorted(judge.course.images)] if name != "scratch"]


def _is_known(scalar: Scalar, judge: Judge) -> bool:
    image = image_named(scalar.text)
    return image is not None and image.repository in _known(judge)


def _free(judge: Judge) -> tuple[str, ...]:
    """What a build may call its image. It takes the name from whatever had it before: so none that others have."""
    service = judge.path[1].lower()
    return service, f"sentinel/{service}", "alerter", "sentinel/alerter"


def _is_free(scalar: Scalar, judge: Judge) -> bool:
    image = image_named(scalar.text)
    is_other = image is not None and image.repository in _known(judge)
    return image is not None and not image.digest and image.repository in _free(judge) and not is_other
