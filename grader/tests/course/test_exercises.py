"""The learner's service: the starter lacks nothing but what is asked, and the solution does what is promised."""

from __future__ import annotations

import re
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest

from sentinel_grader.paths import ROOT

from .exercises import (
    AFTER_TASK,
    CODE,
    COMPOSE,
    COMPOSE_TASK,
    LABEL,
    LEARNERS,
    REPAIR_FILES,
    SOLUTION,
    STARTER,
    System,
    answer_of,
    assemble,
    compose_file,
    docker,
    entry,
    files_of,
    megabytes_over_base,
    wait_for,
)

#: What is given to the learner.
GIVEN = ("requirements.in", "requirements.txt", "pyproject.toml", "alerter/*.py", "alerter/BUILD", "tests/*.py")
#: Recipes for the image: what a learner has after each task, and the solution.
TASKS = "123456"
RECIPES = {**{task: AFTER_TASK / task / "alerter" for task in TASKS}, "all": SOLUTION}
#: The size that each may have over its base, and whether it works as somebody who may do nothing else.
MEGABYTES = {"1": 45, "2": 18, "3": 18, "4": 18, "5": 18, "6": 18, "all": 18}
HARDENED = ("--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL", "--security-opt", "no-new-privileges:true")


def tasks_to_do(file: Path) -> list[int]:
    """The tasks of which a file still has a TODO, which is one imperative sentence."""
    lines = [line for line in file.read_text(encoding="utf-8").splitlines() if "TODO" in line]
    found = [re.fullmatch(r"# TODO (\d): [A-Z][^.]+\.", line) for line in lines]
    assert all(found), f"{file}: {lines}"
    return [int(todo[1]) for todo in found if todo]


# The files.


def test_every_file_of_the_exercise_is_the_learners_or_given() -> None:
    strays = [name for name in files_of(STARTER) if not any(fnmatch(name, known) for known in (*LEARNERS, *GIVEN))]
    assert strays == []


def test_the_solution_holds_only_files_of_the_exercise_that_differ() -> None:
    names = files_of(SOLUTION)
    assert set(LEARNERS) <= set(names) <= set(files_of(STARTER))
    assert [name for name in names if (SOLUTION / name).read_bytes() == (STARTER / name).read_bytes()] == []


def test_after_each_task_there_are_the_learners_files_and_no_others() -> None:
    edited = {task: [*LEARNERS, *(CODE if task >= "6" else ())] for task in TASKS}
    recipes = [f"{task}/alerter/{name}" for task in TASKS for name in edited[task]]
    others = [f"{COMPOSE_TASK}/{COMPOSE}", *(f"7/repair/{name}" for name in REPAIR_FILES)]
    assert files_of(AFTER_TASK) == sorted([*recipes, *others])


@pytest.mark.parametrize("name", LEARNERS)
def test_each_file_has_one_todo_for_each_of_its_tasks_until_that_is_done(name: str) -> None:
    assert tasks_to_do(STARTER / name) == LEARNERS[name]
    for task in TASKS:
        assert tasks_to_do(RECIPES[task] / name) == [left for left in LEARNERS[name] if left > int(task)]
    assert tasks_to_do(SOLUTION / name) == []


@pytest.mark.parametrize("name", CODE)
def test_the_code_has_one_todo_in_each_file_until_that_is_done(name: str) -> None:
    assert tasks_to_do(STARTER / name) == CODE[name]
    assert [tasks_to_do(RECIPES[task] / name) for task in RECIPES if task >= "6"] == [[], []]


def test_the_compose_file_has_one_todo_until_that_is_done() -> None:
    left = {recipe: tasks_to_do(compose_file(RECIPES.get(recipe, STARTER))) for recipe in ("start", "5", "all")}
    assert left == {"start": [COMPOSE_TASK], "5": [], "all": []}


def test_the_starter_gives_nothing_away() -> None:
    for file in (*(STARTER / name for name in LEARNERS), compose_file(STARTER)):
        lines = file.read_text(encoding="utf-8").splitlines()
        assert [line for line in lines if line and not line.startswith("#")] == []


