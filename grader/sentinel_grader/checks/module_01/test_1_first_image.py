"""Task 1: a first image."""

from __future__ import annotations

from sentinel_grader.judging import check, expect
from sentinel_grader.observe.alerter_build import Build
from sentinel_grader.observe.alerter_runs import Running
from sentinel_grader.observe.dockerfile import DOCKERFILE
from sentinel_grader.observe.outcome import Place
from sentinel_grader.observe.recipe import Recipe
from sentinel_grader.policy.images import image_named


@check("m1.builds")
def test_the_image_builds_from_a_clean_copy(build: Build) -> None:
    """Whoever has your repository, and nothing else, must be able to make your image."""
    expect(build.image, saw="no image came of the build", expected="an image", at=Place(DOCKERFILE))


@check("m1.pinned_base", needs=["m1.builds"])
def test_its_base_has_a_version(recipe: Recipe) -> None:
    """A name without a version is another image next month: what was tested is then not what runs."""
    for source in recipe.foundations:
        image = image_named(source.image)
        expect(
            image and image.is_pinned,
            saw=f"the image comes from {source.image!r}, which names no version",
            expected="a version after the name, such as python:3.13-slim",
            at=Place(DOCKERFILE, source.line),
        )


@check("m1.starts")
def test_it_starts_and_answers(running: Running) -> None:
    """An image that does not start is a file. Everything after this talks to the running container."""
    expect(running.answered.status == 200, saw=f"GET /health: {running.answered.words}", expected="status 200")


@check("m1.alerts", needs=["m1.starts"])
def test_an_error_on_the_queue_becomes_an_alert(running: Running) -> None:
    """That the right code runs shows in what it does: entries nobody could foresee become alerts that name them."""
    build = running.version.get("build") if isinstance(running.version, dict) else None
    expect(
        build == running.build_nonce,
        saw=f"GET /version says build {str(build)[:200]!r}",
        expected="the BUILD file that lay beside the code when this image was built",
        code="not_this_code",
    )
    for batch in running.batches:
        missing = [id_ for id_ in batch.errors if id_ not in batch.alerts]
        expect(
            not missing,
            saw=f"of {len(batch.errors)} errors, {len(missing)} raised no alert; GET /alerts: {batch.words}",
            expected="an alert for each entry at ERROR or worse",
        )
        wrong = [id_ for id_ in batch.others if id_ in batch.alerts]
        expect(not wrong, saw=f"{len(wrong)} entries below ERROR raised alerts", expected="alerts for errors only")
        doubled = [id_ for id_, times in batch.alerts.items() if times > 1]
        expect(not doubled, saw=f"{len(doubled)} entries are named by more than one alert", expected="one alert each")
    expect(len(running.batches) > 1, saw=f"{len(running.batches)} batches were handled", expected="two, of new entries")
