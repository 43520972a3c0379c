"""A TCP relay between a worker and one server that can be cut; used where network namespaces are not available.

While it is cut, nothing arrives and nobody is told: what was sent waits, and new connections are not accepted. When it
is mended after a long cut, connections that were open at the cut are closed.
"""

import asyncio
import contextlib
import socket
from dataclasses import dataclass, field

from runtime.embedded.ports import HOST

LONG = 15.0
"""Seconds after which those who wait at a cut have given up, so that mending it finds nobody there."""

_CHUNK = 65_536


@dataclass(slots=True)
class Cable:
    """One relay, listening on a port of its own.

    Attributes:
        port: Where it listens.
        to: The port of the server on this machine.
        host: The address at which it listens.
    """

    port: int
    to: int
    host: str = HOST
    _whole: asyncio.Event = field(default_factory=asyncio.Event)
    _server: asyncio.Server | None = None
    _ends: set[asyncio.StreamWriter] = field(default_factory=set)
    _cut_at: float = 0.0

    async def lay(self) -> None:
        """Start to relay."""
        self._whole.set()
        self._server = await asyncio.start_server(self._connect, self.host, self.port)

    def cut(self) -> None:
        """Stop passing anything on."""
        if self._whole.is_set():
            self._cut_at = asyncio.get_running_loop().time()
        self._whole.clear()

    def mend(self) -> None:
        """Pass everything on again."""
        if not self._whole.is_set() and asyncio.get_running_loop().time() - self._cut_at > LONG:
            for end in list(self._ends):
                _abort(end)
        self._whole.set()

    async def close(self) -> None:
        """Stop, and close all connections."""
        if self._server is not None:
            self._server.close()
        self._whole.set()
        for end in list(self._ends):
            _abort(end)

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._ends.add(writer)
        there: asyncio.StreamWriter | None = None
        try:
            await self._whole.wait()
            answers, there = await asyncio.open_connection(HOST, self.to)
            self._ends.add(there)
            for side in (writer, there):
                side.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            # A process that is killed resets its connections: whichever side ends, the other one learns of it.
            ways = {
                asyncio.ensure_future(self._carry(reader, there)),
                asyncio.ensure_future(self._carry(answers, writer)),
            }
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for way in ways:
                    way.cancel()
                await asyncio.gather(*ways, return_exceptions=True)
        except OSError:
            pass  # nobody listens there just now, which is told by ending
        finally:
            for end in filter(None, (writer, there)):
                self._ends.discard(end)
                _abort(end)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while chunk := await reader.read(_CHUNK):
                await self._whole.wait()
                writer.write(chunk)
                await writer.drain()
        await self._whole.wait()  # an end does not get through a cut either


def _abort(writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError, RuntimeError):
        writer.transport.abort()
