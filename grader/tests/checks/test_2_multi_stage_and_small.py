"""The judges of task 2, on recordings: in milliseconds, and with what nobody would record."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentinel_grader.checks.module_01.toolchain import kind_of
from sentinel_grader.judging import CHECKS, Judged, judge
from sentinel_grader.observe.canaries import Canaries, Leak
from sentinel_grader.observe.context_probe import Context
from sentinel_grader.observe.image import Image
from sentinel_grader.observe.image_layer import File
from sentinel_grader.observe.image_words import forms, kinds_in
from sentinel_grader.observe.outcome import Outcome, Recorded
from sentinel_grader.observe.probe_build import steps_in
from sentinel_grader.observe.provenance import Provenance
from sentinel_grader.observe.rebuild import Rebuild
from sentinel_grader.observe.recipe import Recipe
from sentinel_grader.observe.sabotage import Sabotage
from sentinel_grader.result import Verdict

from .record import ids_of, made, observed_for, read

SOLUTION: dict[str, Outcome] = dict(read())
IDS = ids_of("1.2")


def verdicts(**changed: object) -> dict[str, Judged]:
    """What the checks say of the solution's recordings with some of them replaced."""
    outcomes = SOLUTION | {name: Recorded(data) for name, data in changed.items()}
    return {each.id: each for each in judge([CHECKS[id_] for id_ in IDS], outcomes)}


def failed(**changed: object) -> set[str]:
    judged = verdicts(**changed)
    assert Verdict.NOT_GRADED not in {each.verdict for each in judged.values()}
    return {id_ for id_, each in judged.items() if each.verdict is Verdict.FAILED}


def solution(name: str) -> object:
    outcome = SOLUTION[name]
    assert isinstance(outcome, Recorded)
    return outcome.data


def image() -> Image:
    found = solution("image")
    assert isinstance(found, Image)
    return found


def with_file(path: str, size: int = 10, secrets: tuple[str, ...] = ()) -> Image:
    """The solution's image with one more file in its last layer."""
    *others, last = image().layers
    file = File(path, "file", size, 0o644, sha256="f" * 64, secrets=list(secrets))
    return replace(image(), layers=[*others, replace(last, files=[*last.files, file])])


def test_the_solution_passes() -> None:
    assert failed() == set()


@pytest.mark.parametrize(
    ("megabytes", "fails"), [(0, set()), (9, {"m1.size_18"}), (20, {"m1.size_25"}), (40, {"m1.size"})]
)
def test_sizes_are_those_of_all_files_over_the_base(megabytes: int, fails: set[str]) -> None:
    found = failed(image=with_file("data", megabytes * 1_000_000), provenance=_all_built("f" * 64))
    assert found == fails


def _all_built(*further: str) -> Provenance:
    provenance = solution("provenance")
    assert isinstance(provenance, Provenance)
    return replace(provenance, members=[*provenance.files, *further])


def test_a_fat_image_hears_which_layers_and_what_can_go() -> None:
    reason = verdicts(image=with_file("root/.cache/pip/x", 40_000_000))["m1.size"].reason
    assert reason
    assert "/root/.cache/pip" in reason.saw
    assert "What can go:\n   40.0 MB  caches" in reason.saw
    assert reason.line


def test_a_compiler_is_named_with_its_line() -> None:
    reason = verdicts(image=with_file("usr/bin/x86_64-linux-gnu-gcc-14"))["m1.no_toolchain"].reason
    assert reason
    assert "/usr/bin/x86_64-linux-gnu-gcc-14" in reason.saw
    assert reason.line


@pytest.mark.parametrize(
    "path",
    [
        "usr/lib/gcc/x86_64-linux-gnu/14/cc1", "usr/include/stdio.h", "usr/lib/x86_64-linux-gnu/libc.a",
        "var/lib/apt/lists/deb_Packages", "root/.cache/pip/http-v2/a/b/c", "root/.cache/uv/x",
        "var/cache/apt/pkgcache.bin",
    ],
)  # fmt: skip
def test_what_is_toolchain(path: str) -> None:
    assert kind_of(path)


@pytest.mark.parametrize(
    "path",
    [
        "service/packages/bin/uvicorn", "venv/include/site/python3.13/greenlet/greenlet.h", "usr/lib/python3.13/cc.py",
        "usr/local/include/site/python3.13/greenlet/greenlet.h", "service/alerter/make", "usr/bin/python3.13",
        "var/lib/dpkg/status",
    ],
)  # fmt: skip
def test_what_is_no_toolchain(path: str) -> None:
    assert not kind_of(path)


