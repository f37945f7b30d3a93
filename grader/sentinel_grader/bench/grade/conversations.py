"""What an agent was asked, as something to ask again: a poll becomes one question, asked until it is answered."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sentinel_grader.observe.log import Asked

#: What only tells the grader how busy its machine is.
_OURS = ("pace",)
#: The status of an answer that did not come: then it is asked, and no more.
NONE = -1
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Question:
    """A request, the status of the answer that ended the asking, and the ids that it named of those sent before."""

    ask: dict[str, Any]
    status: int
    words: list[str] = field(default_factory=list)

    def line(self) -> str:
        """For replay_inside.py."""
        return json.dumps({"ask": self.ask, "status": self.status, "words": self.words})


def commands_in(asked: Asked) -> str:
    """What an agent was given to hand on: ids that are looked for in later answers may be in it."""
    return json.dumps(asked.ask.get("commands", ""))


def questions(asked: Iterable[Asked], sent: str = "") -> list[Question]:
    """The questions of one conversation; `sent` is what was handed on before it. Of requests that only ask, again and
    again and in turns with each other, what counts is how each ended: what was said on the way need not come again."""
    found, polls = list[Question](), list[Question]()
    for each in asked:
        if each.ask["do"] in _OURS:
            continue
        sent += commands_in(each)
        body = base64.b64decode(each.answer.get("body", "")).decode(errors="replace")
        named = [word for word in dict.fromkeys(_ID.findall(body)) if word in sent]
        question = Question(each.ask, NONE if "error" in each.answer else each.answer.get("status", 0), named)
        if each.ask.get("method") == "GET":
            polls = [*(earlier for earlier in polls if earlier.ask != each.ask), question]
            continue
        found, polls = [*found, *polls], []
        if found and found[-1].ask == each.ask:
            found.pop()
        found.append(question)
    return [*found, *polls]
