"""A cable carries, holds back while it is cut, and goes on when it is mended."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from runtime.embedded.ports import Ports
from torture.stack.cable import Cable


@asynccontextmanager
async def echo_behind_a_cable(directory: Path) -> AsyncIterator[Cable]:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while words := await reader.readline():
            writer.write(words.upper())
        writer.close()

    ports = Ports(directory / "ports.json")
    server = await asyncio.start_server(answer, "127.0.0.1", ports.get("echo"))
    cable = Cable(ports.get("cable"), ports.get("echo"))
    await cable.lay()
    try:
        yield cable
    finally:
        await cable.close()
        server.close()


async def test_what_is_sent_while_it_is_cut_arrives_when_it_is_mended(tmp_path):
    async with echo_behind_a_cable(tmp_path) as cable:
        reader, writer = await asyncio.open_connection("127.0.0.1", cable.port)
        writer.write(b"before\n")
        assert await reader.readline() == b"BEFORE\n"
        cable.cut()
        writer.write(b"during\n")
        arrived = asyncio.ensure_future(reader.readline())
        other, _ = await asyncio.open_connection("127.0.0.1", cable.port)
        assert not arrived.done()
        assert not other.at_eof()
        cable.mend()
        assert await arrived == b"DURING\n"
        writer.close()


async def test_after_a_long_cut_the_connections_are_gone(tmp_path, monkeypatch):
    monkeypatch.setattr("torture.stack.cable.LONG", -1.0)
    async with echo_behind_a_cable(tmp_path) as cable:
        reader, writer = await asyncio.open_connection("127.0.0.1", cable.port)
        writer.write(b"before\n")
        await reader.readline()
        cable.cut()
        cable.mend()
        with_nothing = await asyncio.gather(reader.readline(), return_exceptions=True)
        assert with_nothing in ([b""], *([error] for error in with_nothing if isinstance(error, OSError)))
