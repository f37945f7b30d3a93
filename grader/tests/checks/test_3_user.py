"""Whom an image's user comes to, and where its Dockerfile says so."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentinel_grader.observe.dockerfile import DOCKERFILE
from sentinel_grader.observe.dockerfile_lines import last_line
from sentinel_grader.observe.user import open_roots, resolve

PASSWD = (
    "root:x:0:0:root:/root:/bin/sh\nalias:x:0:0::/:/bin/sh\napp:x:10001:10002::/home/app:/bin/sh\n77:x:0:0::/:/bin/sh\n"
)
GROUP = "root:x:0:\nstaff:x:50:app,other\nwheel:x:10:root\n"


@pytest.mark.parametrize(
    ("declared", "comes_to"),
    [
        ("", (0, 0, [10])),
        ("root", (0, 0, [10])),
        ("alias", (0, 0, [])),
        ("app", (10001, 10002, [50])),
        ("10001", (10001, 10002, [50])),
        ("10001:7", (10001, 7, [])),
        ("app:staff", (10001, 50, [])),
        ("12345", (12345, 0, [])),
        ("77", (0, 0, [])),
        ("010001", (10001, 10002, [50])),
        ("nobody-here", (None, None, [])),
        ("app:nothing", (10001, None, [])),
    ],
)
def test_users_come_to_what_the_engine_makes_of_them(declared: str, comes_to: object) -> None:
    assert resolve(declared, PASSWD, GROUP) == comes_to


@pytest.mark.parametrize(
    ("passwd", "shadow", "open_"),
    [
        ("root:x:0:0::/:/bin/sh", "root:*:1::::::", []),
        ("root:x:0:0::/:/bin/sh", "root:!$y$j9T$abc:1::::::", []),
        ("root:x:0:0::/:/bin/sh", "root:$y$j9T$abc:1::::::", ["root"]),
        ("root:x:0:0::/:/bin/sh", "root::1::::::", ["root"]),
        ("root:x:0:0::/:/bin/sh", "", []),
        ("root::0:0::/:/bin/sh", "root:*:1::::::", ["root"]),
        ("root:x:0:0::/:/bin/sh\nback:x:00:0::/:/bin/sh", "root:*:1\nback:$6$abc:1", ["back"]),
        ("app:x:10001:0::/:/bin/sh", "app:$6$abc:1", []),
    ],
)
def test_whoever_has_a_password_of_roots_can_be_root(passwd: str, shadow: str, open_: list[str]) -> None:
    assert open_roots(passwd, shadow) == open_


@given(st.text(), st.text(), st.text())
def test_any_words_come_to_something(declared: str, passwd: str, group: str) -> None:
    resolve(declared, passwd, group)
    open_roots(passwd, group)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("FROM a\nUSER 1\nFROM b\nUSER 2\n# USER 3\nUSER 4\nCMD x\n", 6),
        ("FROM a\nUSER 1\nFROM b\nCMD x\n", 3),
        ("FROM a\nRUN x \\\n  USER y\nCMD x", 1),
        ("from a\n  user 7", 2),
        ("", None),
    ],
)
def test_the_line_is_the_final_stages(text: str, line: int | None, tmp_path: Path) -> None:
    path = tmp_path / DOCKERFILE
    path.parent.mkdir(parents=True)
    path.write_text(text)
    assert last_line(tmp_path, r"USER\b") == line


def test_no_dockerfile_no_line(tmp_path: Path) -> None:
    assert last_line(tmp_path, r"USER\b") is None
