"""Task 3: non-root and hardened. Uids and modes are what kernel and engine tell of, never the image's own `id`."""

from __future__ import annotations

import re

from sentinel_grader.checks.module_01.listed import listed
from sentinel_grader.checks.module_01.ownership import described, may_write, program
from sentinel_grader.judging import check, expect
from sentinel_grader.observe.alerter_runs import Batch
from sentinel_grader.observe.dockerfile import DOCKERFILE
from sentinel_grader.observe.hardened import Hardened
from sentinel_grader.observe.log_lines import innermost
from sentinel_grader.observe.modes import Modes
from sentinel_grader.observe.outcome import Place
from sentinel_grader.observe.processes import Process
from sentinel_grader.observe.user import User
from sentinel_grader.observe.working import Working

#: Looks at the processes that a run of work must have had, else it says little; a run takes some twenty a second.
LOOKS = 5


@check("m1.non_root", needs=["m1.alerts"])
def test_no_process_runs_as_root(user: User, working: Working) -> None:
    """A process that is root inside is one kernel bug away from being root outside. One that starts as root and gives
    it up later is no better in Kubernetes, which refuses it before it can."""
    at = Place(DOCKERFILE, user.line)
    expect(
        user.uid != 0,
        saw=f"The image's user is {user.declared or 'not set'}: its command starts as uid 0",
        expected="a command that starts as any other uid",
        at=at,
        code="starts_as_root",
    )
    roots = [process for process in working.watched.processes if 0 in process.uids and not process.is_entering]
    expect(
        not roots,
        saw=f"While it worked, there ran as uid 0: {listed(map(_named, roots))}",
        expected="no process with uid 0, be it real, effective, saved or of the file system",
        at=at,
    )
    expect(
        working.watched.to_the_end,
        saw="While it worked, the container that looks at its processes was ended from inside; only root can do that",
        expected="processes that may be looked at",
        code="watcher_ended",
    )
    expect(
        working.watched.looks >= LOOKS and working.watched.processes,
        saw=f"Its processes could be looked at {working.watched.looks} times only",
        expected=f"a run that is there for at least {LOOKS} looks",
        code="too_few_looks",
    )


def _named(process: Process) -> str:
    return f"{process.command or process.name} (PID {process.pid})"


@check("m1.numeric_user")
def test_the_user_is_a_number(user: User) -> None:
    """Kubernetes' runAsNonRoot looks at the image's user before it starts it: of a number it can tell that it is not
    root; of a name it can tell nothing, and refuses the image."""
    expect(
        re.fullmatch(r"[1-9][0-9]*(:(0|[1-9][0-9]*))?", user.declared),
        saw=f"The image's user is {user.declared!r}" if user.declared else "The image sets no user, which means root",
        expected="a number that is not 0 and begins with no 0, such as 10001 or 10001:10001",
        at=Place(DOCKERFILE, user.line),
    )


@check("m1.read_only", needs=["m1.alerts"])
def test_it_works_with_a_read_only_root_and_no_capabilities(hardened: Hardened, working: Working) -> None:
    """Who breaks into a service wants to leave something behind. Where nothing can be written and no privilege gained,
    there is nothing to leave and nowhere to go."""
    details = [f"its log: {line}" for line in hardened.refused]
    wrote = innermost(change.path for change in working.changes if change.how != "deleted")
    details += [f"without these limits it writes {listed(wrote)}"] if wrote else []
    expected = "the same alerts with a read-only root, a tmpfs on /tmp, no capability and no new privileges"
    expect(not hardened.trouble, saw="\n".join([f"So limited: {hardened.trouble}", *details]), expected=expected)
    lost = sum(map(_lost, hardened.batches))
    expect(
        hardened.batches and not lost,
        saw="\n".join([f"So limited, {lost} errors on the queue raised no alert", *details]),
        expected=expected,
    )
    expect(
        not hardened.volumes,
        saw=f"The image declares volumes, and can write there all the same: {listed(hardened.volumes)}",
        expected="no place to write to but the /tmp that it is given",
        code="declares_volumes",
    )


def _lost(batch: Batch) -> int:
    return len(set(batch.errors) - set(batch.alerts))


@check("m1.immutable_app", needs=["m1.non_root"])
def test_it_cannot_change_its_own_code(user: User, modes: Modes, working: Working) -> None:
    """A bug that lets a stranger write a file must not let them write the program. So the program's files belong to
    somebody else than the one who runs it."""
    at = Place(DOCKERFILE, modes.line)
    raising = [entry for entry in modes.over_base if entry.raises]
    expect(
        not raising,
        saw=f"Over its base, the image adds files that give more privileges: {listed(map(described, raising))}",
        expected="no set-uid or set-gid file, and none with capabilities, but the base's",
        at=at,
        code="raises_privileges",
    )
    expect(
        not user.open_roots,
        saw=f"The image has a password for {listed(user.open_roots)}: whoever runs it may become root later on",
        expected="accounts of root's that are locked, as they are in the base",
        at=at,
        code="root_by_password",
    )
    changeable = [entry for entry in program(modes) if may_write(user, entry)]
    expect(
        not changeable,
        saw=f"Whoever runs it ({user.uid}:{user.gid}) may write {listed(map(described, changeable))}",
        expected=f"files and folders that belong to another (root) and that {user.uid} may only read",
        at=at,
        code="may_write_code",
    )
    files = {entry.path for entry in modes.over_base if entry.kind == "file"}
    changed = sorted({change.path for change in working.changes} & files)
    expect(
        not changed,
        saw=f"After a run these files were not as in the image: {listed(changed)}",
        expected="a run that leaves the image's files alone",
        code="changed_code",
    )
