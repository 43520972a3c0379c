"""How many processors this process may use, by its affinity and by the limit of the container that it runs in."""

import os
from math import ceil
from pathlib import Path

CONTROL_GROUPS = Path("/sys/fs/cgroup")
"""Where Linux shows a process in a container the limits of its own control group."""


def usable_processors(control_groups: Path = CONTROL_GROUPS) -> int:
    """The number, at least 1; of a limit such as one and a half, the next whole number.

    ``os.cpu_count`` is the whole machine's: a container that is limited to one processor of sixteen would seem to have
    sixteen. Source: Linux, ``Documentation/admin-guide/cgroup-v2.rst`` (``cpu.max``), and
    ``Documentation/scheduler/sched-bwc.rst`` for the older files.

    Args:
        control_groups: The folder with the limits.
    """
    affinity = getattr(os, "sched_getaffinity", None)  # on Linux: those that this process may use
    there = len(affinity(0)) if affinity else os.cpu_count() or 1
    allowed = _allowed(control_groups)
    return there if allowed is None else max(1, min(there, ceil(allowed)))


def _allowed(folder: Path) -> float | None:
    """Processors' worth of time that may be used; None without a limit, or where none can be read."""
    try:
        if (current := folder / "cpu.max").exists():
            used, _, period = current.read_text().partition(" ")
        else:
            used = (folder / "cpu" / "cpu.cfs_quota_us").read_text()
            period = (folder / "cpu" / "cpu.cfs_period_us").read_text()
        allowed = float(used) / float(period)
    except (OSError, ValueError, ZeroDivisionError):  # not Linux, no container, or "max"
        return None
    return allowed if allowed > 0 else None  # the older files say -1 where there is no limit
