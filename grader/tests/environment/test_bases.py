"""Base images on a real engine: their layout, and every source they may come from."""

from __future__ import annotations

import http.server
import io
import json
import os
import socket
import subprocess
import sys
import tarfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sentinel_grader.environment import shell
from sentinel_grader.environment.bases import obtain, pulling
from sentinel_grader.environment.bases.catalogue import recipes
from sentinel_grader.environment.bases.images import local_image
from sentinel_grader.environment.problem import Problem
from sentinel_grader.environment.progress import Progress, Step

pytestmark = pytest.mark.engine


def _inside(image: str, script: str, *options: str) -> str:
    command = ["docker", "run", "--rm", "--network=none", *options, "--entrypoint=/bin/sh", image, "-ec", script]
    return shell.run(command, deadline=60).strip()


# --- the layout people rely on, whichever source the image came from ------------------------------------------------


def test_python_lies_where_the_official_image_has_it() -> None:
    facts = "import sys, site; print(sys.version_info[:2], site.getsitepackages()[0])"
    script = f"command -v python; command -v pip; python -c '{facts}'; id -u"
    assert _inside("python:3.13-slim", script).splitlines() == [
        "/usr/local/bin/python",
        "/usr/local/bin/pip",
        "(3, 13) /usr/local/lib/python3.13/site-packages",
        "0",
    ]


def test_python_says_its_version_in_its_environment() -> None:
    script = 'test "$(python -c "import platform; print(platform.python_version())")" = "$PYTHON_VERSION"; echo same'
    assert _inside("python:3.13-slim", script) == "same"


def test_pip_installs_and_venv_makes_environments_without_the_network() -> None:
    script = """
    cd /tmp && python -m venv venv && venv/bin/pip --version > /dev/null
    python - <<'PYTHON'
import zipfile
with zipfile.ZipFile("probe-1-py3-none-any.whl", "w") as wheel:
    wheel.writestr("probe.py", "print(__file__)")
    wheel.writestr("probe-1.dist-info/METADATA", "Metadata-Version: 2.1\\nName: probe\\nVersion: 1\\n")
    wheel.writestr("probe-1.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    wheel.writestr("probe-1.dist-info/RECORD", "")
PYTHON
    pip install --quiet --no-index --root-user-action=ignore ./probe-1-py3-none-any.whl
    python -m probe
    """
    assert _inside("python:3.13-slim", script) == "/usr/local/lib/python3.13/site-packages/probe.py"


def test_redis_runs_as_its_own_user_on_its_volume_and_lets_others_in() -> None:
    image = json.loads(shell.run(["docker", "image", "inspect", "redis:8"], deadline=20))[0]["Config"]
    assert list(image["Volumes"]) == ["/data"]
    assert list(image["ExposedPorts"]) == ["6379/tcp"]
    assert image["Entrypoint"] == ["docker-entrypoint.sh"]
    container = shell.run(["docker", "run", "--detach", "redis:8", "--appendonly", "yes"], deadline=60).split()[-1]
    try:
        inside = ["docker", "exec", container]
        until = time.monotonic() + 20
        while shell.answer([*inside, "redis-cli", "ping"])[1].strip() != "PONG":
            assert time.monotonic() < until, shell.answer(["docker", "logs", container])
        status = shell.run([*inside, "cat", "/proc/1/status"], deadline=20)
        assert "Uid:\t999\t999\t999\t999" in status, "the server must have given up root"
        assert shell.run([*inside, "stat", "-c", "%U:%G", "/data"], deadline=20).strip() == "redis:redis"
        assert shell.run([*inside, "redis-cli", "config", "get", "appendonly"], deadline=20).split() == [
            "appendonly",
            "yes",
        ]
        assert shell.run([*inside, "redis-cli", "config", "get", "protected-mode"], deadline=20).split()[-1] == "no"
    finally:
        shell.run(["docker", "rm", "--force", "--volumes", container], deadline=30)


def test_what_stands_in_says_so() -> None:
    """A stand-in carries our label; an image with the label and another name would be a mistake of ours."""
    for name in recipes():
        image = local_image(name)
        assert image is not None
        labels = (
            json.loads(shell.run(["docker", "image", "inspect", name], deadline=20))[0]["Config"].get("Labels") or {}
        )
        assert image.is_stand_in == (labels.get("io.sentinel.stand-in") == name)


# --- pulling --------------------------------------------------------------------------------------------------------


class _TooMany(http.server.BaseHTTPRequestHandler):
    """A registry that answers every request as Docker Hub does once an address has pulled its share."""

    # The engine first speaks TLS; it tries plain HTTP once a status line comes back ("HTTP response to HTTPS client").
    default_request_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = json.dumps(
            {"errors": [{"code": "TOOMANYREQUESTS", "message": "You have reached your pull rate limit."}]}
        )
        self.send_response(429)
        self.send_header("content-type", "application/json")
        self.end_headers()
        self.wfile.write(body.encode())

    do_HEAD = do_GET  # noqa: N815 - the name is http.server's

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def registry_at_its_limit() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _TooMany)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_429_is_understood(registry_at_its_limit: str) -> None:
    with pytest.raises(pulling.NotPulled, match="429 Too Many Requests"):
        pulling.pull(f"{registry_at_its_limit}/some/base:1", Step("pull"))


