"""Chooses free loopback ports for the embedded parts, and keeps them for the next start."""

import json
import random
import socket
from collections.abc import Mapping
from pathlib import Path

HOST = "127.0.0.1"
_RANGE = range(20_000, 32_000)
"""Below the range from which Linux takes ports for outgoing connections (32768 upwards), which would collide."""


def is_free(port: int) -> bool:
    """Whether nothing listens on this loopback port; connections that are still closing do not count."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


class Ports:
    """Ports by the name of the part that listens, stored in one JSON file so that addresses survive a restart.

    The caller holds the lock of the data directory, so there is only one writer.
    """

    def __init__(self, file: Path, wanted: Mapping[str, int] | None = None, among: range = _RANGE) -> None:
        """Read what the last start left.

        Args:
            file: Where the ports are kept.
            wanted: Ports that somebody asked for; they are used as they are, free or not.
            among: From which new ones are taken.
        """
        self._file, self._among = file, among
        self._wanted = dict(wanted or {})
        self._kept: dict[str, int] = json.loads(file.read_text()) if file.exists() else {}
        self._given: dict[str, int] = {}

    def get(self, name: str) -> int:
        """The port for this name: the wanted one; else the last one, if it is free; else a new one."""
        if name in self._given:
            return self._given[name]
        port = self._wanted.get(name) or self._kept.get(name)
        if port is None or (name not in self._wanted and (port in self._given.values() or not is_free(port))):
            port = self._choose()
        self._given[name] = port
        self._kept[name] = port
        self._file.write_text(json.dumps(self._kept, indent=2, sort_keys=True) + "\n")
        return port

    def _choose(self) -> int:
        taken = set(self._kept.values()) | set(self._given.values()) | set(self._wanted.values())
        for port in random.sample(self._among, k=len(self._among)):
            if port not in taken and is_free(port):
                return port
        raise OSError(f"no free port between {self._among.start} and {self._among.stop} on {HOST}")
