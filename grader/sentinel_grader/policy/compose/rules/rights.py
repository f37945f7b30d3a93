"""What would give a container rights beyond the usual ones, or steps into name spaces that are not its own."""

from __future__ import annotations

from sentinel_grader.policy.compose.forms import listing, no, only, text
from sentinel_grader.policy.compose.judge import Form

_MACHINE = "it reaches the engine's own machine"
_ELSEWHERE = "it steps into what belongs to another container, or to the engine's own machine"
_OTHER_RUNTIME = "containers run as the engine runs all of them"
_HOOK = "it runs a program beside the container's own, on the engine's say-so"
_WINDOWS = "it is for Windows"
_CAPABILITY = text(r"(?:CAP_)?[A-Z_]{2,30}|ALL", "Write the name of a capability, such as ALL.")

RIGHTS: dict[str, Form] = {
    "annotations": no("they steer the program that runs containers"),
    "blkio_config": no("it names devices of the engine's own machine"),
    "cap_add": no("no service here needs more than the usual capabilities", "Delete it, or use cap_drop."),
    "cap_drop": listing(_CAPABILITY),
    "cgroup": only("private", why=_MACHINE),
    "cgroup_parent": no("it moves a container out of its limits"),
    "cpu_rt_period": no("it takes processors from the whole machine"),
    "cpu_rt_runtime": no("it takes processors from the whole machine"),
    "credential_spec": no(_WINDOWS),
    "develop": no("a grade runs what is in the image, and copies nothing into it", "Move it to a file of your own."),
    "device_cgroup_rules": no("a container gets no devices"),
    "devices": no("a container gets no devices"),
    "gpus": no("a container gets no devices"),
    "ipc": only("private", "none", why=_ELSEWHERE),
    "isolation": no(_WINDOWS),
    "models": no("the course has no models to give"),
    "oom_kill_disable": only("false", why="a container that is out of memory has to end"),
    "oom_score_adj": text(r"\d{1,3}|1000", "Write a number from 0 to 1000: a container may only go first."),
    "pid": no(_ELSEWHERE),
    "post_start": no(_HOOK),
    "pre_start": no(_HOOK),
    "pre_stop": no(_HOOK),
    "privileged": only("false", why=_MACHINE, code="privileged"),
    "provider": no("it runs a program of the machine that grades", code="provider"),
    "runtime": only("runc", why=_OTHER_RUNTIME),
    "security_opt": listing(
        text(r"no-new-privileges(?:[:=]true)?", "Write no-new-privileges:true; nothing else is taken.", "security_opt")
    ),
    "storage_opt": no("most engines have no quota for it"),
    "sysctls": no("it sets the kernel"),
    "use_api_socket": only("false", why="who has the engine's socket is root on its machine", code="use_api_socket"),
    "userns_mode": no(_ELSEWHERE),
    "uts": no(_ELSEWHERE),
    "volumes_from": no(_ELSEWHERE, "Give the service a volume of its own."),
}