# The code.


def python(folder: Path, *arguments: str) -> str:
    """What Python prints when it is run in a folder."""
    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_given_tests_pass_with_the_mended_code_too(tmp_path: Path) -> None:
    """Nothing but task 6 may notice the flaws. (With the code as it is given, they are collected where they lie.)"""
    tree = assemble(tmp_path / "alerter", SOLUTION, mended=True)
    python(tree, "-m", "pytest", "-p", "no:cacheprovider")


@pytest.mark.parametrize(
    ("recipe", "mended"), [("4", False), ("6", False), ("all", True)], ids=["as given", "after task 6", "mended"]
)
def test_its_types_hold_strictly(recipe: str, mended: bool, tmp_path: Path) -> None:
    tree, cache = assemble(tmp_path / "alerter", RECIPES[recipe], mended=mended), ROOT / ".mypy_cache" / "alerter"
    python(tree, "-m", "mypy", "--strict", "--python-version", "3.11", "--cache-dir", str(cache), ".")


@pytest.mark.parametrize(("mended", "port"), [(False, 6379), (True, 7000)])
def test_the_port_of_redis_is_baked_in_until_it_is_mended(mended: bool, port: int, tmp_path: Path) -> None:
    tree = assemble(tmp_path / "alerter", SOLUTION, mended=mended)
    words = "import alerter.connection as c, alerter.settings as s; r = c.connect(s.Settings(redis_port=7000)); "
    assert python(tree, "-c", words + "print(r.get_connection_kwargs()['port'])") == f"{port}\n"


# The images.

Build = Callable[..., str]


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Build]:
    """Builds a recipe, once; returns the image's name. BUILD in it says the image's name too."""
    run = f"exercise-{uuid.uuid4().hex[:8]}"
    built: dict[tuple[str, bool], str] = {}

    def build(recipe: str, *, mended: bool = True) -> str:
        if (recipe, mended) not in built:
            image = f"{run}-{recipe}-{'mended' if mended else 'flawed'}"
            tree = assemble(tmp_path_factory.mktemp("trees") / "alerter", RECIPES[recipe], mended=mended)
            (tree / "alerter" / "BUILD").write_text(image)
            docker("build", "--quiet", "--label", f"{LABEL}={run}", "--tag", image, str(tree))
            built[recipe, mended] = image
        return built[recipe, mended]

    yield build
    if built:
        docker("image", "rm", "--force", *built.values())


@pytest.mark.engine
def test_the_starter_does_not_build_and_that_is_said_plainly() -> None:
    done = docker("build", str(STARTER), check=False)
    assert done.returncode != 0
    assert "no instructions" in done.stderr


def push_and_wait(system: System, alerter: str) -> list[str]:
    """Push entries of all levels, each of them twice; returns those that must be alerted, once they may have been."""
    entries = [entry(level) for level in ("ERROR", "INFO", "CRITICAL", "WARNING", "DEBUG")]
    last = entry("ERROR")
    system.push(*entries, *entries, last)
    wait_for(lambda: system.alerted(alerter)[-1:] == [last["id"]], "the last alert")
    return [entries[0]["id"], entries[2]["id"], last["id"]]


@pytest.mark.engine
@pytest.mark.parametrize("recipe", RECIPES)
def test_an_image_is_small_and_works(recipe: str, build: Build, tmp_path: Path) -> None:
    image = build(recipe)
    size = megabytes_over_base(image, tmp_path / "saved.tar")
    print(f"{recipe}: {size:.2f} MB over the base")
    assert size < MEGABYTES[recipe]
    with System() as system:
        is_hardened = recipe not in ("1", "2")
        alerter = system.start_alerter(image, *(HARDENED if is_hardened else ()))
        assert (docker("exec", alerter, "id", "-u").stdout == "0\n") != is_hardened
        assert system.ask(alerter, "/version").body["build"] == image
        names = [*push_and_wait(system, alerter), *push_and_wait(system, alerter)]
        assert system.alerted(alerter) == names
        assert docker("diff", alerter).stdout == "" or not is_hardened


