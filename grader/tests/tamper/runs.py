"""Attempts by what the running container does: to be root unseen, or to harm what it runs on."""

from __future__ import annotations

from ..mutants.mutant import Patch
from ..mutants.task_1 import CMD
from ..mutants.task_3 import USER
from .attempt import Attempt

NON_ROOT = ("m1.non_root",)
STARTS, FLOW = ("m1.starts",), ("m1.starts", "m1.alerts")

#: As root: become whoever watches, stop them before their first look, and print looks of one's own for them.
_FORGER = """\
import glob, os, signal, time
while True:
    for path in glob.glob("/proc/[0-9]*/cmdline"):
        try:
            words = open(path).read()
            if "LOOKS" not in words:
                continue
            pid = int(path.split("/")[2])
            os.kill(pid, signal.SIGSTOP)
            uid = os.stat(f"/proc/{pid}").st_uid
            os.setgroups([]); os.setgid(uid); os.setuid(uid)
            look = '[{"pid":1,"parent":0,"name":"python","command":"python -m alerter","capabilities":0,'
            look += '"uids":[10001,10001,10001,10001],"no_new_privileges":false,"seccomp":2}]\\n'
            with open(f"/proc/{pid}/fd/1", "w") as out:
                out.write(look * 60)
            time.sleep(600)
        except (OSError, ValueError):
            pass
"""
_SPAWNER = """\
import os, time
while True:
    try:
        os.spawnvp(os.P_NOWAIT, "sleep", ["sleep", "600"])
    except OSError:
        time.sleep(0.01)
"""
#: Not root: be so many processes, each another one every moment, that nobody can list them all; then be root, and let
#: the service begin: so there is a root from its first answer to its last, however busy the machine is.
_CROWD = """\
import ctypes, os, subprocess, time
libc = ctypes.CDLL(None)
for number in range(150):
    if not os.fork():
        while True:
            libc.prctl(15, os.urandom(6).hex().encode(), 0, 0, 0)
            time.sleep(0.05)
time.sleep(2)
subprocess.run("echo helper | su -c 'touch /tmp/is-root; exec sleep 600'", shell=True)
"""
_CROWDED = "until [ -e /tmp/is-root ]; do sleep 0.1; done"


def _helped(helper: str, *, as_root: bool, first: str = ":") -> Patch:
    """The service with a helper beside it, once a shell command ended; root has a password in the image."""
    start = "echo helper | su -c 'exec python /helper.py'" if as_root else "exec python /helper.py"
    script = f"#!/bin/sh\n({start}) >/dev/null 2>&1 &\n{first}\nexec python -m alerter\n"
    return {
        "alerter/helper.py": helper,
        "alerter/start.py": f"import os\nos.execv('/bin/sh', ['sh', '-c', {script!r}])\n",
        "Dockerfile": [
            (USER, f"RUN echo root:helper | chpasswd\nCOPY alerter/helper.py /helper.py\n{USER}"),
            (CMD, 'CMD ["python", "-m", "alerter.start"]'),
        ],
    }


def _beside(helper: str) -> Patch:
    """The service, untouched, with a shell command beside it."""
    script = f"{helper} & exec python -m alerter"
    return {
        "alerter/start.py": f"import os\nos.execv('/bin/sh', ['sh', '-c', {script!r}])\n",
        "Dockerfile": (CMD, 'CMD ["python", "-m", "alerter.start"]'),
    }


def _instead(code: str) -> Patch:
    return {"alerter/tamper.py": code, "Dockerfile": (CMD, 'CMD ["python", "-m", "alerter.tamper"]')}


