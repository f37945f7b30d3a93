"""Variables in a Compose file: put in as Compose does it, with an environment that has none.

https://github.com/compose-spec/compose-go/blob/v2.15.0/template/template.go. A grade must not depend on who grades, so
every variable is unset, and what a file says for that case is what counts. Names that Compose or the client set
themselves are refused, as are the forms that its versions read differently (one variable inside another).
"""

from __future__ import annotations

import re

from sentinel_grader.policy.compose.tree import Listing, Scalar, Table, Value
from sentinel_grader.policy.refused import Refused
from sentinel_grader.submission.refusal import shown

_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
_VARIABLE = re.compile(
    rf"\$(?:(?P<dollar>\$)|(?P<plain>{_NAME})|\{{(?P<braced>{_NAME})(?:(?P<sign>:?[-+?])(?P<word>(?:[^${{}}\n]|\$\$)*))?\}}"
    r"|(?P<odd>.?))",
    re.DOTALL,
)
#: Set by Compose (the project's name) or by the client.
_TAKEN = ("COMPOSE_", "DOCKER_")


def with_variables(value: Value) -> Value:
    """The value with all variables put in, in values, not in keys. Raises Refused."""
    if isinstance(value, Scalar):
        return Scalar(expanded(value.text, value.line), value.line, value.is_null, value.first)
    if isinstance(value, Listing):
        return Listing(tuple(with_variables(item) for item in value.items), value.line)
    return Table(tuple((key, with_variables(below)) for key, below in value), value.line)


def expanded(text: str, line: int | None) -> str:
    """`text` as it is where no variable is set. Raises Refused."""
    return _VARIABLE.sub(lambda match: _replaced(match, line), text) if "$" in text else text


def _replaced(match: re.Match[str], line: int | None) -> str:
    if match["dollar"]:
        return "$"
    name = match["plain"] or match["braced"]
    if not name:
        return _literal(match, line)
    if name.upper().startswith(_TAKEN):
        saw = f"`{shown(match[0], 60)}`: {shown(name, 40)} belongs to Compose."
        raise Refused("reserved_variable", line, saw, "Choose another name.")
    if (match["sign"] or "").endswith("?"):
        saw = f"`{shown(match[0], 60)}` must be set, and a grade sets no variables."
        raise Refused(
            "variable_required", line, saw, f"Give it a value to fall back on: ${{{shown(name, 40)}:-value}}."
        )
    return match["word"].replace("$$", "$") if (match["sign"] or "").endswith("-") else ""


def _literal(match: re.Match[str], line: int | None) -> str:
    """A `$` that names nothing stays, as in `awk '{print $1}'`."""
    if match["odd"] == "{" or not match["odd"].isascii():
        saw = f"A variable is begun here and not understood: `{shown(match.string[match.start() :], 40)}`."
        raise Refused("unclear_variable", line, saw, "Write ${NAME} or ${NAME:-value}, and $$ for a dollar sign.")
    return match[0]
