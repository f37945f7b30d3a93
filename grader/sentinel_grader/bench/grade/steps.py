"""The docker commands that come to the same as a grade's log, in an order in which one can follow the other.

An observation's steps stand together, in the order in which they began: whatever a step needs had ended before that.
What it did aside, in a thread of its own, stands together where it began.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import msgspec

from sentinel_grader.bench.grade.commands import command
from sentinel_grader.bench.grade.conversations import Question, commands_in, questions
from sentinel_grader.observe.log import Asked, Called, Entry, Ran

#: Commands that change nothing: asked the same more than once in an observation, they count once.
_QUERIES = ("logs", "diff", "image")
_DISTURBING = ("/stop", "/kill", "/pause", "/unpause", "/restart", "/connect", "/disconnect")
_ID = re.compile(r"\b[0-9a-f]{64}\b")


@dataclass(frozen=True)
class Step:
    """A command. `folders` are those of its words that name a build context, with where that was copied to; an agent is
    asked `questions`, and the words are then its container's name alone; `stdin` is what the command is fed."""

    observation: str
    words: tuple[str, ...]
    may_fail: bool = False
    folders: Mapping[str, str] = field(default_factory=dict)
    questions: tuple[Question, ...] = ()
    stdin: str = ""


def steps(log: Iterable[Entry]) -> list[Step]:
    """The steps of all observations; what a grade does for none of them, to set up and to sweep, is left out. Raises
    UnknownCall for a call that no command is known for."""
    entries = sorted(log, key=lambda entry: entry.began)
    sections = dict.fromkeys(entry.observation for entry in entries if entry.observation)
    found: list[Step] = []
    for section in sections:
        here = [entry for entry in _renamed(entries) if entry.observation == section]
        found += _once(_started(list(_in(list(_lane_by_lane(here))))))
    return found


def _lane_by_lane(entries: list[Entry], lane: tuple[int, ...] = ()) -> Iterator[Entry]:
    """The entries of `lane`, and of those below it, each of these whole where it began."""
    depth, done = len(lane) + 1, set[tuple[int, ...]]()
    for entry in entries:
        if entry.lane == lane:
            yield entry
        elif (below := entry.lane[:depth]) not in done:
            done.add(below)
            yield from _lane_by_lane([each for each in entries if each.lane[:depth] == below], below)


def _in(entries: list[Entry]) -> Iterator[Step]:
    """A step for each entry that is one."""
    sent = ""
    for part in _parts(entries):
        yield from _in_part(part, sent)
        sent += "".join(commands_in(entry) for entry in part if isinstance(entry, Asked))


def _parts(entries: list[Entry]) -> Iterator[list[Entry]]:
    """The entries cut before each that others' answers depend on: what stops, moves or starts what was there before."""
    part, started = list[Entry](), set[str]()
    for entry in entries:
        path = entry.path if isinstance(entry, Called) and entry.method == "POST" else ""
        again = path.endswith("/start") and path in started
        if part and (again or path.endswith(_DISTURBING) or _is_compose(entry)):
            yield part
            part = []
        started |= {path}
        part.append(entry)
    yield part


def _is_compose(entry: Entry) -> bool:
    return isinstance(entry, Ran) and entry.command[:2] == ["docker", "compose"]


def _in_part(entries: list[Entry], sent: str) -> Iterator[Step]:
    """A conversation is held when its last question was asked. `sent`: the commands that agents were given before."""
    talks = dict[tuple[object, ...], list[Asked]]()
    for entry in entries:
        if isinstance(entry, Asked):
            talks.setdefault((entry.container, entry.lane), []).append(entry)
    for entry in entries:
        match entry:
            case Ran():
                yield Step(entry.observation, tuple(entry.command), entry.status != 0, entry.folders, stdin=entry.stdin)
            case Called():
                words = command(entry)
                if words and not (entry.method == "DELETE" and entry.status >= 400):
                    yield Step(entry.observation, tuple(words), entry.status >= 400)
            case Asked() if entry is (asked := talks[entry.container, entry.lane])[-1]:
                if worth := tuple(questions(asked, sent)):
                    yield Step(entry.observation, (entry.container,), questions=worth)


def _started(found: list[Step]) -> list[Step]:
    """With `docker run` in the place of `docker create` and its first `docker start`, later on."""
    first = {step.words[2]: step for step in reversed(found) if step.words[:2] == ("docker", "start")}
    made = {_name(step.words) for step in found if step.words[:2] == ("docker", "create")}

    def run(step: Step) -> Step:
        if step.words[:2] == ("docker", "create") and _name(step.words) in first:
            return replace(step, words=("docker", "run", "--detach", *step.words[2:]))
        return step

    return [run(step) for step in found if not any(step is first[name] for name in made & first.keys())]


def _name(words: tuple[str, ...]) -> str:
    return words[words.index("--name") + 1]


def _once(found: list[Step]) -> list[Step]:
    """Without the queries that are asked again later."""
    last = {step.words: step for step in found}
    return [step for step in found if step is last[step.words] or not set(_QUERIES) & set(step.words[1:2])]


def _renamed(entries: list[Entry]) -> Iterator[Entry]:
    """The entries with names in the place of ids, and of addresses: only those are the same when it is done again."""
    names, addresses = dict[str, str](), dict[str, str]()
    for entry in entries:
        match entry:
            case Called(method="POST", path="/containers/create", answer={"Id": str(id_)}):
                names[id_] = _query_name(entry.query)
            case Called(method="POST", path="/networks/create", answer={"Id": str(id_)}):
                names[id_] = entry.body["Name"]
            case Called(path="/networks", answer=list(found)):  # those that Compose made
                names.update({str(one["Id"]): str(one["Name"]) for one in found})
            case Called(answer={"Id": str(id_), "Name": str(name), "NetworkSettings": {"Networks": dict(networks)}}):
                names[id_] = name.strip("/")
                addresses |= {at["IPAddress"]: name.strip("/") for at in networks.values() if at["IPAddress"]}
        if isinstance(entry, Called):
            path, body = _ID.sub(lambda id_: names.get(id_[0], id_[0]), entry.path), msgspec.json.encode(entry.body)
            named = _ID.sub(lambda id_: names.get(id_[0], id_[0]), body.decode())
            entry = msgspec.structs.replace(entry, path=path, body=msgspec.json.decode(named))
        if isinstance(entry, Asked):
            place = {"host": addresses[host]} if (host := entry.ask.get("host")) in addresses else {}
            entry = msgspec.structs.replace(entry, ask={**entry.ask, **place})
        yield entry


def _query_name(query: str) -> str:
    return query.partition("name=")[2].partition("&")[0]


def environment(log: Iterable[Entry]) -> dict[str, str]:
    """What the commands of the log ran under, besides this process's own."""
    return {name: value for entry in log if isinstance(entry, Ran) for name, value in entry.environment.items()}
