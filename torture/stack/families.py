"""Sends signals to a process and all of its descendants; PostgreSQL is many processes, each in its own session."""

import contextlib
import os
import signal
from pathlib import Path


def family(pid: int) -> list[int]:
    """A process and its descendants, the oldest first."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            # The name in brackets may hold anything; what follows the last bracket is state and parent.
            parent = int(stat.read_text(errors="replace").rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(stat.parent.name))
    found, new = [pid], [pid]
    while new:
        new = [child for parent in new for child in children.get(parent, [])]
        found += new
    return found


def signal_family(pid: int, number: signal.Signals) -> None:
    """Send a signal to a process and its descendants; those that have ended are skipped."""
    for one in family(pid):
        with contextlib.suppress(ProcessLookupError):
            os.kill(one, number)
