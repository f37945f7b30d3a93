"""One module for each group of keys: what they take, as forms, and why the rest is refused.

    top.py ─┬─ extending.py   include and extends
            ├─ service.py ─┬─ rights.py      what is the machine's, another's, or a program of its own
            │              ├─ images.py, build.py
            │              ├─ pairs.py       environment, env_file, labels
            │              └─ ports.py, limits.py
            └─ networks.py, volumes.py, secrets.py   at the top, and in a service

Every key of Compose's schema is in a table here (grader/tests/compose_policy/test_schema.py holds that): one that is
new is unknown, and refused.
"""

from sentinel_grader.policy.compose.rules.top import top

__all__ = ["top"]
