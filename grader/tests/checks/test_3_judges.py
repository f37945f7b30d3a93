"""Task 3's judges on recordings: what the solution's looked like, and that with one thing changed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sentinel_grader.checks import module_01 as module_01
from sentinel_grader.judging import CHECKS, Unmet
from sentinel_grader.observe.alerter_runs import Batch
from sentinel_grader.observe.export import Entry
from sentinel_grader.observe.hardened import Hardened
from sentinel_grader.observe.modes import Modes
from sentinel_grader.observe.processes import Process
from sentinel_grader.observe.user import User
from sentinel_grader.observe.working import Change, Working
from sentinel_grader.result import Reason

from .record import read

SOLUTION: dict[str, Any] = {name: recorded.data for name, recorded in read().items()}
USER: User = SOLUTION["user"]
WORKING: Working = SOLUTION["working"]
HARDENED: Hardened = SOLUTION["hardened"]
MODES: Modes = SOLUTION["modes"]
SERVICE: Process = WORKING.watched.processes[0]
BATCH: Batch = HARDENED.batches[0]
CODE, FOLDER = (next(entry for entry in MODES.over_base if entry.path == path) for path in
                ("/service/alerter/api.py", "/service"))  # fmt: skip
HOME = replace(FOLDER, path="/home/service", uid=10001)


def _watched(**changed: Any) -> Working:
    return replace(WORKING, watched=replace(WORKING.watched, **changed))


def _with(*entries: Entry, **changed: Any) -> Modes:
    """The good image, with these entries in the place of those of the same path."""
    paths = {entry.path for entry in entries}
    return replace(MODES, over_base=[*(e for e in MODES.over_base if e.path not in paths), *entries], **changed)


def _judge(id_: str, *, user: User = USER, working: Working = WORKING, hardened: Hardened = HARDENED,
           modes: Modes = MODES) -> Reason | None:  # fmt: skip
    """Why the check fails; None if it does not."""
    seen = {"user": user, "working": working, "hardened": hardened, "modes": modes}
    try:
        CHECKS[id_].function(*(seen[name] for name in CHECKS[id_].observations))
    except Unmet as unmet:
        return unmet.reason
    return None


TASK_3 = ("m1.non_root", "m1.numeric_user", "m1.read_only", "m1.immutable_app")


@pytest.mark.parametrize("id_", TASK_3)
def test_the_solution_passes(id_: str) -> None:
    assert _judge(id_) is None


@pytest.mark.parametrize(
    ("changed", "code", "words"),
    [
        ({"user": replace(USER, declared="", uid=0)}, "starts_as_root", "not set"),
        ({"user": replace(USER, declared="app", uid=0)}, "starts_as_root", "app"),
        ({"working": _watched(processes=[SERVICE, replace(SERVICE, pid=9, command="", name="su", uids=[0, 0, 0, 0])])},
         "unmet", "su (PID 9)"),
        ({"working": _watched(processes=[replace(SERVICE, uids=[10001, 10001, 0, 10001])])}, "unmet", "PID 1"),
        ({"working": _watched(to_the_end=False)}, "watcher_ended", "ended from inside"),
        ({"working": _watched(looks=0, processes=[])}, "too_few_looks", "0 times"),
    ],
)  # fmt: skip
def test_root_is_seen_wherever_it_hides(changed: dict[str, Any], code: str, words: str) -> None:
    reason = _judge("m1.non_root", **changed)
    assert reason
    assert (reason.code, words in reason.saw) == (code, True), reason


def test_the_engine_on_its_way_in_is_no_process_of_the_service() -> None:
    """As it was seen with a HEALTHCHECK on Engine 29; the same with a parent, or as PID 1, is somebody's disguise."""
    entering = replace(SERVICE, pid=14, parent=0, name="runc:[2:INIT]", command="runc init", uids=[0] * 4)
    assert _judge("m1.non_root", working=_watched(processes=[SERVICE, entering])) is None
    for disguised in (replace(entering, parent=1), replace(entering, pid=1), replace(entering, name="runc")):
        assert _judge("m1.non_root", working=_watched(processes=[SERVICE, disguised]))


