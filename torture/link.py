"""A worker's host as a network namespace of its own, joined to the rest by a link that goes down.

The link is a pair of virtual cards. All of it, servers included, is in a namespace in which ``python -m torture``
starts itself anew: the machine's own networks are neither seen nor touched, and ports of this run collide with
nobody's. None of the namespaces has a name: each is there for as long as a process in it lives, so that nothing is left
however the run ends.

While the link is down, packets vanish. Nobody is told, nothing is closed, and the kernels at both ends go on sending
what was not acknowledged, ever more seldom, as in a network that has lost its way.
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
"""What is needed, and the package that has it."""

_AS_ROOT = ("unshare", "--net", "--")
_AS_OTHERS = ("unshare", "--user", "--map-current-user", "--keep-caps", "--net", "--")
"""Others are root of a namespace of users; they keep their number, since PostgreSQL does not run as root."""

_TRIAL = (
    "ip link set lo up && ip link add torture-a type veth peer name torture-b && "
    "unshare --net nsenter --net=/proc/self/ns/net true"
)
"""All that is asked of the kernel later on, in small."""

_TRIAL_SECONDS = 20.0
_HELD_SECONDS = "1000000"


class NoNamespaceError(Exception):
    """This machine does not let us have network namespaces; the text says why."""


def way_in() -> Sequence[str]:
    """The words in front of a command that put it into a network namespace of its own, in which it may make others.

    Raises:
        NoNamespaceError: There is none here.
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
    """Go on as ``python -m torture`` in a namespace of our own; never comes back."""
    os.execvp(words[0], [*words, sys.executable, "-m", "torture", *arguments])  # noqa: S606  # words of ours


@dataclass(slots=True)
class Link:
    """The link of one host, made by ``join``.

    Attributes:
        name: Of the card at our end.
        address: Of our end, where servers are reached from the host.
        holder: The process that keeps the host's namespace.
    """

    name: str
    address: str
    holder: Child

    def inside(self, argv: Sequence[str]) -> list[str]:
        """A command that runs on the host."""
        return ["nsenter", f"--net=/proc/{self.holder.pid}/ns/net", "--", *argv]

    def cut(self) -> None:
        """Let the link go down: what is sent from now on vanishes."""
        _ip("link", "set", self.name, "down")

    def mend(self) -> None:
        """Let it come up again."""
        _ip("link", "set", self.name, "up")


def wake_loopback() -> None:
    """Bring up the loopback of our own new namespace; servers are bound to it."""
    _ip("link", "set", "lo", "up")


async def join(supervisor: Supervisor, number: int) -> Link:
    """Make a host with a namespace of its own, and join it to ours.

    Args:
        supervisor: Owns the process that holds it.
        number: Of the host, from 1.

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
    """Run a short command of the kernel's tools; it takes a few milliseconds, for which everybody waits."""
    done = subprocess.run(argv, capture_output=True, text=True, check=False)  # noqa: S603  # words of ours
    if done.returncode:
        raise ProcessFailedError(f"{' '.join(argv)}: {done.stderr.strip()}")
