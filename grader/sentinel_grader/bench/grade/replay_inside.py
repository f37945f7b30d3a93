"""Runs inside an agent's container: asks what it is given, and again until the answer comes that came before.

`python -c THIS AGENT`, where AGENT is the text of the agent's own program (observe/agent_inside.py). Each line of its
input is {ask, status, words}: what to ask, the status of the answer that is waited for (below 0: of none, it is only
asked), and what must be in its body.
Between two tries it takes a breath of 10 ms, to leave the processor to whoever is to answer.
"""

from __future__ import annotations

import base64
import json
import sys
import time
from typing import Any

#: Seconds after which an answer does not come any more.
PATIENCE = 60.0


def is_it(answer: dict[str, Any], status: int, words: list[str]) -> bool:
    """Whether this is the answer that is waited for."""
    if status < 0:
        return True
    body = base64.b64decode(answer.get("body", "")).decode(errors="replace")
    return "error" not in answer and answer.get("status", 0) == status and all(word in body for word in words)


def main() -> None:
    agent: dict[str, Any] = {"__name__": "agent"}
    exec(sys.argv[1], agent)
    for line in sys.stdin:
        told, until = json.loads(line), time.monotonic() + PATIENCE
        answer: dict[str, Any] = {}
        while not is_it(answer, told["status"], told["words"]) or not answer:
            if time.monotonic() > until:
                sys.exit(f"{told['ask']}: {answer}")
            time.sleep(0.01 if answer else 0)
            try:
                answer = agent["DOES"][told["ask"]["do"]](told["ask"])
            except Exception as error:
                answer = {"error": repr(error)}


if __name__ == "__main__":
    main()
