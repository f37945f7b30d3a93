"""How rules are put together: what a key takes, said as a value. Each form adds to the judge's refusals, and goes on.

text, switch, only     a single value           listing            a list of one form
table                  keys that are known      entries            keys of the learner's choosing
either                 by the kind of value     no                 nothing at all, and why
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping

from sentinel_grader.policy.compose.judge import Form, Judge
from sentinel_grader.policy.compose.tree import Listing, Scalar, Table, Value
from sentinel_grader.submission.refusal import shown

#: Entries that one list or mapping may have.
MOST_ENTRIES = 60


def text(pattern: str, remedy: str, code: str = "bad_value", most: int = 400) -> Form:
    """A single value that fits `pattern`."""
    compiled = re.compile(pattern, re.ASCII)

    def form(value: Value, judge: Judge) -> None:
        scalar = single(value, judge, remedy)
        if scalar and (len(scalar.text) > most or not compiled.fullmatch(scalar.text)):
            judge.refuse(code, value, f"does not take `{shown(scalar.text, 60)}` here.", remedy)

    return form


def words(most: int = 4_000) -> Form:
    """Any text, since it only reaches the learner's own program."""

    def form(value: Value, judge: Judge) -> None:
        scalar = single(value, judge, "Write text.")
        if scalar and len(scalar.text) > most:
            saw = f"has {len(scalar.text)} characters; at most {most} are taken."
            judge.refuse("value_too_long", value, saw, "Put it into a file in the image.")

    return form


def single(value: Value, judge: Judge, remedy: str) -> Scalar | None:
    """The value, if it is a single one that is there; otherwise it is refused."""
    if isinstance(value, Scalar) and not value.is_null:
        return value
    judge.refuse("wrong_kind", value, f"is {kind_of(value)}; a single value goes there.", remedy)
    return None


def only(*values: str, why: str, code: str = "not_allowed") -> Form:
    """One of these values; `why` says what others would do."""

    def form(value: Value, judge: Judge) -> None:
        listed = " or ".join(f"`{one}`" for one in values)
        scalar = single(value, judge, f"Write {listed}, or leave it out.")
        if scalar and scalar.text not in values:
            saw = f"may not be `{shown(scalar.text, 60)}`: {why}."
            judge.refuse(code, value, saw, f"Write {listed}, or leave it out.")

    return form


#: Compose takes `yes` and `on` as well, with a warning, and not everywhere.
switch = text("true|false", "Write true or false.")


def listing(item: Form, most: int = MOST_ENTRIES) -> Form:
    def form(value: Value, judge: Judge) -> None:
        if not isinstance(value, Listing):
            judge.refuse("wrong_kind", value, f"is {kind_of(value)}; a list goes there.", "Begin each entry with `- `.")
            return
        _bound(len(value.items), most, value, judge)
        for number, below in enumerate(value.items[:most]):
            with judge.within(str(number)):
                item(below, judge)

    return form


def table(keys: Mapping[str, Form], *, needs: tuple[str, ...] = ()) -> Form:
    """A mapping with these keys. Extensions (`x-…`) may stand everywhere, since Compose does nothing with them."""

    def form(value: Value, judge: Judge) -> None:
        if not isinstance(value, Table):
            judge.refuse("wrong_kind", value, f"is {kind_of(value)}; a mapping goes there.", "Write `name: value`.")
            return
        for key, below in value:
            with judge.within(key.text):
                if key.text in keys:
                    keys[key.text](below, judge)
                elif not key.text.startswith("x-"):
                    judge.refuse("unknown_key", key, "is not a key that is known here.", _meant(key.text, keys))
        for name in needs:
            if value.get(name) is None:
                judge.refuse("key_missing", value, f"has no `{name}`.", "Add it.")

    return form


def entries(names: str, form_of: Form, remedy: str, most: int = MOST_ENTRIES) -> Form:
    """A mapping whose keys fit the pattern `names`."""
    compiled = re.compile(names, re.ASCII)

    def form(value: Value, judge: Judge) -> None:
        if not isinstance(value, Table):
            judge.refuse("wrong_kind", value, f"is {kind_of(value)}; a mapping goes there.", "Write `name: value`.")
            return
        _bound(len(value.entries), most, value, judge)
        for key, below in value.entries[:most]:
            with judge.within(key.text):
                if compiled.fullmatch(key.text):
                    form_of(below, judge)
                else:
                    judge.refuse("bad_name", key, "is not a name that is taken here.", remedy)

    return form


def either(
    *, scalar: Form | None = None, listing: Form | None = None, table: Form | None = None, null: bool = False
) -> Form:
    """The form for this kind of value. `null`: it may be left empty."""
    forms = {Scalar: (scalar, "a single value"), Listing: (listing, "a list"), Table: (table, "a mapping")}
    taken = " or ".join(name for form, name in forms.values() if form)

    def form(value: Value, judge: Judge) -> None:
        if null and isinstance(value, Scalar) and value.is_null:
            return
        chosen, _ = forms[type(value)]
        if not chosen or (isinstance(value, Scalar) and value.is_null):
            judge.refuse("wrong_kind", value, f"is {kind_of(value)}.", f"Write {taken}.")
            return
        chosen(value, judge)

    return form


def no(why: str, remedy: str = "Delete it.", code: str = "not_allowed") -> Form:
    """Nothing is taken: `why` goes on from "is not taken: "."""

    def form(_value: Value, judge: Judge) -> None:
        judge.refuse(code, None, f"is not taken: {why}.", remedy)

    return form


def kind_of(value: Value) -> str:
    if isinstance(value, Scalar):
        return "empty" if value.is_null else f"`{shown(value.text, 40)}`"
    return "a list" if isinstance(value, Listing) else "a mapping"


def _bound(count: int, most: int, value: Value, judge: Judge) -> None:
    if count > most:
        judge.refuse("too_many_entries", value, f"has {count} entries; at most {most} are taken.", "Use fewer.")


def _meant(name: str, keys: Mapping[str, Form]) -> str:
    close = difflib.get_close_matches(name[:40], keys, 1, 0.7)
    return f"Did you mean `{close[0]}`?" if close else "Delete it, or look where it belongs."
