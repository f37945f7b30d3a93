"""How a service's image is built: from a folder beside the Compose file, by a Dockerfile that its own policy passes."""

from __future__ import annotations

from sentinel_grader.policy.compose.files import inside
from sentinel_grader.policy.compose.forms import either, listing, no, only, single, switch, table, text, words
from sentinel_grader.policy.compose.judge import Form, Judge
from sentinel_grader.policy.compose.model import Build
from sentinel_grader.policy.compose.rules.images import require_free
from sentinel_grader.policy.compose.rules.limits import ulimits
from sentinel_grader.policy.compose.rules.pairs import arguments_of, labels
from sentinel_grader.policy.compose.scalars import size
from sentinel_grader.policy.compose.tree import Scalar, Table, Value
from sentinel_grader.policy.dockerfile import check_dockerfile
from sentinel_grader.policy.model import Dockerfile
from sentinel_grader.submission.refusal import Refusal, shown

_DOCKERFILE = r"(?:\./)?(?:(?!\.\.?/)[\w.-]+/)*(?!\.\.?$)[\w.-]+"


def _noted(_value: Value, _judge: Judge) -> None:
    """Judged by `build`, which reads several keys together."""


def _tag(value: Value, judge: Judge) -> None:
    if scalar := single(value, judge, "Name an image."):
        require_free(scalar, judge)


_REMOTE = "what is not in the submission would get into the image"
KEYS: dict[str, Form] = {
    "additional_contexts": no(_REMOTE, "COPY from the build context, or from a stage."),
    "args": _noted,
    "cache_from": no("a cache from elsewhere holds layers that nobody here built"),
    "cache_to": no("it would write files outside of the grade"),
    "context": _noted,
    "dockerfile": text(_DOCKERFILE, "Name a file in the build context.", "path_leads_out"),
    "dockerfile_inline": words(16_000),
    "entitlements": no("a build gets no rights beyond the usual ones"),
    "extra_hosts": no("a build finds hosts by their names"),
    "isolation": no("it is for Windows"),
    "labels": labels,
    "network": only("default", "none", why="a build does not join other networks"),
    "no_cache": switch,
    "no_cache_filter": no("older versions of Compose do not know it"),
    "platforms": no("an image is built for the machine that grades it"),
    "privileged": only("false", why="a build gets no rights beyond the usual ones"),
    "provenance": only("false", why="the image that is graded carries no attestations"),
    "pull": only("false", why="the course's bases are on this machine, and may not be in a registry"),
    "sbom": only("false", why="the image that is graded carries no attestations"),
    "secrets": no("a grade has no secrets to give"),
    "shm_size": size("1k", "1g"),
    "ssh": no("it would hand out the keys of whoever grades"),
    "tags": listing(_tag, 10),
    "target": text(r"[a-zA-Z0-9_.-]{1,60}", "Name a stage of the Dockerfile."),
    "ulimits": ulimits,
}
_LONG = table(KEYS)


def build(value: Value, judge: Judge) -> None:
    either(scalar=_check, table=_check)(value, judge)


def _check(value: Value, judge: Judge) -> None:
    long = value if isinstance(value, Table) else Table(((Scalar("context", value.line), value),), value.line)
    before = len(judge.refusals)
    _LONG(long, judge)
    with judge.within("args"):
        arguments = arguments_of(given, judge) if (given := long.get("args")) else {}
    context = _context(long, judge)
    if context is None or len(judge.refusals) > before:
        return
    found = _dockerfile(long, context, arguments, judge)
    if not isinstance(found, Dockerfile):
        judge.refusals += found
        return
    target = single(wanted, judge, "") if (wanted := long.get("target")) else None
    if target and not found.stage_named(target.text):
        saw = f"names the stage `{shown(target.text, 60)}`, which {found.name} does not have."
        judge.refuse("no_such_stage", wanted, saw, "Name one of its stages, or leave `target` out.")
        return
    judge.builds[judge.path[1]] = Build(context, found, arguments, target.text if target else "")


def _context(long: Table, judge: Judge) -> str | None:
    given = long.get("context")
    if given is None:
        return "."
    with judge.within("context"):
        path = inside(given, judge)
        if path is not None and not (judge.folder / path).is_dir():
            saw = f"names `{shown(path, 80)}`, and there is no such folder."
            judge.refuse("no_such_file", given, saw, "Name the folder that holds the Dockerfile.")
            return None
        return path


def _dockerfile(long: Table, context: str, arguments: dict[str, str], judge: Judge) -> Dockerfile | list[Refusal]:
    top = judge.name.rpartition("/")[0]
    inline, named = long.get("dockerfile_inline"), long.get("dockerfile")
    if isinstance(inline, Scalar):
        return _inline(inline, arguments, judge)
    file = named.text.removeprefix("./") if isinstance(named, Scalar) else "Dockerfile"
    folder = judge.folder / context
    prefix = "/".join(part for part in (top, context) if part not in ("", "."))
    path = f"{prefix}/{file}".lstrip("/")
    if not (folder / file).is_file():
        return [Refusal("no_dockerfile", shown(path), "There is no such file.", remedy="A build needs a Dockerfile.")]
    beside = [f"{path.rpartition('/')[0]}/{other.name}".lstrip("/") for other in (folder / file).parent.iterdir()]
    return check_dockerfile(
        (folder / file).read_bytes(),
        name=path,
        allowed_bases=judge.allowed_bases,
        build_context_files=beside,
        arguments=arguments,
    )


def _inline(inline: Scalar, arguments: dict[str, str], judge: Judge) -> Dockerfile | list[Refusal]:
    """A Dockerfile in the Compose file: its lines are counted from where it begins there."""
    found = check_dockerfile(inline.text, name=judge.name, allowed_bases=judge.allowed_bases, arguments=arguments)
    if isinstance(found, Dockerfile):
        return found
    first = inline.first
    return [
        Refusal(one.code, one.path, one.saw, first - 1 + one.line if first and one.line else inline.line, one.remedy)
        for one in found
    ]
