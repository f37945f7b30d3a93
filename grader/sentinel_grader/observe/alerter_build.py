"""The learner's image, built by BuildKit from a copy in which a nonce is planted."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import re
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import docker
import msgspec

from sentinel_grader import scratch
from sentinel_grader.environment.docker import build_environment
from sentinel_grader.observe import build_logs
from sentinel_grader.observe.build_log import base_out_of_reach, cause, has_failed_step, last_word, last_words
from sentinel_grader.observe.dockerfile import ALERTER, DOCKERFILE, prepare
from sentinel_grader.observe.failed_step import line_of_failed_step
from sentinel_grader.observe.keys import content
from sentinel_grader.observe.learners_images import REPOSITORY, tag_now
from sentinel_grader.observe.leftovers import LABEL
from sentinel_grader.observe.outcome import Fault, OursError, Place
from sentinel_grader.observe.planting import plant
from sentinel_grader.observe.recipe import Recipe
from sentinel_grader.observe.registry import observation
from sentinel_grader.observe.scope import Ran, Scope
from sentinel_grader.observe.session import Session
from sentinel_grader.paths import state_folder
from sentinel_grader.policy import cache_argument

CONTEXT = (f"{ALERTER}/**/*", f"{ALERTER}/.*")
#: Where the service looks for what it was built from, beside its code.
BUILD_FILE = "alerter/BUILD"
#: Seconds that a build may take; a build that never ends is the learner's.
DEADLINE = 300.0


@dataclass(frozen=True)
class Build:
    """An image of the learner's: its id on this engine, the nonce that was planted beside its code."""

    image: str
    nonce: str
    seconds: float

    @property
    def identity(self) -> str:
        return self.image

    def is_there(self, session: Session) -> bool:
        """Whether the engine still has the image: only then is this recording worth anything. It is used, if so."""
        try:
            session.engine.api.tag(self.image, REPOSITORY, tag_now(self.nonce[:12]))
        except docker.errors.DockerException:
            return False
        return True


@observation("build", owner="m1.builds", inputs=CONTEXT)
def build(scope: Scope, recipe: Recipe) -> Build:
    """Build `exercises/alerter` as it lies there. A Fault quotes the failing line and the last useful lines."""
    del recipe  # that it is within the policy is all that matters here
    context, nonce = prepared_context(scope)
    image, ran = build_image(scope, context, nonce[:12])
    scope.session.nonces["build"] = nonce
    return Build(image, nonce, ran.seconds)


def prepared_context(scope: Scope, top: str = ".") -> tuple[Path, str]:
    """The context as every build of ours takes it, in the scope's own folder, and the nonce planted in it. Whoever
    builds from the same inputs finds all that was built before in BuildKit's cache. `top`: where the module lies."""
    context = scope.files / top / ALERTER
    nonce = build_nonce(content(scope.files, ("**/*", "**/.*")))
    prepare(scope, context)
    plant(context, BUILD_FILE, nonce.encode())
    return context, nonce


def build_nonce(of: str) -> str:
    """An HMAC of this machine's secret over the context: the same context gives the same image, and yet nobody can
    know it beforehand."""
    return hmac.new(_secret(), of.encode(), hashlib.sha256).hexdigest()[:32]


def _secret() -> bytes:
    path = state_folder() / "secret"
    if not path.exists():
        new = path.with_name(f".secret.{uuid.uuid4().hex}")
        new.touch(0o600)
        new.write_bytes(secrets.token_bytes(32))
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(new)  # the first one counts: another grade may have begun with it
        new.unlink()
    return path.read_bytes()


#: By what name a build's metadata has the id by which its engine knows the image, whichever store that has. The file of
#: `--iidfile` holds, as buildx 0.13 writes it, the digest of its configuration, which Engine 29's store does not know:
#: https://docs.docker.com/reference/cli/docker/buildx/build/#metadata-file.
_ID = "containerimage.digest"