def test_stages_that_nothing_needs() -> None:
    assert failed(sabotage=Sabotage([0], failed=False)) == {"m1.multi_stage"}
    assert failed(sabotage=Sabotage([0], failed=True, by_us=False, words="other")) == {"m1.multi_stage"}
    assert failed(provenance=Provenance()) == {"m1.multi_stage"}
    recipe = solution("recipe")
    assert isinstance(recipe, Recipe)
    assert failed(recipe=replace(recipe, stages=recipe.stages[-1:])) == {"m1.multi_stage"}


def test_rebuilds() -> None:
    rebuild = solution("rebuild")
    assert isinstance(rebuild, Rebuild)
    layers = [layer.diff_id for layer in image().layers]
    changed = [f"{layer}x" for layer in layers]
    for other in (
        replace(rebuild, after_edits=[]),
        replace(rebuild, after_edits=rebuild.after_edits[:1], code_words="it broke"),
        replace(rebuild, after_edits=[layers, changed]),
        replace(rebuild, after_edits=[layers, layers[:3]]),
        replace(rebuild, after_edits=[layers, changed, layers]),
        replace(rebuild, again=True),
        replace(rebuild, after_requirements=layers),
        replace(rebuild, after_edits=[changed, changed], after_requirements=changed),
    ):
        assert failed(rebuild=other) == {"m1.layer_cache"}


def test_packages_that_somebody_else_built_meanwhile_are_no_fault_of_the_order() -> None:
    """The image was taken as a whole from the cache; what is built now, and next, has the others' layer."""
    rebuild = solution("rebuild")
    assert isinstance(rebuild, Rebuild)
    layers = [layer.diff_id for layer in image().layers]
    others = [f"{layer}x" for layer in layers]
    for edits in ([others, others], [layers, others, others], [others, layers, layers]):
        assert failed(rebuild=replace(rebuild, after_edits=edits)) == set()


def test_contexts() -> None:
    assert failed(context=Context({".env": "passwords"}, [".env"], [], 1)) == {"m1.clean_context"}
    assert failed(context=Context({}, [], ["alerter/rule.py"], 1)) == {"m1.clean_context"}


def test_secrets() -> None:
    assert failed(canaries=Canaries([], [".env"], [Leak(".env", "/app/.env")])) == {"m1.no_secrets"}
    assert failed(image=replace(image(), env=["API_TOKEN=x"])) == {"m1.no_secrets"}
    assert failed(image=replace(image(), labels={"x": "redis://:sesame@redis-queue"})) == {"m1.no_secrets"}
    assert failed(image=with_file("service/key", secrets=("a private key",))) == {"m1.no_secrets"}


def test_what_is_no_secret() -> None:
    assert failed(image=replace(image(), env=["REDIS_PASSWORD_FILE=/run/secrets/redis", "PYTHONHASHSEED=1"])) == set()
    assert failed(image=with_file("service/packages/redis/client.py", secrets=("a password in a URL",))) == set()


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_base64_does_not_hide_a_needle(before: bytes, after: bytes) -> None:
    needle = b"0123456789abcdef0123456789abcdef"
    assert any(form in base64.b64encode(before + needle + after) for form in forms(needle)[1:])


def test_kinds_of_secrets() -> None:
    assert kinds_in(b"x AKIAABCDEFGHIJKLMNOP x") == {"an AWS access key id"}
    assert kinds_in(b"redis://[[username]:[password]]@localhost:6379/0 redis://redis-queue:6379") == set()


def test_a_step_cannot_say_that_it_came_from_the_cache() -> None:
    log = "#5 [build 1/2] RUN pip install\n#5 0.1 #5 CACHED\n#5 DONE 0.2s\n#6 [2/2] RUN true\n#6 CACHED\n"
    assert steps_in(log) == {"[build 1/2] RUN pip install": "DONE", "[2/2] RUN true": "CACHED"}


@pytest.mark.engine
def test_the_solution_is_still_observed_so() -> None:
    judged = judge([CHECKS[id_] for id_ in IDS], made(observed_for(IDS)))
    assert {each.id: each.verdict for each in judged} == dict.fromkeys(IDS, Verdict.PASSED)
