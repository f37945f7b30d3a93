"""Task 2: multi-stage and small."""

from __future__ import annotations

from sentinel_grader.checks.module_01 import origin as origins
from sentinel_grader.checks.module_01.toolchain import tools_in
from sentinel_grader.checks.module_01.weight import MEGABYTE, megabytes, words
from sentinel_grader.judging import check, expect
from sentinel_grader.observe.canaries import Canaries
from sentinel_grader.observe.context_probe import Context
from sentinel_grader.observe.dockerfile import ALERTER
from sentinel_grader.observe.image import Image
from sentinel_grader.observe.image_words import SECRET_NAME, kinds_in
from sentinel_grader.observe.outcome import Place
from sentinel_grader.observe.provenance import Provenance
from sentinel_grader.observe.rebuild import CODE, Rebuild
from sentinel_grader.observe.recipe import Recipe
from sentinel_grader.observe.sabotage import Sabotage

#: The share of the image's new bytes that a builder must have made; the least that such bytes come to, packed or not.
SHARE, LEAST = 0.8, 1_000_000
IGNORE_FILE = Place(f"{ALERTER}/.dockerignore")
_TWO_STAGES = "a stage that installs the packages, and a final one that starts from the base and copies them from it"


@check("m1.multi_stage")
def test_what_runs_was_made_in_a_builder_stage(
    recipe: Recipe, sabotage: Sabotage, image: Image, provenance: Provenance
) -> None:
    """What it takes to build is no use to the service, but all of it would be to an intruder: so it stays behind."""
    _is_read(image)
    expect(recipe.builders, saw=_no_builder(recipe), expected=_TWO_STAGES, at=recipe.final, code="no_builder")
    names = " and ".join(stage.words for stage in recipe.builders)
    at = Place(recipe.final.file, recipe.builders[0].line)
    expect(sabotage.failed, saw=f"with {names} broken, the image still builds", expected=_TWO_STAGES, at=at)
    expect(sabotage.by_us, saw=f"with {names} broken, something else broke: {sabotage.words}", expected="that error")
    whole = origins.whole_stages(image, recipe)
    expect(
        not whole,
        saw="a whole stage is copied: what the builder needed comes along with what it made",
        expected="a COPY of the folder that the packages were installed into",
        at=Place(recipe.final.file, whole[0].line if whole else None),
    )
    found = origins.origin(image, recipe, provenance)
    others = ", ".join(f"/{path} ({megabytes(size)})" for path, size in found.others)
    by = f"; most by `{found.other_layer.instruction[:120]}`" if found.other_layer else ""
    expect(
        found.share >= SHARE and found.built >= LEAST,
        saw=f"{megabytes(found.built)} of {megabytes(found.total)} come from {names}. Not from there: "
        f"{others or 'nothing'}{by}",
        expected=f"at least {SHARE:.0%} of what you add to the base, your own files aside, copied from there",
        at=recipe.places(image.history).get(found.other_layer.entry if found.other_layer else -1, recipe.final),
    )


def _is_read(image: Image) -> None:
    expect(
        not image.beyond,
        saw=f"It was not read: {image.beyond}",
        expected="an image of a few layers and a few MB",
        code="image_too_large",
    )


def _no_builder(recipe: Recipe) -> str:
    if len(recipe.stages) < 2:
        return "the Dockerfile has one stage"
    if all(stage.under_final for stage in recipe.stages):
        return "the final stage is FROM the stages before it: all that is in them is in the image"
    unused = ", ".join(stage.words for stage in recipe.stages if not stage.used)
    return f"nothing in the final stage comes from {unused or 'another stage'}"


@check("m1.no_toolchain")
def test_no_layer_has_a_compiler_header_or_package_cache(image: Image, recipe: Recipe) -> None:
    """A compiler in the image is one for whoever breaks in; and what a later line deletes still lies in its layer."""
    _is_read(image)
    found = tools_in(image)
    kinds = {kind: f"{kind}: /{file.path}" for _, file, kind in reversed(found)}
    by = found[0][0] if found else None
    expect(
        not found,
        saw=f"{len(found)} files, {megabytes(sum(file.size for _, file, _ in found))}: "
        + "; ".join(kinds.values())
        + (f"; put there by `{by.instruction[:160]}`" if by else ""),
        expected="none of them in any layer: install in a builder stage, and copy only what came of it",
        at=recipe.places(image.history).get(by.entry if by else -1),
    )


@check("m1.size")
def test_it_adds_at_most_45_mb(image: Image, recipe: Recipe) -> None:
    """Every machine that starts the service fetches all layers first: small images start soon and cost little."""
    _at_most(45, image, recipe)


@check("m1.size_25", needs=["m1.size"])
def test_it_adds_at_most_25_mb(image: Image, recipe: Recipe) -> None:
    """What is beyond the packages' own files is mostly bytecode, installers and extras that nobody calls."""
    _at_most(25, image, recipe)


@check("m1.size_18", needs=["m1.size_25"])
def test_it_adds_at_most_18_mb(image: Image, recipe: Recipe) -> None:
    """The packages that the service imports come to about 15 MB. All else is there for nobody."""
    _at_most(18, image, recipe)


