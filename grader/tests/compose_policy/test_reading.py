"""YAML: what it comes to, with its lines; and what is refused since others would read it differently, or for ever."""

from __future__ import annotations

import json
import time

import pytest

from sentinel_grader.policy.compose.reading import MOST_DEPTH, MOST_VALUES, tree_of
from sentinel_grader.policy.compose.tree import Listing, Scalar, Table, line_of, table_at
from sentinel_grader.policy.refused import Refused

from .learner import ALERTER, Learner

#: Ten lines that come to 10¹⁰ values.
LAUGHS = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 10)
)
#: The same by merge keys, and by long texts.
MERGED = "a: &a\n" + "".join(f"  k{n}: v\n" for n in range(400)) + "".join(f"b{n}:\n  <<: *a\n" for n in range(400))
TEXTS = f"a: &a {'x' * 1_900}\nb:\n" + "- *a\n" * 400


@pytest.mark.parametrize(
    ("code", "line", "text"),
    [
        ("too_many_values", 4, LAUGHS),
        ("too_many_values", None, MERGED),
        ("too_many_values", None, TEXTS),
        ("too_many_values", None, "a:\n" + "- [a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a]\n" * 400),
        ("too_deep", 1, "a: " + "[" * 900 + "]" * 900),
        ("too_deep", None, "".join(" " * n + "a:\n" for n in range(40))),
        ("anchor_in_itself", 1, "a: &a [*a]"),
        ("anchor_in_itself", 2, "a: &a\n  <<: *a\n"),
        ("no_such_anchor", 1, "a: *b\nb: &b 1"),
        ("duplicate_key", 3, "a: 1\nb: 2\na: 3"),
        ("duplicate_key", 2, "a: {b: 1,\n b: 2}"),
        ("duplicate_key", 4, "x: &x {a: 1}\ny:\n  <<: *x\n  <<: *x"),
        ("bad_merge", 1, "<<: [1]"),
        ("bad_merge", 1, "<<: text"),
        ("bad_merge", 1, "<<:"),
        ("bad_key", 1, "'<<': {a: b}"),
        ("bad_key", 1, "? [a]\n: b"),
        ("bad_key", 1, "? {a: b}\n: b"),
        ("bad_key", 2, "a: &a x\n*a : b"),
        ("bad_key", 1, "&a b: c"),
        ("bad_key", 1, "!!str a: c"),
        ("bad_key", 1, "x" * 300 + ": c"),
        ("yaml_tag", 1, "a: !reset null"),
        ("yaml_tag", 2, "a:\n  b: !override [c]"),
        ("yaml_tag", 1, "a: !!python/object:os.system id"),
        ("yaml_tag", 1, "a: !!binary aGk="),
        ("yaml_tag", 1, "a: ! b"),
        ("yaml_tag", 1, "!!map {a: b}"),
        ("yaml_directive", 1, "%YAML 1.1\n---\na: b"),
        ("yaml_directive", 1, "%TAG ! tag:x,2000:\n---\na: b"),
        ("second_document", 2, "a: b\n---\nc: d"),
        ("empty_file", None, ""),
        ("empty_file", None, "# only this\n"),
        ("not_a_mapping", 1, "- a"),
        ("not_a_mapping", 1, "text"),
        ("not_yaml", 2, "a: b\n c: d"),
        ("not_yaml", 1, "a: [b"),
        ("not_yaml", 1, "\ta: b"),
        ("not_yaml", 1, "a: 'b"),
        ("not_yaml", 1, "a: @b"),
        ("not_yaml", None, 'a: "\\U99999999"'),
        ("invisible_character", 1, 'a: "\\0"'),
        ("invisible_character", 1, 'a: "\\e[2J"'),
        ("invisible_character", 1, 'a: "\\ud800"'),
        ("invisible_character", 1, "a: b # comment\u2028privileged: true"),
        ("invisible_character", 1, "a: b # comment\u0085c: d"),
        ("invisible_character", 2, "a: b\n\ufeffc: d"),
        ("invisible_character", 1, "a: \u202eb"),
        ("invisible_character", 1, "a: b\rc: d"),
        ("invisible_character", 1, "a: \x00"),
        ("line_too_long", 2, "a: b\nc: " + "x" * 5_000),
        ("too_many_lines", 1_501, "\n" * 2_000),
        ("file_too_large", None, "#" * 100_000),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else None,
)
def test_it_is_refused_soon(code: str, line: int | None, text: str) -> None:
    before = time.process_time()
    with pytest.raises(Refused) as raised:
        tree_of(text.encode("utf-8", "surrogatepass"))
    assert raised.value.code == code, raised.value.saw
    assert line in (None, raised.value.line)
    assert raised.value.saw.isprintable()
    assert time.process_time() - before < 2


def test_bytes_that_are_no_text_are_refused_with_their_line() -> None:
    for data, line in ((b"a: b\nc: \xff", 2), ("a: b".encode("utf-16"), 1)):
        with pytest.raises(Refused) as raised:
            tree_of(data)
        assert (raised.value.code, raised.value.line) == ("not_utf8", line)


def test_the_bounds_leave_room() -> None:
    wide = "a:\n" + "- b\n" * 1_000
    assert len(table_at(tree_of(wide.encode())).entries) == 1
    deep = "[" * (MOST_DEPTH - 1) + "]" * (MOST_DEPTH - 1)
    assert isinstance(tree_of(f"a: {deep}".encode()).get("a"), Listing)
    assert MOST_VALUES > 10 * 140


def test_anchors_and_merge_keys_are_followed_with_the_lines_of_what_they_bring() -> None:
    tree = tree_of(
        b"x-a: &a {b: 1, c: 2}\nx-d: &d\n  c: 3\n  e: 4\none:\n  <<: [*a, *d]\n  b: 5\ntwo: *a\nthree:\n  <<: *d\n"
    )
    assert {name: text(table_at(tree, name)) for name in ("one", "two", "three")} == {
        "one": {"b": "5", "c": "2", "e": "4"}, "two": {"b": "1", "c": "2"}, "three": {"c": "3", "e": "4"},
    }  # fmt: skip
    assert line_of(tree, ("one", "e")) == 4
    assert line_of(tree, ("one", "b")) == 7
    assert line_of(tree, ("one", "nothing", "below")) == 5
    assert line_of(tree, ("nowhere",)) is None


def text(table: Table) -> dict[str, str]:
    return {key.text: value.text for key, value in table if isinstance(value, Scalar)}


def test_windows_lines_a_byte_order_mark_and_explicit_ends_are_taken() -> None:
    tree = tree_of("\ufeff---\r\na: b\r\nc: |\r\n  d\r\n  e\r\n...\r\n".encode())
    assert text(tree) == {"a": "b", "c": "d\ne\n"}


VARIABLES = {
    "a": "a", "$$A": "$A", "$A": "", "${A}b": "b", "${A:-b}": "b", "${A-b c}": "b c", "${A:+b}": "", "${A+b}": "",
    "${A:-b}:${C:-d}": "b:d", "${A:-$$b}": "$b", "awk '{print $1}'": "awk '{print $1}'", "a$": "a$", "${A:-}": "",
    "$A$$$B": "$", "$A_B-c": "-c", "${A:-b}}": "b}", "{${A}}": "{}", "${a_1:-2}": "2", "$$$$": "$$",
    "${A:-b:-c}": "b:-c",    "${A-?}${B:--}": "?-", "x${A:-'y'}": "x'y'",
}  # fmt: skip


@pytest.mark.usefixtures("compose")
def test_variables_and_merge_keys_come_to_what_compose_makes_of_them(learner: Learner) -> None:
    """Held against Compose itself, which has no variables either."""
    lines = [f"      V{number}: {json.dumps(written)}\n" for number, written in enumerate(VARIABLES)]
    merged = "      <<: [*one, *two]\n      OWN: own\n"
    anchors = "x-1: &one {A: first, OWN: no, V0: no}\nx-2: &two {A: second, B: second}\n"
    found = learner.resolve(anchors + ALERTER + "    environment:\n" + "".join(lines) + merged)
    assert not isinstance(found, list), found
    theirs = found.model["services"]["alerter"]["environment"]
    ours = text(table_at(found.composed.tree, "services", "alerter", "environment"))
    assert ours == {name: value.replace("$$", "$") for name, value in theirs.items()}
    assert [ours[f"V{number}"] for number in range(len(VARIABLES))] == list(VARIABLES.values())
    assert (ours["A"], ours["B"], ours["OWN"]) == ("first", "second", "own")
