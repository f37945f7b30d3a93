"""The learner's Compose file of task 5, and the images of its services."""

from __future__ import annotations

from sentinel_grader.observe.alerter_build import Build
from sentinel_grader.observe.compose.images import Images, images_of
from sentinel_grader.observe.compose.taken import Composing, taken
from sentinel_grader.observe.outcome import Fault, Place
from sentinel_grader.observe.recipe import Recipe
from sentinel_grader.observe.registry import observation
from sentinel_grader.observe.scope import Scope
from sentinel_grader.policy.compose import COMPOSE_FILE

EXERCISES = COMPOSE_FILE.rpartition("/")[0]
#: The course's own file, which the learner's includes.
COURSE_FILE = f"{EXERCISES.rpartition('/')[0]}/docker-compose.yaml"
#: The service that the task is about.
ALERTER = "alerter"


@observation("composed", owner="m1.compose_up", inputs=[COURSE_FILE, f"{EXERCISES}/**/*"])
def composed(scope: Scope, recipe: Recipe) -> Composing:
    """Read the Compose file, by the policy and as Compose does: the engine is not asked."""
    del recipe  # what is refused of the alerter's Dockerfile is for task 1
    found = taken(scope.session, scope.files / EXERCISES, scope.files / COURSE_FILE)
    if "redis-queue" not in found.model.get("services", {}):
        raise Fault(
            "no_course",
            "It does not include the course's own file: there is no log-collector and no redis-queue",
            Place(COMPOSE_FILE),
            "all of stage 1, beside an alerter",
        )
    if ALERTER not in {own.name for own in found.own}:
        raise Fault(
            "no_alerter",
            f"It has no service that is called {ALERTER}",
            Place(COMPOSE_FILE),
            "stage 1, and your alerter",
        )
    return found


@observation("service_images", owner="m1.compose_up", inputs=[f"{EXERCISES}/**/*"])
def service_images(scope: Scope, composed: Composing, build: Build) -> Images:
    """Have the image of each service. What is built as in task 1 is that very image."""
    return images_of(scope, composed, scope.files / EXERCISES, build)