@pytest.mark.parametrize(
    "declared", ["", "0", "root", "app", "010001", "0x2711", "+5", "10001:app", "10001:", " 7", "\u0667"]
)
def test_what_is_no_number_or_root_is_refused(declared: str) -> None:
    assert _judge("m1.numeric_user", user=replace(USER, declared=declared))


@pytest.mark.parametrize("declared", ["1", "10001", "10001:10001", "65534:0"])
def test_numbers_are_taken(declared: str) -> None:
    assert _judge("m1.numeric_user", user=replace(USER, declared=declared)) is None


def test_what_it_wrote_is_named_without_the_folders_around_it() -> None:
    """Its own words come first; then what it writes where it may."""
    limited = replace(
        HARDENED, trouble="The container ended.", refused=["cannot create /run/x/pid: Read-only file system"]
    )
    changes = [Change("/run", "changed"), Change("/run/x", "changed"), Change("/run/x/pid", "added")]
    reason = _judge("m1.read_only", hardened=limited, working=replace(WORKING, changes=changes))
    assert reason
    assert reason.saw.splitlines() == [
        "So limited: The container ended.",
        "its log: cannot create /run/x/pid: Read-only file system",
        "without these limits it writes /run/x/pid",
    ]


@pytest.mark.parametrize(
    "hardened",
    [
        replace(HARDENED, batches=[]),
        replace(HARDENED, batches=[replace(BATCH, alerts={BATCH.errors[0]: 1})]),
        replace(HARDENED, volumes=["/data"]),
    ],
    ids=["no work", "a lost error", "a volume"],
)
def test_a_hardened_run_must_do_the_same_work(hardened: Hardened) -> None:
    assert _judge("m1.read_only", hardened=hardened)


@pytest.mark.parametrize(
    ("modes", "code"),
    [
        (_with(replace(CODE, uid=10001)), "may_write_code"),
        (_with(replace(CODE, uid=10001, mode=0o444)), "may_write_code"),
        (_with(replace(CODE, gid=10001, mode=0o664)), "may_write_code"),
        (_with(replace(CODE, mode=0o646)), "may_write_code"),
        (_with(replace(FOLDER, mode=0o777)), "may_write_code"),
        (_with(HOME, workdir="/home/service"), "may_write_code"),
        (_with(Entry("/usr/local/bin/x", "file", 0o4755, 0, 0, True)), "raises_privileges"),
    ],
    ids=["owner", "owner, read-only", "group", "others", "folder above", "working folder", "set-uid"],
)
def test_code_that_can_be_changed(modes: Modes, code: str) -> None:
    reason = _judge("m1.immutable_app", modes=modes)
    assert reason
    assert reason.code == code, reason


@pytest.mark.parametrize(
    "modes",
    [
        _with(replace(CODE, mode=0o664)),
        _with(replace(CODE, gid=10001, mode=0o646)),
        _with(Entry("/tmp/left", "file", 0o666, 10001, 10001)),
        _with(Entry("/dev/null", "file", 0o666, 0, 0)),
        _with(HOME, Entry("/home/service/.bashrc", "file", 0o644, 10001, 10001)),
        _with(Entry("/data", "folder", 0o777, 10001, 10001)),
    ],
    ids=["another's group", "own group, which may not", "/tmp", "/dev", "a home", "an empty folder for data"],
)
def test_what_is_no_program_or_cannot_be_changed(modes: Modes) -> None:
    assert _judge("m1.immutable_app", modes=modes) is None


def test_a_program_that_changes_itself_all_the_same() -> None:
    reason = _judge("m1.immutable_app", working=replace(WORKING, changes=[Change(CODE.path, "changed")]))
    assert reason
    assert reason.code == "changed_code"
