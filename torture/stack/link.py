"""A worker's host as a network namespace of its own, with a link to the other processes that can go down.

The link is a pair of virtual network cards. ``python -m torture`` starts itself again in a namespace of its own, and
all processes, servers included, run inside it: the machine's own networks are neither seen nor touched, and ports
cannot collide. The namespaces have no names and exist only as long as a process in them lives, so that nothing is left
however the run ends.

While the link is down, packets vanish. Nobody is told and nothing is closed; the kernels at both ends repeat what was
not acknowledged, at growing intervals, as in a failed network.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from runtime.embedded.processes import Child, Command, ProcessFailedError, Supervisor

_PROGRAMS = {"ip": "iproute2", "unshare": "util-linux", "nsenter": "util-linux"}
"""The programs that are needed, each with the package that has it."""

_AS_ROOT = ("unshare", "--net", "--")
_AS_OTHERS = ("unshare", "--user", "--map-current-user", "--keep-caps", "--net", "--")
"""Without root, a user namespace gives the rights. The user keeps its id, because PostgreSQL does not run as root."""

_TRIAL = (
    "ip link set lo up && ip link add torture-a type veth peer name torture-b && "
    "unshare --net nsenter --net=/proc/self/ns/net true"
)
"""Does once, with two cards and one namespace, everything that the kernel is asked for later."""

_TRIAL_SECONDS = 20.0
_HELD_SECONDS = "1000000"


class NoNamespaceError(Exception):
    """Network namespaces cannot be used on this machine; the text says why."""


def way_in() -> Sequence[str]:
    """The words to put before a command so that it runs in a new network namespace, in which it may create others.

    Raises:
        NoNamespaceError: Namespaces cannot be used on this machine.
    """
    if missing := [f"{name} ({package})" for name, package in _PROGRAMS.items() if shutil.which(name) is None]:
        raise NoNamespaceError(f"this machine has no {' and no '.join(missing)}")
    words = _AS_ROOT if os.geteuid() == 0 else _AS_OTHERS
    try:
        tried = subprocess.run(  # noqa: S603  # words of ours
            [*words, "sh", "-c", _TRIAL], capture_output=True, text=True, timeout=_TRIAL_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise NoNamespaceError("making a network namespace takes too long here") from None
    if tried.returncode:
        said = tried.stderr.strip().splitlines() or [f"status {tried.returncode}"]
        raise NoNamespaceError(f"this machine does not let us: {said[-1]}")
    return words


def enter(words: Sequence[str], arguments: Sequence[str]) -> NoReturn:
    """Replace this process by ``python -m torture`` in a new namespace; it does not return."""
    os.execvp(words[0], [*words, sys.executable, "-m", "torture", *arguments])  # noqa: S606  # words of ours


@dataclass(slots=True)
class Link:
    """The link of one host; ``join`` creates it.

    Attributes:
        name: Name of the card at our end.
        address: Address of our end, at which the host reaches servers.
        holder: The process that keeps the host's namespace alive.
    """

    name: str
    address: str
    holder: Child

    def inside(self, argv: Sequence[str]) -> list[str]:
        """A command to be run on the host."""
        return ["nsenter", f"--net=/proc/{self.holder.pid}/ns/net", "--", *argv]

    def cut(self) -> None:
        """Take the link down: packets vanish."""
        _ip("link", "set", self.name, "down")

    def mend(self) -> None:
        """Bring the link up again."""
        _ip("link", "set", self.name, "up")


def wake_loopback() -> None:
    """Bring up the loopback of our new namespace, on which servers listen."""
    _ip("link", "set", "lo", "up")


async def join(supervisor: Supervisor, number: int) -> Link:
    """Create a host with a namespace of its own, and link it to ours.

    Args:
        supervisor: Owns the process that keeps the namespace alive.
        number: The host's number, from 1.

    Raises:
        ProcessFailedError: The kernel does not let us.
    """
    ours, theirs, subnet = f"to-host-{number}", f"card-{number}", f"10.77.{number}"
    command = Command(f"host-{number}", ["unshare", "--net", "--", "sleep", _HELD_SECONDS])

    async def has_its_own() -> bool:
        return _namespace_of("self") != _namespace_of(holder.pid)

    holder = await supervisor.start(command)
    await holder.wait_ready(has_its_own)
    link = Link(ours, f"{subnet}.1", holder)
    _ip("link", "add", ours, "type", "veth", "peer", "name", theirs)
    _ip("link", "set", theirs, "netns", str(holder.pid))
    _ip("address", "add", f"{link.address}/24", "dev", ours)
    for words in (f"address add {subnet}.2/24 dev {theirs}", f"link set {theirs} up", "link set lo up"):
        _run(link.inside(["ip", *words.split()]))
    link.mend()
    return link


def _namespace_of(process: int | str) -> Path:
    return Path(f"/proc/{process}/ns/net").readlink()


def _ip(*words: str) -> None:
    _run(["ip", *words])


def _run(argv: Sequence[str]) -> None:
    """Run a short command of the kernel's tools; it blocks the event loop for a few milliseconds."""
    done = subprocess.run(argv, capture_output=True, text=True, check=False)  # noqa: S603  # words of ours
    if done.returncode:
        raise ProcessFailedError(f"{' '.join(argv)}: {done.stderr.strip()}")
