"""Checks whether this machine can run the embedded servers, before anything is started.

``setup/preflight.sh`` makes the same checks before anything is installed, on machines that may not have Python yet.
"""

import os
import shutil
import sys
from pathlib import Path

from runtime.embedded.processes import ProcessFailedError

_MEBIBYTE = 1 << 20
DISK = 500 * _MEBIBYTE
"""Bytes for two fresh databases, their logs, and some thousand clients."""
MEMORY = 800 * _MEBIBYTE
"""Bytes for the servers, a worker with two processes that read, and the web backend, before they have read anything."""

_ROOTS_RIGHTS = {"DAC_OVERRIDE": 1, "SETGID": 6, "SETUID": 7, "SETPCAP": 8}
"""By their numbers in capabilities(7): what root needs to run PostgreSQL as somebody else. Containers have them unless
they were taken away."""

_MEMINFO = Path("/proc/meminfo")
_STATUS = Path("/proc/self/status")


def check_machine(
    directory: Path,
    *,
    platform: str = sys.platform,
    disk: int | None = None,
    memory: int | None = None,
    rights: int | None = None,
) -> None:
    """Check the machine, and complain in one sentence about what is missing.

    Args:
        directory: Where the servers' files will be; it has to exist.
        platform: As ``sys.platform`` names it.
        disk: Free bytes there; measured when None.
        memory: Bytes of memory available; measured when None.
        rights: Root's capabilities, as a set of bits; read from the kernel when None.

    Raises:
        ProcessFailedError: The machine cannot run them, with what to do about it.
    """
    if platform != "linux":
        raise ProcessFailedError("the embedded servers run on Linux only: use a virtual machine or a container")
    if shutil.which("setpriv") is None:
        raise ProcessFailedError("setpriv is missing; it is in the package util-linux")
    held = _rights_of_root() if rights is None else rights
    if missing := [name for name, number in _ROOTS_RIGHTS.items() if not held >> number & 1]:
        raise ProcessFailedError(
            f"root has no right here to run PostgreSQL as another user ({', '.join(missing)}): start this as another "
            "user than root"
        )
    free = shutil.disk_usage(directory).free if disk is None else disk
    if free < DISK:
        raise ProcessFailedError(
            f"{free // _MEBIBYTE} MB are free in {directory}, and {DISK // _MEBIBYTE} MB are needed: make room, or set "
            "CLIENTSYNC_DATA_DIR to a folder on a larger disk (TMPDIR for the demo)"
        )
    available = _available_memory() if memory is None else memory
    if available is not None and available < MEMORY:
        raise ProcessFailedError(
            f"{available // _MEBIBYTE} MB of memory are free, and {MEMORY // _MEBIBYTE} MB are needed: "
            "end other programs, or use a larger machine"
        )


def _available_memory() -> int | None:
    """The memory in bytes that Linux can give without swapping; None where it does not say."""
    try:
        lines = _MEMINFO.read_text().splitlines()
    except OSError:
        return None
    found = next((line.split()[1] for line in lines if line.startswith("MemAvailable:")), None)
    return None if found is None else int(found) * 1024


def _rights_of_root() -> int:
    """Our capabilities as bits; all of them for anybody who is not root, because they need none."""
    if os.geteuid() != 0:
        return -1
    found = next(line for line in _STATUS.read_text().splitlines() if line.startswith("CapEff:"))
    return int(found.split()[1], 16)
