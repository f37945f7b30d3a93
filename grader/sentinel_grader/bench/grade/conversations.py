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
    """The questions of one conversation, in the order of their last answers: what was said on the way there need not
    come again. `sent` is what was handed on before it."""
    found = list[Question]()
    for each in asked:
        if each.ask["do"] in _OURS:
            continue
        sent += commands_in(each)
        body = base64.b64decode(each.answer.get("body", "")).decode(errors="replace")
        named = [word for word in dict.fromkeys(_ID.findall(body)) if word in sent]
        question = Question(each.ask, NONE if "error" in each.answer else each.answer.get("status", 0), named)
        if each.ask.get("method") == "GET":  # polls, in turns with others maybe: what counts is how each ended
            found = [earlier for earlier in found if earlier.ask != each.ask]
        elif found and found[-1].ask == each.ask:
            found.pop()
        found.append(question)
    return found
