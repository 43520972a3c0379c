"""A pooler in transaction mode, as PgBouncer is: after each transaction a client's next one goes to another connection.

Each client signs in through it on a connection of its own, which from then on belongs to all. It passes on PostgreSQL's
messages (protocol 3.0) as they are.
"""

import asyncio
import contextlib
from types import TracebackType
from typing import Self

from sqlalchemy import make_url

_READY, _IDLE = b"Z", b"I"
_TERMINATE = b"X"

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Pooler:
    """Listens while the context lasts.

    Args:
        url: Of the server behind it.

    Attributes:
        url: Of the pooler.
        changes: How often a client got another connection than before.
    """

    def __init__(self, url: str) -> None:
        self._target = make_url(url)
        self._free: list[Streams] = []
        self._all: list[Streams] = []
        self.changes = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        self.url = self._target.set(host="127.0.0.1", port=port).render_as_string(hide_password=False)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        for _, writer in self._all:
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            try:
                await self._serve_client(reader, writer)
            finally:
                writer.close()

    async def _serve_client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while (begin := await _startup(reader))[4:8] == b"\x04\xd2\x16\x2f":  # may TLS begin?
            writer.write(b"N")
        own = await asyncio.open_connection(self._target.host, self._target.port)
        self._all.append(own)
        own[1].write(begin)
        while not await _answer(own[0], writer):
            own[1].write(await _message(reader))
        self._free.append(own)
        before, asking = own, asyncio.create_task(_message(reader))
        while (first := await asking)[:1] != _TERMINATE:
            held = self._free.pop(0)  # the one that lay longest
            self.changes += held is not before
            before = held
            held[1].write(first)
            asking = await self._transaction(reader, writer, held)
            self._free.append(held)

    async def _transaction(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, held: Streams
    ) -> asyncio.Task[bytes]:
        """Pass messages on both ways until the server is idle again; gives what the client asks next."""
        asking: asyncio.Task[bytes] = asyncio.create_task(_message(reader))
        answering: asyncio.Task[bytes] = asyncio.create_task(_message(held[0]))
        while True:
            await asyncio.wait({asking, answering}, return_when=asyncio.FIRST_COMPLETED)
            if answering.done():
                answer = answering.result()
                writer.write(answer)
                if answer[:1] == _READY and answer[-1:] == _IDLE:
                    return asking
                answering = asyncio.create_task(_message(held[0]))
            else:
                held[1].write(asking.result())
                asking = asyncio.create_task(_message(reader))


async def _startup(reader: asyncio.StreamReader) -> bytes:
    size = await reader.readexactly(4)
    return size + await reader.readexactly(int.from_bytes(size) - 4)


async def _message(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readexactly(5)
    return head + await reader.readexactly(int.from_bytes(head[1:]) - 4)


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    """Pass on the server's messages of a sign-in until it waits for the client; true once it is ready for queries."""
    while True:
        message = await _message(reader)
        writer.write(message)
        if message[:1] == _READY:
            return True
        is_asking = message[:1] == b"R" and int.from_bytes(message[5:9]) not in {0, 12}
        if is_asking:
            return False
