"""YAML to values with lines, within bounds: PyYAML's events, and a builder of our own on top of them.

PyYAML's scanner and the one in Compose are both made after libyaml, so they cut a text into the same pieces. What the
two make of the pieces may differ, so the rest is done here: tags, directives, second documents and keys that are not
plain text are refused; aliases are followed under a bound on what they come to, not copied; merge keys are followed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NoReturn

import yaml

from sentinel_grader.policy.compose.source import text_of
from sentinel_grader.policy.compose.tree import Listing, Scalar, Table, Value
from sentinel_grader.policy.refused import Refused
from sentinel_grader.submission.refusal import is_plain, shown

#: Values in the whole file once aliases and merge keys are followed; the course's own file comes to 140.
MOST_VALUES = 5_000
MOST_DEPTH = 24
#: Characters in one value, and in all of them once aliases are followed.
MOST_TEXT = 16_000
MOST_TEXTS = 400_000
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_Node = yaml.ScalarEvent | yaml.SequenceStartEvent | yaml.MappingStartEvent


def tree_of(data: bytes) -> Table:
    """The file's top-level mapping. Raises Refused."""
    text = text_of(data)
    try:
        return _Builder(text).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        saw = f"This is not YAML: {shown(error.problem or 'it cannot be read', 120)}."
        line = mark.line + 1 if mark else None
        raise Refused(
            "not_yaml", line, saw, "Look at the indentation and the signs here and in the line above."
        ) from None
    except (yaml.YAMLError, ValueError, OverflowError, IndexError) as error:  # such as an escape beyond Unicode
        saw = f"This is not YAML: {shown(str(error), 120)}."
        raise Refused("not_yaml", None, saw, "Write plain YAML.") from None


@dataclass
class _Anchor:
    """What an alias stands for, and how much of it there is; `value` is None until it is complete."""

    value: Value | None = None
    size: tuple[int, int] = (0, 0)


@dataclass
class _Builder:
    text: str
    values: int = 0
    characters: int = 0
    anchors: dict[str, _Anchor] = field(default_factory=dict)

    def document(self) -> Table:
        self._events = yaml.parse(self.text, Loader=yaml.SafeLoader)
        self._next()  # the stream's start
        start = self._next()
        if isinstance(start, yaml.StreamEndEvent):
            _refuse("empty_file", None, "The file is empty.", "Begin with `services:`.")
        if isinstance(start, yaml.DocumentStartEvent) and (start.version or start.tags):
            _refuse("yaml_directive", 1, "It begins with a YAML directive (%).", "Delete that line.")
        value = self._value(self._next(), 0)
        self._next()  # the document's end
        if isinstance(after := self._next(), yaml.DocumentStartEvent):
            _refuse("second_document", _line(after), "A second YAML document begins here.", "Put all into one.")
        if not isinstance(value, Table):
            _refuse("not_a_mapping", value.line, "A Compose file is a mapping.", "Begin with `services:`.")
        return value

    def _next(self) -> yaml.Event:
        event = next(self._events)
        assert isinstance(event, yaml.Event)
        return event

    def _value(self, event: yaml.Event, depth: int) -> Value:
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        assert isinstance(event, _Node)
        if event.tag is not None:
            self._refuse_tag(event)
        if depth > MOST_DEPTH:
            _refuse("too_deep", _line(event), f"It is nested more than {MOST_DEPTH} deep.", "Write it flatter.")
        before = self.values, self.characters
        anchor = _Anchor()
        if event.anchor:
            self.anchors[event.anchor] = anchor
        value = self._built(event, depth)
        anchor.value, anchor.size = value, (self.values - before[0], self.characters - before[1])
        return value

    def _built(self, event: _Node, depth: int) -> Value:
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        line = _line(event)
        self._count(1, 0, line)
        if isinstance(event, yaml.SequenceStartEvent):
            items: list[Value] = []
            while not isinstance(inner := self._next(), yaml.SequenceEndEvent):
                items.append(self._value(inner, depth + 1))
            return Listing(tuple(items), line)
        return self._table(line, depth)

    def _scalar(self, event: yaml.ScalarEvent) -> Scalar:
        line = _line(event)
        self._count(1, len(event.value), line)
        if len(event.value) > MOST_TEXT:
            _refuse("value_too_long", line, f"This value has {len(event.value)} characters.", "Put it into a file.")
        if odd := [one for one in event.value if one not in "\n\t" and not is_plain(one)]:
            saw = f"This value holds {shown(odd[0])}."
            _refuse("invisible_character", line, saw, "Write plain text.")
        is_null = event.style is None and event.value in _NULLS
        first = {"|": line + 1, ">": None}.get(event.style or "", line)
        return Scalar(event.value, line, is_null, first)

    def _table(self, line: int, depth: int) -> Table:
        own: dict[str, tuple[Scalar, Value]] = {}
        merged: list[Table] = []
        while not isinstance(inner := self._next(), yaml.MappingEndEvent):
            key = self._key(inner)
            value = self._value(self._next(), depth + 1)
            if key.text in own or (key.text == "<<" and merged):
                _refuse("duplicate_key", key.line, f"`{shown(key.text, 60)}` stands here a second time.", "Keep one.")
            if key.text == "<<":
                merged = _merged(key, value)
            else:
                own[key.text] = key, value
        for table in merged:
            for key, value in table:
                own.setdefault(key.text, (key, value))
        return Table(tuple(own.values()), line)

    def _key(self, event: yaml.Event) -> Scalar:
        line = _line(event)
        if not isinstance(event, yaml.ScalarEvent) or event.tag is not None or event.anchor:
            _refuse("bad_key", line, "This key is not plain text.", "Write `name: value`.")
        key = self._scalar(event)
        if len(key.text) > 200 or (key.text == "<<" and event.style is not None):
            _refuse("bad_key", line, f"`{shown(key.text, 60)}` is no key.", "Write `name: value`.")
        return key

    def _alias(self, event: yaml.AliasEvent) -> Value:
        name, line = shown(event.anchor or "", 40), _line(event)
        anchor = self.anchors.get(event.anchor or "")
        if not anchor:
            _refuse("no_such_anchor", line, f"There is no `&{name}` above.", "Write the anchor before its alias.")
        if anchor.value is None:
            _refuse("anchor_in_itself", line, f"`*{name}` stands inside of what it stands for.", "Take it out.")
        self._count(*anchor.size, line)
        return anchor.value

    def _count(self, values: int, characters: int, line: int) -> None:
        self.values += values
        self.characters += characters
        if self.values > MOST_VALUES or self.characters > MOST_TEXTS:
            saw = (
                f"With its aliases followed, the file holds more than {MOST_VALUES} values or {MOST_TEXTS} characters."
            )
            _refuse("too_many_values", line, saw, "Use fewer aliases of aliases.")

    @staticmethod
    def _refuse_tag(event: _Node) -> NoReturn:
        tag = shown(str(event.tag), 40)
        _refuse("yaml_tag", _line(event), f"`{tag}` is a YAML tag.", "Write the value without one.")


def _merged(key: Scalar, value: Value) -> list[Table]:
    """The mappings that a `<<` brings in, those that win first."""
    tables = list(value.items) if isinstance(value, Listing) else [value]
    if not tables or not all(isinstance(table, Table) for table in tables):
        _refuse("bad_merge", key.line, "`<<` takes mappings only.", "Write `<<: *name`.")
    return [table for table in tables if isinstance(table, Table)]


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _refuse(code: str, line: int | None, saw: str, remedy: str) -> NoReturn:
    raise Refused(code, line, saw, remedy)
