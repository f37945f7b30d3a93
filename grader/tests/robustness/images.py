"""Dockerfiles that build, to images that are hardly any: each with something that a reader may stumble over."""

from __future__ import annotations

import random

_SMALL = "FROM scratch\nCOPY alerter/version.py /x\n"
_SETTINGS = [
    "USER \u0667\n", "USER nobody:\n", "USER 99999999999999999999\n", "USER -1\n", "USER a:b:c\n",
    "WORKDIR /a\\ b/../c\n",
    'ENV A="\x1b[2J" B="::error::"\n', "ENV PORT=99999\n", "STOPSIGNAL 64\n", "STOPSIGNAL SIGRTMAX\n", "VOLUME /\n",
    'VOLUME ["/x y", "/../z"]\n', "EXPOSE 1-65535\n", "LABEL a=b\\\n c=d\n", 'ENTRYPOINT [""]\n', 'CMD ["/x"]\n',
    "CMD x\n", 'SHELL ["/x"]\n', "HEALTHCHECK CMD x\n", "ENTRYPOINT []\n", "COPY alerter /\n",
]  # fmt: skip
_FILES = [
    r"printf x > \"$(printf 'a\\nb\\377')\"", "touch /.wh.x /.wh..wh..opq", "mknod /dev/odd c 1 5; mkfifo /fifo",
    "ln -s l /l",
    "truncate -s 300M /sparse", "mkdir -p /" + "d/" * 200, "cd /; for n in $(seq 2000); do echo $n > f$n; done",
    "chmod 7777 /usr/bin/env; setcap cap_sys_admin+ep /bin/true || true",
    "rm -rf /etc/passwd /etc/group /tmp", "echo x: > /etc/passwd",
]  # fmt: skip


def settings(chance: random.Random, _solution: str) -> str:
    """Odd settings."""
    return _SMALL + "".join(chance.sample(_SETTINGS, chance.randrange(1, 4)))


def files(chance: random.Random, _solution: str) -> str:
    """Odd files."""
    return f'FROM python:3.13-slim\nRUN {chance.choice(_FILES)}\nCMD ["true"]\n'


IMAGES = (settings, files)
