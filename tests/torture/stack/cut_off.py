"""Run by ``test_link`` in a network namespace of its own: a host that is cut off for a while, and says what it sees."""

import asyncio
import sys
from pathlib import Path

from runtime.embedded.ports import HOST, Ports
from runtime.embedded.processes import Supervisor
from torture.stack.cable import Cable
from torture.stack.link import join, wake_loopback

AT_THE_HOST = """
import socket, sys
there = socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=60)
answers = there.makefile()
for words in sys.stdin:
    there.sendall(words.encode())
    print(answers.readline().strip(), flush=True)
"""


def say(words: str) -> None:
    sys.stdout.write(f"{words.strip()}\n")
    sys.stdout.flush()


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while words := await reader.readline():
        writer.write(words.upper())
    writer.close()


async def main(directory: Path, *, stays: bool) -> None:
    wake_loopback()
    ports = Ports(directory / "ports.json")
    server = await asyncio.start_server(answer, HOST, ports.get("server"))
    async with Supervisor(directory / "logs") as supervisor:
        link = await join(supervisor, 1)
        cable = Cable(ports.get("cable"), ports.get("server"), link.address)
        await cable.lay()
        say(f"holder {link.holder.pid}")
        host = await asyncio.create_subprocess_exec(
            *link.inside([sys.executable, "-c", AT_THE_HOST, link.address, str(cable.port)]),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        assert host.stdin is not None
        assert host.stdout is not None
        host.stdin.write(b"before\n")
        say((await host.stdout.readline()).decode())
        if stays:
            await asyncio.Event().wait()  # until it is killed
        link.cut()
        host.stdin.write(b"during\n")
        said = asyncio.ensure_future(host.stdout.readline())
        _, pending = await asyncio.wait([said], timeout=0.3)  # nothing can come, however long one waits
        say("nothing" if pending else "something")
        link.mend()
        say((await said).decode())
        host.stdin.close()
        await host.wait()
        await cable.close()
    server.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), stays="stays" in sys.argv))