def test_a_registry_that_never_answers_is_given_up_soon() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        started = time.monotonic()
        with pytest.raises(pulling.NotPulled, match="no registry answered within 5 s"):
            pulling.pull(f"127.0.0.1:{silent.getsockname()[1]}/some/base:1", Step("pull"))
        assert time.monotonic() - started < pulling.FIRST_WORD + 5


def test_a_base_without_source_and_recipe_says_what_to_do(progress: Progress, registry_at_its_limit: str) -> None:
    with pytest.raises(Problem) as problem:
        obtain.ensure([f"{registry_at_its_limit}/no/recipe:1"], progress)
    assert "429" in problem.value.what
    assert "bases --from" in problem.value.remedy


def test_pull_again_never_takes_away_what_is_here(progress: Progress, registry_at_its_limit: str) -> None:
    name = f"{registry_at_its_limit}/kept/base:1"
    shell.run(["docker", "tag", "redis:8", name], deadline=20)
    try:
        before = local_image(name)
        with pytest.raises(Problem, match="cannot be pulled"):
            obtain.ensure([name], progress, pull_again=True)
        assert local_image(name) == before
    finally:
        shell.run(["docker", "image", "rm", name], deadline=20)


# --- a tar, and back ------------------------------------------------------------------------------------------------


def test_bases_go_into_a_tar_and_come_back(tmp_path: Path, progress: Progress, said: io.StringIO) -> None:
    target = tmp_path / "bases.tar"
    obtain.save(target, recipes(), progress)
    assert not list(tmp_path.glob("*.part"))
    found = obtain.load(target, progress)
    assert {image.name for image in found} >= set(recipes())
    assert "Taking base images" in said.getvalue()


@pytest.mark.parametrize("content", [b"", b"not a tar at all" * 100])
def test_what_is_no_tar_is_refused_in_words(tmp_path: Path, progress: Progress, content: bytes) -> None:
    path = tmp_path / "bases.tar"
    path.write_bytes(content)
    with pytest.raises(Problem, match="not a tar file"):
        obtain.load(path, progress)
    with pytest.raises(Problem, match="There is no file"):
        obtain.load(tmp_path / "other.tar", progress)


def test_a_tar_without_our_bases_says_so(tmp_path: Path, progress: Progress) -> None:
    path = tmp_path / "bases.tar"
    with tarfile.open(path, "w") as archive:
        archive.addfile(tarfile.TarInfo("hello"), io.BytesIO())
    with pytest.raises(Problem):
        obtain.load(path, progress)


def test_a_cache_is_written_when_it_is_not_there_and_read_when_it_is(
    tmp_path: Path, progress: Progress, said: io.StringIO
) -> None:
    cache = tmp_path / "bases.tar"
    obtain.keep_in(cache, recipes(), progress)
    assert f"There is no file {cache}. The bases come from elsewhere" in said.getvalue()
    written = cache.stat().st_mtime_ns
    obtain.keep_in(cache, recipes(), progress)
    assert "Taking base images" in said.getvalue()
    assert cache.stat().st_mtime_ns == written


@pytest.mark.parametrize("damage", ["cut off", "no tar", "lacks some"])
def test_a_cache_that_is_of_no_use_is_written_anew(tmp_path: Path, progress: Progress, damage: str) -> None:
    cache = tmp_path / "bases.tar"
    obtain.save(cache, ["redis:8"] if damage == "lacks some" else recipes(), progress)
    if damage != "lacks some":
        cache.write_bytes(cache.read_bytes()[:100_000] if damage == "cut off" else b"not a tar at all" * 100)
    obtain.keep_in(cache, recipes(), progress)
    with tarfile.open(cache) as archive:
        manifest = json.load(archive.extractfile("manifest.json") or io.BytesIO())
    assert {*recipes()} <= {name for image in manifest for name in image["RepoTags"]}


# --- two at once ----------------------------------------------------------------------------------------------------

_ENSURE = """
from sentinel_grader.environment.bases import obtain, standin
from sentinel_grader.environment.locking import machine_lock
from sentinel_grader.environment.progress import Progress
progress = Progress()
with machine_lock(progress.say):
    obtain.ensure(["redis:8"], progress)
"""


@pytest.mark.slow
def test_two_at_once_build_once(state: Path) -> None:
    """Takes redis:8 away if it is a stand-in, has two processes bring it back, and counts who built it."""
    image = local_image("redis:8")
    assert image is not None
    if not image.is_stand_in:
        pytest.skip("redis:8 is the official image here: it is not ours to take away")
    shell.run(["docker", "image", "rm", "redis:8"], deadline=30)
    environment = {**os.environ, "SENTINEL_STATE": str(state)}
    command = [sys.executable, "-c", _ENSURE]
    both = [subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    told = [process.communicate(timeout=240)[1] for process in both]
    assert [process.returncode for process in both] == [0, 0], told
    assert sum("Base image redis:8" in text for text in told) == 1, told
