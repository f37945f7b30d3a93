"""What is refused of a submission before anything of it runs: allow-lists, with the line of everything refused.

    dockerfile.py  check_dockerfile: text in, a Dockerfile (model.py) or refusals out
      text.py → directives.py → lines.py → instructions.py → stages.py, rules/     each step may refuse
    prepared.py    the text that is built           bases.py, bases.toml   what it may be FROM
    compose/       check_compose and resolved: a Compose file, raw and then as Compose understands it

The parser is our own because none on PyPI will do. `dockerfile` wraps BuildKit's and would be right, but has wheels for
neither Linux on arm64 nor today's Macs, and no learner has Go; `dockerfile-parse` does not know heredocs. A tolerant
grammar (tree-sitter) is wrong here: what matters is to see exactly the lines that BuildKit will see, in every version
from 0.8 (Engine 20.10) on. So this one refuses what versions disagree on, and is tested against BuildKit's own parser
and against a real engine (grader/tests/submission/).
"""

from sentinel_grader.policy.bases import allowed_bases
from sentinel_grader.policy.dockerfile import check_dockerfile
from sentinel_grader.policy.features import understood_by
from sentinel_grader.policy.model import Dockerfile, Feature, Flag, Heredoc, Image, Instruction, Stage
from sentinel_grader.policy.prepared import cache_argument, prepared_text

__all__ = [
    "Dockerfile",
    "Feature",
    "Flag",
    "Heredoc",
    "Image",
    "Instruction",
    "Stage",
    "allowed_bases",
    "cache_argument",
    "check_dockerfile",
    "prepared_text",
    "understood_by",
]
