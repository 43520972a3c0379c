"""CPU time and memory of processes, from ``/proc`` (proc(5)); it works on Linux only."""

import os
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.reporting.results import Usage

PROC = Path("/proc")
_TICK = 1 / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """CPU seconds used until a moment: by process with its descendants, and of the whole machine."""

    by_process: Mapping[str, float]
    machine: float


@dataclass(frozen=True, slots=True)
class _Stat:
    parent: int
    seconds: float


def snapshot(processes: Mapping[str, int]) -> Snapshot:
    """Measure the CPU seconds used until now.

    Args:
        processes: Process ids by name. A process's living descendants, and ended children that it has waited for, are
            included, such as PostgreSQL's backends.
    """
    stats = _stats()
    children = _children(stats)

    def whole(pid: int) -> float:
        own = stats[pid].seconds if pid in stats else 0.0
        return own + sum(whole(child) for child in children[pid])

    return Snapshot({name: whole(pid) for name, pid in processes.items()}, _machine())


def usage(before: Snapshot, after: Snapshot, processes: Mapping[str, int]) -> Usage:
    """CPU time between two snapshots, and peak memory.

    Args:
        before: The first.
        after: The second, of the same processes.
        processes: Process ids by name; one that has ended has no peak. The peak is that of a process or of a child of
            it, whichever is greater.
    """
    children = _children(_stats())
    used = {name: after.by_process[name] - before.by_process.get(name, 0.0) for name in after.by_process}
    others = max(0.0, after.machine - before.machine - sum(used.values()))
    found = {name: [_peak_bytes(one) for one in (pid, *children[pid])] for name, pid in processes.items()}
    peaks = {name: max(peaks) for name, each in found.items() if (peaks := [peak for peak in each if peak])}
    return Usage(used, others, peaks)


def family(pid: int) -> list[int]:
    """A process and its living descendants."""
    children = _children(_stats())
    found = [pid]
    for one in found:
        found.extend(children[one])
    return found


def _stats() -> Mapping[int, _Stat]:
    return {int(folder.name): stat for folder in PROC.glob("[0-9]*") if (stat := _stat(folder))}


def _children(stats: Mapping[int, _Stat]) -> Mapping[int, list[int]]:
    children: dict[int, list[int]] = defaultdict(list)
    for pid, stat in stats.items():
        children[stat.parent].append(pid)
    return children


def _stat(folder: Path) -> _Stat | None:
    try:
        # The name, in brackets, may hold anything; the numbers begin after it with the state.
        words = (folder / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None  # it has ended since the folder was listed
    user, system, waited_user, waited_system = map(int, words[11:15])
    return _Stat(int(words[1]), (user + system + waited_user + waited_system) * _TICK)


def _machine() -> float:
    user, nice, system, _idle, _waiting, hard, soft = map(int, (PROC / "stat").read_text().split()[1:8])
    return (user + nice + system + hard + soft) * _TICK


def _peak_bytes(pid: int) -> int | None:
    try:
        status = (PROC / str(pid) / "status").read_text()
    except OSError:
        return None
    line = next((line for line in status.splitlines() if line.startswith("VmHWM:")), None)
    return int(line.split()[1]) * 1024 if line else None
