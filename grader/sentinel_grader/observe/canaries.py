"""Canaries: random values where secrets would be, in build arguments and files; a build; does any sing in the image?

Every layer is searched, also for what a later one hides, and the configuration with its history; in plain and as base64
would write it. A build argument counts where its name says that it is a secret: others are meant to be seen.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from sentinel_grader.observe.alerter_build import CONTEXT, Build, prepared_context
from sentinel_grader.observe.context_probe import SECRETS, Context
from sentinel_grader.observe.image import Image, blobs_over, named
from sentinel_grader.observe.image_archive import Archive, Saved, TooMuch, saved
from sentinel_grader.observe.image_words import SECRET_NAME, Watch, forms
from sentinel_grader.observe.planting import plant
from sentinel_grader.observe.probe_build import probe_image
from sentinel_grader.observe.recipe import Recipe
from sentinel_grader.observe.registry import observation
from sentinel_grader.observe.scope import Scope

_CHUNK = 1 << 20
_CONFIG = "the image's configuration or history"


@dataclass(frozen=True)
class Leak:
    """A canary that was found: what it had been given as, where it was, in the layer made by which history entry."""

    given_as: str
    found_in: str
    created_by: str = ""
    entry: int = -1


@dataclass(frozen=True)
class Canaries:
    """The arguments and files that canaries were given as; those found; why the build failed with them, if it did."""

    arguments: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    leaks: list[Leak] = field(default_factory=list)
    words: str = ""


@observation("canaries", inputs=CONTEXT)
def canaries(scope: Scope, build: Build, recipe: Recipe, image: Image, context: Context) -> Canaries:
    """Plant canaries where they can get in at all, build, and search what came of it."""
    arguments = [name for name in recipe.arguments if SECRET_NAME.search(name) and name not in recipe.base_arguments]
    files = [path for path in SECRETS if path in context.arrived]
    if not arguments and not files:
        return Canaries()  # nothing that could hold one reaches the build: there is nothing to build
    folder, _ = prepared_context(scope)
    given = {given_as: scope.nonce(16) for given_as in (*arguments, *files)}
    for path in files:
        plant(folder, path, _file(path, given[path]))
    options = [f"--build-arg={name}={given[name]}" for name in arguments]
    with probe_image(scope, folder, build.nonce[:12], "canaries", *options) as (name, tried):
        if not tried.ok:
            return Canaries(arguments, files, [], tried.words[:600])
        try:
            with saved(scope, name) as archive:
                known = {layer.diff_id for layer in image.layers}
                leaks = [leak for found in archive.images() for leak in _search(archive, found, given, known)]
        except TooMuch as much:
            return Canaries(arguments, files, [], str(much))
    return Canaries(arguments, files, leaks)


def _file(path: str, canary: str) -> bytes:
    if path.endswith(".pem"):
        return f"-----BEGIN PRIVATE KEY-----\n{canary}\n-----END PRIVATE KEY-----\n".encode()
    return f"REDIS_PASSWORD={canary}\n".encode()


def _search(archive: Archive, found: Saved, given: dict[str, str], known: set[str]) -> list[Leak]:
    needles = {form: given_as for given_as, canary in given.items() for form in forms(canary.encode())}
    history = found.config.get("history") or []
    entries = [number for number, entry in enumerate(history) if not entry.get("empty_layer")]
    looked = [_in_history(given_as, canary, found, history) for given_as, canary in given.items()]
    leaks = [leak for leak in looked if leak]
    over = {blob.diff_id for blob in blobs_over(found, known)}
    for blob, entry in zip(found.layers, entries, strict=False):
        if blob.diff_id not in over:
            continue
        by = str(history[entry].get("created_by", ""))
        for member, content in archive.entries(blob):
            watch = Watch(tuple(needles))
            watch.feed(member.name.encode("utf-8", "surrogateescape"))
            while content is not None and (chunk := content.read(_CHUNK)):
                watch.feed(chunk)
            told = sorted({needles[form] for form in watch.seen})
            leaks += [Leak(given_as, f"/{named(member)[0]}", by, entry) for given_as in told]
    return leaks


def _in_history(given_as: str, canary: str, found: Saved, history: list[dict[str, object]]) -> Leak | None:
    """Where the configuration holds it: the first entry of the history that does, else anywhere else in it."""
    sought = forms(canary.encode())
    for number, entry in enumerate(history):
        if any(form in str(entry.get("created_by", "")).encode() for form in sought):
            return Leak(given_as, "the image's history", str(entry.get("created_by", "")), number)
    held = json.dumps(found.config).encode()
    return Leak(given_as, _CONFIG) if any(form in held for form in sought) else None