def build_image(scope: Scope, context: Path, tag: str, *options: str) -> tuple[str, Ran]:
    """Build `context` and return the image's id. Raises Fault for what is the Dockerfile's, OursError for ours."""
    kept = f"{tag}-{uuid.uuid4().hex[:6]}"
    with scratch.folder("image") as folder:
        told = folder / "metadata.json"
        image = ["--load", f"--metadata-file={told}", f"--tag={REPOSITORY}:{tag_now(tag)}"]
        ran = run_build(scope, context, tag, *image, *options, passing=False)
        if _LOST.fullmatch(last_word(ran.error)):
            ran = run_build(scope, context, tag, *image, *options, passing=False)
        build_logs.keep(kept, ran.stderr)
        if ran.status is None:
            why = f"did not end within {DEADLINE:.0f} s" if ran.seconds >= DEADLINE else "printed without end"
            raise Fault("build_endless", f"The build {why}.", expected="a build that ends", log=kept)
        if ran.status != 0:
            raise failure(ran.error, _dockerfile(context, options), kept)
        return str(msgspec.json.decode(told.read_bytes())[_ID]), ran


def _dockerfile(context: Path, options: Sequence[str]) -> Path:
    """What is built: the file that an option names, else the context's own."""
    named = [option.removeprefix("--file=") for option in options if option.startswith("--file=")]
    return Path(named[-1]) if named else context / "Dockerfile"


def run_build(scope: Scope, context: Path, caches: str, *options: str, passing: bool = True) -> Ran:
    """Run a build of `context`, however it ends. Builds of one submission share their cache mounts: `caches`.

    What is `passing` carries the run's label, and goes with the run. The learner's image does not: with the label it
    would be another image for every run, and nothing that was seen of it could be used again.
    """
    command = ["docker", "buildx", "build", "--progress=plain", "--pull=false", f"--build-arg={cache_argument(caches)}"]
    command += [f"--label={LABEL}={scope.session.run}"] if passing else []
    return scope.run([*command, *options, str(context)], deadline=DEADLINE, environment=build_environment())


# --- what went wrong, in the learner's terms ----------------------------------------------------------------------

_AT = re.compile(r"^Dockerfile:(\d+)$", re.MULTILINE)
#: How BuildKit's own last word ends where the trouble is the engine's. A step's own words stand further up, and what
#: is quoted of a Dockerfile (a path, a command) is followed by why it failed; but for one.
_OURS = re.compile(r"(?!.*cannot copy to non-directory).*(?:: no space left on device|error reading from server: EOF)$")
#: So does what comes after all steps, where an engine finds no longer what they left: built again, it mostly does:
#: https://github.com/moby/moby/issues/41595.
_LOST = re.compile(
    r"ERROR: (?:failed to build: )?failed to solve: (?:rpc error: code = \w+ desc = )?"
    r"failed to export image: failed to create image: failed to get (?:layer|digest) sha256:[0-9a-f]{64}: .*"
)
#: This one too, where no step is said to have failed of it.
_CUT_OFF = "failed to solve: unexpected EOF"


def failure(log: str, dockerfile: Path, kept: str = "") -> Exception:
    """The Fault (or OursError) that the log of a failed build by `dockerfile` tells of; it is `kept` by that name."""
    if (
        _OURS.fullmatch(last := last_word(log))
        or _LOST.fullmatch(last)
        or (last.endswith(_CUT_OFF) and not has_failed_step(log))
    ):
        return OursError("engine_error", last[:500])
    if base := base_out_of_reach(log):
        words = f"The engine has no {base}, and no registry could be asked for it. `./sentinel bases --list` shows"
        return OursError("base_unavailable", f"{words} what there is; a name without a slip may be pulled later.")
    why = cause(log)
    lines = [int(number) for number in _AT.findall(log)]
    line = lines[-1] if lines else _line_in(why) or line_of_failed_step(log, dockerfile)
    said = last_words(log)
    return Fault(
        "build_failed",
        f"The build fails: {why}" + (". It said:" if said else ""),
        at=Place(DOCKERFILE, line),
        expected="an image",
        detail=said,
        log=kept,
    )


def _line_in(words: str) -> int | None:
    found = re.search(r"(?:parse error (?:on )?line|line) (\d+)", words)
    return int(found[1]) if found else None
