"""What task 3's observations see of containers and images that are known."""

from __future__ import annotations

import docker
import pytest
from docker.models.containers import Container

from sentinel_grader.observe import processes
from sentinel_grader.observe.agent import IMAGE
from sentinel_grader.observe.export import entries
from sentinel_grader.observe.outcome import Fault, OursError
from sentinel_grader.observe.processes import calibrate, watcher
from sentinel_grader.observe.scope import Scope
from sentinel_grader.observe.stand import stand

pytestmark = pytest.mark.engine


def test_root_is_seen_as_root(scope: Scope) -> None:
    calibrate(scope)


def test_a_watcher_that_does_not_see_root_proves_nothing(scope: Scope, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "_CODE", "import time; print('[]', flush=True); time.sleep(60)")
    with pytest.raises(OursError) as raised:
        calibrate(scope)
    assert raised.value.outcome.code == "watcher_blind"


def test_every_process_is_seen_and_the_watcher_is_none_of_them(scope: Scope) -> None:
    """A helper that was there for a moment as well."""
    command = ["sh", "-c", "sleep 60 & setpriv --reuid 4242 --clear-groups sleep 1.5; wait"]
    container = scope.session.engine.containers.run(
        IMAGE, command, name=scope.session.name("busy"), labels=scope.session.labels, detach=True
    )
    with watcher(scope, container) as watching:
        watching.wait_for_looks(1)
        scope.sleep(2)
        seen = watching.saw()
    assert seen.to_the_end
    assert seen.looks > 10
    assert {(each.name, each.uids[1]) for each in seen.processes if each.name == "sleep"} == {
        ("sleep", 0),
        ("sleep", 4242),
    }
    assert not [each for each in seen.processes if "python" in each.command]


def test_a_watcher_that_is_ended_from_inside_is_missed(scope: Scope) -> None:
    """Root in the watched container may signal what shares its process namespace."""
    command = ["sh", "-c", "while true; do sleep 0.2; for p in /proc/[0-9]*; do p=${p#/proc/}; [ $p = 1 ] || kill -9 $p; done; done"]  # fmt: skip  # noqa: E501
    container = scope.session.engine.containers.run(
        IMAGE, command, name=scope.session.name("killer"), labels=scope.session.labels, detach=True
    )
    with watcher(scope, container) as watching:
        scope.sleep(2)
        assert not watching.saw().to_the_end


@pytest.mark.parametrize(("also_ours", "kind"), [(False, Fault), (True, OursError)])
def test_what_does_not_start_is_the_submissions_where_ours_does(
    also_ours: bool, kind: type[Exception], scope: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cannot(_: Container, **_settings: object) -> None:
        raise docker.errors.APIError("no room in the cgroup")

    def begin() -> None:
        with stand(scope.session) as place:
            if also_ours:
                monkeypatch.setattr(Container, "start", cannot)
            with place.container(IMAGE, entrypoint=["/nothing/here"]):
                pass

    with pytest.raises(kind):
        begin()


def test_an_image_is_read_without_unpacking_it(scope: Scope) -> None:
    files = {entry.path: entry for entry in entries(scope, IMAGE)}
    assert (files["/etc/passwd"].uid, files["/etc/passwd"].mode, files["/etc/passwd"].kind) == (0, 0o644, "file")
    assert files["/tmp"].mode == 0o1777
    assert [entry.digest for entry in files.values() if entry.raises and not entry.digest] == []
