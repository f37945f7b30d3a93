"""The allow-list: one rule for each instruction that a learner's Dockerfile may hold.

A rule raises Refused for every flag, key and form of value that it does not know; FROM's is stages.py, ONBUILD has
none.
"""

from __future__ import annotations

from sentinel_grader.policy.rules import copying, settings
from sentinel_grader.policy.rules.context import Context, Rule
from sentinel_grader.policy.rules.run import run

_VALUE = r"(?:.|\n)+"
#: A variable as people write it: $NAME, ${NAME}, ${NAME:-else}.
_VARIABLE = r"\$(?:\w+|\{\w+(?::?[-+?]\w*)?\})"
_ID = rf"(?:[\w.@-]|{_VARIABLE})+"

RULES: dict[str, Rule] = {
    "ADD": copying.add,
    "ARG": settings.variable,
    "CMD": settings.command,
    "COPY": copying.copy,
    "ENTRYPOINT": settings.command,
    "ENV": settings.variable,
    "EXPOSE": settings.words(rf"(?:\d{{1,5}}(?:-\d{{1,5}})?|{_VARIABLE})(?i:/(?:tcp|udp|sctp))?", "EXPOSE 8001"),
    "HEALTHCHECK": settings.healthcheck,
    "LABEL": settings.label,
    "MAINTAINER": settings.words(_VALUE, "LABEL maintainer=…"),
    "RUN": run,
    "SHELL": settings.shell,
    "STOPSIGNAL": settings.words(r"[A-Z0-9+-]{1,12}|\d{1,2}", "STOPSIGNAL SIGTERM", one=True),
    "USER": settings.words(rf"([\"']?){_ID}(?::{_ID})?\1", "USER 10001:10001", one=True),
    "VOLUME": settings.words(_VALUE, "VOLUME /data"),
    "WORKDIR": settings.words(_VALUE, "WORKDIR /service"),
}

__all__ = ["RULES", "Context", "Rule"]
