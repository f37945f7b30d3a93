"""What people get wrong when they harden an image, and how they try to look as if they had."""

from __future__ import annotations

from .mutant import Mutant
from .task_1 import BUILDS, CMD, CODE

USER = "USER 10001:10001\n"
NON_ROOT, NUMERIC = frozenset({"m1.non_root"}), frozenset({"m1.numeric_user"})
READ_ONLY, IMMUTABLE = frozenset({"m1.read_only"}), frozenset({"m1.immutable_app"})

#: Ends every process whose command line has the word in it that ours has.
_HIDE = "while sleep 0.1; do for p in /proc/[0-9]*; do grep -qsa watcher $p/cmdline && kill -9 ${p#/proc/}; done; done"

_ROOT = [
    Mutant(
        "no-user",
        "The Dockerfile names no user, so that everything runs as root.",
        NON_ROOT | NUMERIC,
        {"Dockerfile": (USER, "")},
    ),
    Mutant(
        "root-last",
        "The user is set back to root at the end, for something that needed it.",
        NON_ROOT | NUMERIC,
        {"Dockerfile": ("EXPOSE 8001", "USER root\nEXPOSE 8001")},
    ),
    Mutant(
        "root-by-another-name",
        "The user has a harmless name, and root's number.",
        NON_ROOT | NUMERIC,
        {"Dockerfile": (USER, "RUN useradd --non-unique --uid 0 service\nUSER service\n")},
    ),
    Mutant(
        "gives-root-up-itself",
        "The command starts as root and gives it up by itself, which needs capabilities that nobody need grant.",
        NON_ROOT | NUMERIC | READ_ONLY,
        {
            "Dockerfile": [
                (USER, ""),
                (CMD, 'CMD ["setpriv", "--reuid=10001", "--regid=10001", "--clear-groups", "python", "-m", "alerter"]'),
            ]
        },
    ),
    Mutant(
        "number-as-a-name",
        "An account of root's is named 10001: the user looks like a number, and is a name.",
        NON_ROOT,
        {"Dockerfile": (USER, "RUN echo '10001:x:0:0::/:/bin/sh' >> /etc/passwd\nUSER 10001\n")},
    ),
    Mutant(
        "root-helper",
        "The service itself is not root, but a helper beside it becomes root by a password in the image.",
        NON_ROOT,
        {
            "Dockerfile": [
                (USER, f"RUN echo root:helper | chpasswd\n{USER}"),
                (CMD, 'CMD ["sh", "-c", "echo helper | su -c \'exec sleep 600\' & exec python -m alerter"]'),
            ]
        },
    ),
    Mutant(
        "hidden-root-helper",
        "The helper that becomes root ends whatever looks at the processes, and hopes that nothing is graded then.",
        NON_ROOT,
        {
            "Dockerfile": [
                (USER, f"RUN echo root:helper | chpasswd && echo '{_HIDE}' > /usr/local/bin/hide\n{USER}"),
                (
                    CMD,
                    'CMD ["sh", "-c", "echo helper | su -c \'exec sh /usr/local/bin/hide\' & exec python -m alerter"]',
                ),
            ]
        },
    ),
]

_EARLY = [
    Mutant(
        "user-too-early",
        "USER comes before the lines that install, which then may not write.",
        BUILDS,
        {"Dockerfile": ("COPY requirements.txt /build/", "USER 10001:10001\nCOPY requirements.txt /build/")},
    ),
]

_NUMBER = [
    Mutant(
        "named-user",
        "The user is a name, of which Kubernetes cannot tell that it is not root.",
        NUMERIC,
        {"Dockerfile": (USER, "RUN useradd --uid 10001 --no-log-init service\nUSER service\n")},
    ),
    Mutant(
        "leading-zero",
        "The number has a leading zero, which some tools read as octal.",
        NUMERIC,
        {"Dockerfile": (USER, "USER 010001\n")},
    ),
    Mutant(
        "named-group",
        "The user is a number, and its group a name.",
        NUMERIC,
        {"Dockerfile": (USER, "USER 10001:users\n")},
    ),
]

_WRITES = [
    Mutant(
        "process-id-file",
        "The command writes a file with its process id before it starts the service.",
        READ_ONLY,
        {
            "Dockerfile": [
                (USER, f"RUN install --directory --owner 10001 /run/alerter\n{USER}"),
                (CMD, 'CMD ["sh", "-c", "echo $$ > /run/alerter/pid && exec python -m alerter"]'),
            ]
        },
    ),
    Mutant(
        "log-file",
        "The log goes to a file inside the container.",
        READ_ONLY | {"m1.logs"},
        {
            "Dockerfile": [
                (USER, f"RUN install --directory --owner 10001 /var/log/alerter\n{USER}"),
                (CMD, 'CMD ["sh", "-c", "exec python -m alerter > /var/log/alerter/log 2>&1"]'),
            ]
        },
    ),
    Mutant(
        "volume",
        "What must be writable is declared a volume, so that it is writable whoever runs the image.",
        READ_ONLY,
        {"Dockerfile": (USER, f"RUN install --directory --owner 10001 /data\nVOLUME /data\n{USER}")},
    ),
]

_CODE = [
    Mutant(
        "own-code",
        "The code belongs to the user that runs it.",
        IMMUTABLE,
        {"Dockerfile": (CODE, "COPY --chown=10001:10001 alerter /service/alerter")},
    ),
    Mutant(
        "open-to-all",
        "Everybody may write everywhere, since once there was a permission denied.",
        IMMUTABLE,
        {"Dockerfile": (CODE, f"{CODE}\nRUN chmod -R 777 /service/alerter")},
    ),
    Mutant(
        "group-of-root",
        "The files are writable for their group, and a number alone as user is in root's group.",
        IMMUTABLE,
        {"Dockerfile": [(CODE, f"{CODE}\nRUN chmod -R g+w /service/alerter"), (USER, "USER 10001\n")]},
    ),
    Mutant(
        "own-folder",
        "The code is root's, but the folder that it lies in is not: the code can be moved away and replaced.",
        IMMUTABLE,
        {"Dockerfile": (CODE, f"{CODE}\nRUN chown 10001 /service")},
    ),
    Mutant(
        "set-uid",
        "A helper is given the set-uid bit, so that whoever runs it is root.",
        IMMUTABLE,
        {"Dockerfile": (USER, f"RUN install --mode 4755 /bin/sleep /usr/local/bin/helper\n{USER}")},
    ),
    Mutant(
        "file-capabilities",
        "A program is given capabilities by its file: whoever runs it may write any file.",
        IMMUTABLE,
        {
            "Dockerfile": (
                USER,
                'RUN cp /bin/sleep /usr/local/bin/helper && python -c "import os, struct; os.setxattr('
                "'/usr/local/bin/helper', 'security.capability', struct.pack('<5I', 0x02000001, 2, 0, 0, 0))\"\n"
                + USER,
            )
        },
    ),
]

MUTANTS = [*_ROOT, *_EARLY, *_NUMBER, *_WRITES, *_CODE]