def _at_most(limit: int, image: Image, recipe: Recipe) -> None:
    _is_read(image)
    fattest = max(image.new_layers, key=lambda layer: layer.new_bytes, default=None)
    expect(
        image.size <= limit * MEGABYTE,
        saw=words(image, recipe),
        expected=f"at most {limit} MB, hidden files counted, of files that are not in the base",
        at=recipe.places(image.history).get(fattest.entry if fattest else -1, recipe.final),
    )


@check("m1.layer_cache")
def test_an_edit_of_the_code_does_not_install_everything_again(image: Image, recipe: Recipe, rebuild: Rebuild) -> None:
    """You edit code many times a day, requirements once a month: only what changed should be built and sent again."""
    _is_read(image)
    expect(
        rebuild.after_edits and not rebuild.code_words,
        saw=f"with a comment added to {CODE} the image no longer builds: {rebuild.code_words}",
        expected="an image",
    )
    order = "requirements.txt copied and installed before the code, and the code in a layer of its own"
    expect(
        not rebuild.again,
        saw=f"after an edit of {CODE}, everything is installed again: {rebuild.installer}",
        expected=order,
        at=rebuild.at or recipe.final,
    )
    packages, places = origins.package_layers(image), recipe.places(image.history)
    position = {layer.diff_id: number for number, layer in enumerate(image.layers)}
    changed = [layer for layer in packages if not rebuild.is_same(position[layer.diff_id])]
    one = changed[0] if changed else None
    expect(
        one is None,
        saw=f"after an edit of {CODE}, the layer with the packages is another one: `{one and one.instruction[:160]}`",
        expected=f"that layer unchanged: {order}",
        at=places.get(one.entry if one else -1),
    )
    again = [layer for layer in packages if rebuild.was_installed_again(position[layer.diff_id], layer.diff_id)]
    expect(
        again or not packages,
        saw="after an edit of requirements.txt, the packages are still the old ones: nobody reads that file",
        expected="packages installed from requirements.txt",
        at=places.get(packages[0].entry if packages else -1),
    )


@check("m1.clean_context")
def test_secrets_and_junk_never_reach_the_engine(context: Context) -> None:
    """Whatever the engine is sent can end in a layer, by one careless COPY; and it is sent again at every build."""
    arrived = [f"{path} ({context.planted.get(path, 'planted')})" for path in context.arrived]
    expect(
        not arrived,
        saw=f"beside the code the grader put {len(context.planted)} files that are no part of the service; "
        f"the engine got {', '.join(arrived)}",
        expected="none of them: name what may go in (`*`, then `!…`) rather than all that may not",
        at=IGNORE_FILE,
    )
    missing = ", ".join(context.missing)
    expect(not missing, saw=f"the engine does not get {missing}", expected="the service's own files", at=IGNORE_FILE)


@check("m1.no_secrets")
def test_nothing_secret_is_in_any_layer(image: Image, recipe: Recipe, canaries: Canaries) -> None:
    """Whoever can pull the image can read every layer, its history and its environment: also what was deleted later."""
    _is_read(image)
    places = recipe.places(image.history)
    for leak in canaries.leaks[:1]:
        what = f"the file {leak.given_as}" if leak.given_as in canaries.files else f"the argument {leak.given_as}"
        expect(
            False,
            saw=f"a random value given as {what} is in {leak.found_in}"
            + (f", by `{leak.created_by[:160]}`" if leak.created_by else ""),
            expected="no trace of it: keep files out by .dockerignore; for a build's secrets, RUN --mount=type=secret",
            at=places.get(leak.entry) or _line_of(recipe, leak.given_as),
        )
    new = [word for word in image.env if word not in image.base_env]
    named = [word.partition("=")[0] for word in new if _is_secret(*word.partition("=")[::2])]
    expect(not named, saw=f"the image sets {', '.join(named)}", expected="secrets given when the container starts")
    told = "\n".join((*new, *image.command, *image.entrypoint, *image.labels.values(), *image.history))
    kinds = sorted(kinds_in(told.encode(errors="replace")))
    expect(not kinds, saw=f"{', '.join(kinds)} in the image's configuration or history", expected="no secrets there")
    folders = origins.package_folders(image)
    for layer, file in image.files():
        expect(
            not file.secrets or origins.is_foreign(file, folders),
            saw=f"{', '.join(file.secrets)} in /{file.path}, by `{layer.instruction[:160]}`",
            expected="no secrets in any layer",
            at=places.get(layer.entry),
        )


def _is_secret(name: str, value: str) -> bool:
    """Whether a variable holds a secret itself; a path to one (`…_FILE`) is how it should be."""
    is_path = name.upper().endswith(("_FILE", "_PATH", "_DIR")) or value.startswith("/")
    return bool(value) and not is_path and bool(SECRET_NAME.search(name.upper()))


def _line_of(recipe: Recipe, argument: str) -> Place | None:
    return Place(recipe.final.file, recipe.arguments[argument]) if argument in recipe.arguments else None