_ROOT = [
    Attempt(
        "forged-looks",
        "A helper that is root becomes whoever watches the processes, and writes that nobody is root.",
        {"m1.non_root": ""},
        _helped(_FORGER, as_root=True),
        NON_ROOT,
    ),
    Attempt(
        "lost-in-a-crowd",
        "Processes that change their names all the time fill the list of processes, before a helper becomes root.",
        {"m1.non_root": "uid 0"},
        _helped(_CROWD, as_root=False, first=_CROWDED),
        NON_ROOT,
    ),
    Attempt(
        "root-later-on",
        "A helper waits until nobody looks any more, and then becomes root by a password in the image.",
        {"m1.immutable_app": "root_by_password"},
        _helped("import os, time\ntime.sleep(900)\nos.system('echo helper | su -c id')\n", as_root=False),
        ("m1.non_root", "m1.immutable_app"),
    ),
    Attempt(
        "gone-when-watched",
        "The container looks for whoever watches its processes, and ends as soon as it finds them.",
        {"m1.non_root": "container_ended"},
        _beside("while :; do grep -qsa '[L]OOKS' /proc/[0-9]*/cmdline && kill 1; done"),
        ("m1.starts", "m1.alerts", "m1.non_root"),
    ),
]

_CONFIGURED = [
    Attempt(
        "volume-over-all",
        "The whole image is declared a volume, which no engine can start.",
        {"m1.starts": "cannot_start"},
        {"Dockerfile": (CMD, f"VOLUME /\n{CMD}")},
        STARTS,
    ),
    Attempt(
        "folder-that-is-a-file",
        "The folder that the command starts in is made a file.",
        {"m1.starts": "cannot_start"},
        {"Dockerfile": (USER, f"RUN mkdir /x\nWORKDIR /x\nRUN cd / && rmdir /x && touch /x\n{USER}")},
        STARTS,
    ),
    Attempt(
        "accounts-in-circles",
        "The file of the accounts is a link to itself, so that nobody can look the user up.",
        {"m1.starts": ""},
        {"Dockerfile": (USER, f"RUN ln -sf passwd /etc/passwd\n{USER}")},
        ("m1.starts", "m1.numeric_user"),
    ),
]

_HARM = [
    Attempt(
        "forks-without-end",
        "The container forks without end, so that nothing else can start.",
        {"m1.starts": "no_answer"},
        _instead(_SPAWNER),
        STARTS,
    ),
    Attempt(
        "takes-all-memory",
        "The container takes memory without end.",
        {"m1.starts": "container_ended"},
        _instead("held = []\nwhile True: held.append(bytearray(50_000_000))\n"),
        STARTS,
    ),
    Attempt(
        "fills-the-disk",
        "The container writes to its own layer without end, until the engine has no disk left.",
        {"m1.starts": "disk_filled"},
        _instead("with open('/tmp/filled', 'wb') as file:\n    while True: file.write(bytes(1 << 24))\n"),
        STARTS,
    ),
    Attempt(
        "logs-without-end",
        "The container prints without end, workflow commands and escape sequences, while it works.",
        {},
        _beside("yes '::error title=forged::forged \x1b[2J ]]>'"),
        FLOW,
    ),
    Attempt(
        "checks-its-health-without-end",
        "A health check starts a thousand times a second.",
        {},
        {"Dockerfile": (CMD, f"HEALTHCHECK --interval=1ms --timeout=1s CMD head -c 100000 /dev/zero\n{CMD}")},
        FLOW,
    ),
    Attempt(
        "leaves-a-volume",
        "Whatever the container writes goes to a volume, which outlives it.",
        {},
        {"Dockerfile": (USER, f"RUN install -d -o 10001 /kept\nVOLUME /kept\n{USER}")},
        FLOW,
    ),
    Attempt(
        "calls-out",
        "The container calls the internet and a cloud's own address, and ends if anybody is there.",
        {},
        _instead("""\
import os, socket
def reached(host, port):
    try:
        socket.create_connection((host, port), 0.3).close()
    except ConnectionRefusedError:
        return True  # somebody is there to refuse it
    except OSError:
        return False
    return True
own = socket.gethostbyname(socket.gethostname()).rsplit(".", 1)[0]
hosts = [("1.1.1.1", 53), ("pypi.org", 443), ("169.254.169.254", 80)]  # the engine's own machine: test_apart.py
found = [host for host in hosts if reached(*host)]
if found:
    raise SystemExit(f"reached {found}")
os.execvp("python", ["python", "-m", "alerter"])
"""),
        FLOW,
    ),
]

ATTEMPTS = [*_ROOT, *_CONFIGURED, *_HARM]
