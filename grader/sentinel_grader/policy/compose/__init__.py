"""A learner's Compose file: an allow-list over the raw file, then over the model that Compose makes of it.

    check_compose   the raw file and what it extends: a Composed, or refusals with their lines; no program is run
      source.py → reading.py → variables.py → rules/      characters, YAML, variables, then key by key
    resolved        the same, then `docker compose config` and the same rules again: a Resolved, or refusals
      asking.py → resolving.py → rules/
    model.py        Composed, Service, Build, Resolved        tree.py, judge.py, forms.py, scalars.py   for the rules

The raw file comes first because Compose reads, and fetches, while it makes its model; and because only there are lines.
The model comes second because what counts is how Compose understood the file. Whoever brings it up runs
`Resolved.text`, or a model made of `Resolved.model`: never the raw file, which would be read again, with variables,
`.env` and override files of whoever runs it. Images are built from `Build.dockerfile`, by its `prepared_text`.

PyYAML reads, and of it only the events are used: its scanner is of one family with the one in Compose (both are made
after libyaml), and it is looked after. ruamel.yaml is for those who write files again, comments and all; nobody here
does.
"""

from sentinel_grader.policy.compose.check import COMPOSE_FILE, check_compose
from sentinel_grader.policy.compose.model import Build, Composed, Resolved, Service
from sentinel_grader.policy.compose.resolving import PROJECT, resolved

__all__ = [
    "COMPOSE_FILE",
    "PROJECT",
    "Build",
    "Composed",
    "Resolved",
    "Service",
    "check_compose",
    "resolved",
]
