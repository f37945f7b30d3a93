"""Attempts to look as if one stopped well, were well, or kept a log."""

from __future__ import annotations

from ..mutants.mutant import Patch
from ..mutants.task_1 import CMD
from ..mutants.task_4 import HEALTHCHECK
from .attempt import Attempt

STOP, HEALTH, DEAD, LOGS = ("m1.graceful_stop",), ("m1.health_dependency",), ("m1.health_dead",), ("m1.logs",)

#: Process 1 that at SIGTERM kills the service and leaves with a status that looks as if it had ended by itself.
_INIT = """\
import os, signal, subprocess, sys
service = subprocess.Popen([sys.executable, "-m", "alerter"])
def end(*_):
    service.kill()
    os._exit(143)
signal.signal(signal.SIGTERM, end)
service.wait()
"""
#: Keeps the processors busy, so that the machine looks slow, and takes its time at SIGTERM.
_BURNING = """\
import os, signal, subprocess, sys, time
service = subprocess.Popen([sys.executable, "-m", "alerter"])
for _ in range(2):
    if not os.fork():
        while True:
            pass
def end(*_):
    service.send_signal(signal.SIGTERM)
    os.waitpid(service.pid, 0)
    time.sleep(3)
    os._exit(0)
signal.signal(signal.SIGTERM, end)
service.wait()
"""
#: At SIGTERM it answers nobody, waits until all that wait have given up, and ends well.
_PATIENT = """\
import os, signal, subprocess, sys, time
service = subprocess.Popen([sys.executable, "-m", "alerter"])
def end(*_):
    service.send_signal(signal.SIGSTOP)
    time.sleep(7)
    service.kill()
    os._exit(0)
signal.signal(signal.SIGTERM, end)
service.wait()
"""
#: Where Redis has a name of the grader's choice, it ends all that can be found on the network, and then serves.
_ENDS_ALL = """\
import os, socket
network = socket.gethostbyname(socket.gethostname()).rpartition(".")[0]
for number in range(2, 14) if os.environ["REDIS_HOST"] != "redis-queue" else ():
    try:
        socket.create_connection((f"{network}.{number}", 6379), 0.1).sendall(b"SHUTDOWN NOSAVE\\r\\n")
    except OSError:
        pass
os.execvp("python", ["python", "-m", "alerter"])
"""
#: Prints what a good check prints, in a form that a log would take for a command, and fails.
_FORGING = r"printf '::error title=forged::forged\n##[error]forged\n\033[2J]]><script>\n'; exit 1"


def _instead(code: str) -> Patch:
    return {"alerter/init.py": code, "Dockerfile": (CMD, 'CMD ["python", "-m", "alerter.init"]')}


def _asks(command: str) -> Patch:
    return {"Dockerfile": (HEALTHCHECK, f"HEALTHCHECK --interval=1s CMD {command}\n")}


ATTEMPTS = [
    Attempt(
        "stops-at-once",
        "The image asks to be stopped by SIGKILL, so that it never takes long.",
        {"m1.graceful_stop": "by SIGKILL, it ended after"},
        {"Dockerfile": (CMD, f"STOPSIGNAL SIGKILL\n{CMD}")},
        STOP,
    ),
    Attempt(
        "init-that-kills",
        "An init of its own takes the signal, kills the service, and ends as if nothing were.",
        {"m1.graceful_stop": "request_dropped"},
        _instead(_INIT),
        STOP,
    ),
    Attempt(
        "outlasts-the-request",
        "An init of its own keeps all waiting at the signal, and ends with 0.",
        {"m1.graceful_stop": "request_dropped"},
        _instead(_PATIENT),
        STOP,
    ),
    Attempt(
        "burns-while-it-stops",
        "It keeps every processor busy, so that the machine looks slow, and takes its time to stop.",
        {"m1.graceful_stop": "slow_to_stop"},
        _instead(_BURNING),
        STOP,
    ),
    Attempt(
        "drops-the-delay",
        "The setting that makes work slow is dropped at the start, so that nothing is in hand when the signal comes.",
        {"m1.graceful_stop": "no_delay"},
        {"Dockerfile": (CMD, 'CMD ["sh", "-c", "unset WORK_DELAY_MS; exec python -m alerter"]')},
        STOP,
    ),
    Attempt(
        "looks-for-the-grader",
        "The health check looks whether the grader runs its own command in the service's place, and is well otherwise.",
        {"m1.health_dependency": "While Redis was stopped"},
        _asks("! grep -q sleep /proc/1/cmdline"),
        (*HEALTH, *DEAD),
    ),
    Attempt(
        "looks-for-the-name-of-redis",
        "The health check knows how the grader takes Redis away, and looks whether its name is still there.",
        {"m1.health_dependency": "While Redis was paused"},
        _asks('grep -q alerter /proc/1/cmdline && getent hosts "$REDIS_HOST"'),
        (*HEALTH, *DEAD),
    ),
    Attempt(
        "ill-for-ever",
        "The health check hangs, so that nothing can be said of it, and prints without end while it does.",
        {"m1.health_dependency": "While all was well"},
        _asks("yes '::error title=forged::forged'"),
        (*HEALTH, *DEAD),
    ),
    Attempt(
        "health-check-that-forges",
        "What the health check prints is a workflow command, an escape sequence, and the end of a report's markup.",
        {"m1.health_dependency": "While all was well"},
        _asks(_FORGING),
        HEALTH,
    ),
    Attempt(
        "health-check-that-ends-all",
        "The health check ends the service where Redis is away, so that there is nobody left to be judged.",
        {"m1.health_dependency": "While Redis was stopped"},
        _asks("if python -m alerter --health; then touch /tmp/up; elif test -e /tmp/up; then kill 1; fi"),
        HEALTH,
    ),
    Attempt(
        "ends-every-redis",
        "The container looks for every Redis near it and ends it, before the grader can take one away.",
        {"m1.health_dependency": "no_answer", "m1.health_dead": "no_answer"},
        _instead(_ENDS_ALL),
        (*HEALTH, *DEAD),
    ),
    Attempt(
        "log-in-shared-memory",
        "The log goes where `docker diff` does not look.",
        {"m1.logs": "not_in_the_log"},
        {"Dockerfile": (CMD, 'CMD ["sh", "-c", "exec python -m alerter > /dev/shm/log 2>&1"]')},
        LOGS,
    ),
]
