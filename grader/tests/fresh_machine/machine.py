"""A bare Debian machine inside this one: its own root file system, processes and network, and nothing installed.

Made with mmdebstrap, `unshare` and a network namespace behind a veth pair; needs Linux and root. What starts in it ends
with it. It is no container: an engine can be installed and started in it, beside the one of this machine.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from sentinel_grader.environment import certificates, distribution, shell

#: What a minimal server install has and a minimal root file system has not; no pip, no engine, no git.
_PACKAGES = "ca-certificates,iproute2,procps,python3,python3-venv"
_PROGRAMS = ("mmdebstrap", "unshare", "nsenter", "ip", "iptables", "tar")


def unavailable() -> str:
    """Why no such machine can be made here; "" if it can."""
    if os.geteuid() != 0:
        return "a machine inside this one needs root"
    lacking = [program for program in _PROGRAMS if not shutil.which(program)]
    return f"needs {', '.join(lacking)}" if lacking else ""


@dataclass(frozen=True)
class Machine:
    """A running machine: `root` is its file system as seen from here, `init` its first process."""

    root: Path
    init: int

    def start(self, *command: str, folder: str = "/root/sentinel") -> subprocess.Popen[str]:
        """Start a command on the machine, as root, with a login's environment and nothing of ours."""
        return subprocess.Popen(
            ["nsenter", f"--target={self.init}", "--mount", "--pid", "--net", "--root", f"--wdns={folder}", *command],
            env={
                "HOME": "/root",
                "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                "LANG": "C.UTF-8",
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *command: str, deadline: float = 600, folder: str = "/root/sentinel") -> tuple[int, str]:
        """Run a command to its end; exit status and what it printed."""
        with self.start(*command, folder=folder) as process:
            try:
                out, _ = process.communicate(timeout=deadline)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
        return process.returncode, out

    def put(self, source: Path, names: Sequence[str]) -> None:
        """Copy files of `source` into the machine's /root/sentinel, with their modes."""
        for name in names:
            target = self.root / "root" / "sentinel" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source / name, target, follow_symlinks=False)

    def processes(self) -> str:
        """Every process of the machine but those that look."""
        return self.run("ps", "-e", "-o", "args=", folder="/")[1]


@contextlib.contextmanager
def machine(codename: str, folder: Path) -> Iterator[Machine]:
    """A machine with Debian `codename`, its files under `folder`; gone after the block, with all that ran on it."""
    number = 4 * list(distribution.RELEASES).index(codename)
    root = _root_file_system(codename, folder)
    with _network(f"fresh-{codename}", number) as namespace, _init(root, namespace) as init:
        yield Machine(root, init)


def _root_file_system(codename: str, folder: Path) -> Path:
    archive, root = folder / "root.tar", folder / "root"
    command = ["mmdebstrap", "--variant=minbase", f"--include={_PACKAGES}", codename, str(archive)]
    shell.run([*command, distribution.debian_mirror()], deadline=600, environment={"TMPDIR": str(folder)})
    root.mkdir()
    shell.run(["tar", "--directory", str(root), "--extract", "--file", str(archive)], deadline=120)
    archive.unlink()
    for place in ("etc/resolv.conf", "etc/hosts"):
        shutil.copy(Path("/") / place, root / place)
    added = certificates.write_extra(folder / "authorities")
    for path in added:
        shutil.copy(path, root / "usr/local/share/ca-certificates")
    shell.run(["chroot", str(root), "update-ca-certificates"], deadline=60)
    return root


@contextlib.contextmanager
def _network(name: str, number: int) -> Iterator[str]:
    """A namespace whose packets leave through this machine, in the /30 at `number` of a private range."""
    here, there, net = (f"192.168.251.{number + 1}", f"192.168.251.{number + 2}", f"192.168.251.{number}/30")
    rules = [["-t", "nat", "{}", "POSTROUTING", "-s", net, "-j", "MASQUERADE"]]
    rules += [["{}", "FORWARD", side, net, "-j", "ACCEPT"] for side in ("-s", "-d")]
    steps = [
        f"ip netns add {name}",
        f"ip link add fresh{number} type veth peer name inner{number} netns {name}",
        f"ip addr add {here}/30 dev fresh{number}",
        f"ip link set fresh{number} up",
        f"ip -n {name} addr add {there}/30 dev inner{number}",
        f"ip -n {name} link set inner{number} up",
        f"ip -n {name} link set lo up",
        f"ip -n {name} route add default via {here}",
        "sysctl -qw net.ipv4.ip_forward=1",
    ]
    try:
        for step in steps:
            shell.run(step.split(), deadline=20)
        for rule in rules:
            shell.run(["iptables", *(word.format("-I") for word in rule)], deadline=20)
        yield name
    finally:
        for rule in rules:
            shell.answer(["iptables", *(word.format("-D") for word in rule)])
        shell.answer(["ip", "netns", "del", name])


# The mounts are private to the machine, and go with its last process. pivot_root, not chroot: an engine enters a
# container by its mount namespace, whose root would still be this machine's (pivot_root(2)).
_INIT = """
cd "$1"
mount --bind . .
cd "$1"
mount -t proc proc proc; mount -t sysfs sysfs sys; mount --rbind /sys/fs/cgroup sys/fs/cgroup
mount --rbind /dev dev; mount -t tmpfs none run
mkdir old; pivot_root . old
exec chroot . sh -ec 'umount -l /old; rmdir /old; echo ready; while :; do sleep 1000; done'
"""


@contextlib.contextmanager
def _init(root: Path, namespace: str) -> Iterator[int]:
    command = ["nsenter", f"--net=/run/netns/{namespace}", "unshare", "--pid", "--fork", "--kill-child", "--mount"]
    command += ["--propagation", "private", "bash", "-euc", _INIT, "init", str(root)]
    outer = subprocess.Popen(
        command, start_new_session=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    )
    try:
        assert outer.stdout is not None
        if outer.stdout.readline() != "ready\n":
            raise RuntimeError(f"the machine did not start: exit status {outer.wait()}")
        yield psutil.Process(outer.pid).children()[0].pid
    finally:
        os.killpg(outer.pid, signal.SIGKILL)
        outer.communicate()