# The flaws, and their mending.


@pytest.mark.engine
@pytest.mark.parametrize("mended", [False, True], ids=["as given", "mended"])
def test_what_a_killed_worker_had_in_hand_is_lost_until_that_is_mended(mended: bool, build: Build) -> None:
    image = build("all", mended=mended)
    with System() as system:
        entries = [entry() for _ in range(3)]
        first, second, third = (pushed["id"] for pushed in entries)
        alerter = system.start_alerter(image, WORK_DELAY_MS=3000)
        for pushed in entries[:2]:
            docker("start", alerter)
            system.push(pushed)
            wait_for(lambda: system.waiting() == 0, "an entry in hand")
            docker("kill", alerter)
        docker("rm", alerter)
        another = system.start_alerter(image)  # another container: so another worker, which must find what is left
        system.push(entries[2])
        expected = {first, second, third} if mended else {third}
        wait_for(lambda: set(system.alerted(another)) >= expected, "the alerts")
        assert sorted(system.alerted(another)) == sorted(expected)
        assert [key for key in system.redis("KEYS", "logs_queue*") if not key.endswith(":workers")] == []


@pytest.mark.engine
@pytest.mark.parametrize("mended", [False, True], ids=["as given", "mended"])
def test_at_sigterm_it_finishes_what_it_holds_and_takes_no_more(mended: bool, build: Build) -> None:
    with System() as system:
        alerter = system.start_alerter(build("all", mended=mended), WORK_DELAY_MS=3000)
        system.push(entry(), entry())
        wait_for(lambda: system.waiting() == 1, "an entry in hand")
        asking = system.asking(alerter, "/alerts")
        assert asking.stdout
        assert asking.stdout.readline() == "sent\n"
        docker("stop", "--time", "30", alerter)
        assert docker("inspect", "--format", "{{.State.ExitCode}}", alerter).stdout == "0\n"
        assert answer_of(asking).status == 200
        assert system.redis("XLEN", "alerter:alerts") == ["1"]
        assert (system.waiting(), system.redis("KEYS", "logs_queue:held:*")) == (1, [])


@pytest.mark.engine
@pytest.mark.parametrize("mended", [False, True], ids=["as given", "mended"])
def test_it_says_when_redis_hangs_and_goes_on_afterwards(mended: bool, build: Build) -> None:
    with System() as system:
        alerter = system.start_alerter(build("all", mended=mended))
        system.pause_redis()
        found = [system.ask(alerter, path).status for path in ("/health", "/health/live")]
        system.unpause_redis()
        assert found == [503, 200]
        system.wait_until_well(alerter)
        pushed = entry()
        system.push(pushed)
        wait_for(lambda: system.alerted(alerter) == [pushed["id"]], "the alert")


@pytest.mark.engine
@pytest.mark.parametrize("mended", [False, True], ids=["as given", "mended"])
def test_all_is_set_by_the_environment_once_it_is_mended(mended: bool, build: Build) -> None:
    with System("elsewhere", redis_port=7000) as system:
        settings = {"PORT": 9000, "REDIS_PORT": 7000, "QUEUE_NAME": "alerts_queue", "THRESHOLD": 2}
        alerter = system.start_alerter(build("all", mended=mended), wait=mended, **settings)
        if not mended:
            wait_for(lambda: system.ask(alerter, "/health", 9000).status, "an answer")
            assert system.ask(alerter, "/health", 9000).status == 503
            return
        entries = [entry(), entry(), entry()]
        system.push(*entries, queue="alerts_queue")
        names = [pushed["id"] for pushed in entries[:2]]
        wait_for(lambda: system.alerted(alerter, 9000) == names, "one alert that names two entries")


# The lesson.

README = ROOT / "module-01-containers" / "README.md"


def test_the_lesson_holds_the_table_of_settings() -> None:
    text = README.read_text(encoding="utf-8")
    table = text.partition("<!-- alerter settings -->")[2].partition("<!-- /alerter settings -->")[0].strip()
    assert table == python(STARTER, "-m", "alerter", "--settings").strip()
