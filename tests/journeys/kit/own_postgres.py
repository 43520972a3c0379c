"""A PostgreSQL that a journey may take away in the middle: gone at once, as in a crash, and back on the same files."""

import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from models import schema
from runtime.embedded.ports import Ports
from runtime.embedded.postgres import start_postgres
from runtime.embedded.processes import Supervisor
from tests.conftest import THROWN_AWAY


class OwnPostgres:
    """A server with one database that has every table.

    Attributes:
        url: Of the database; the same after each start.
    """

    def __init__(self, supervisor: Supervisor, directory: Path) -> None:
        self.url = ""
        self._supervisor = supervisor
        self._directory = directory
        self._ports = Ports(directory / "ports.json")

    async def start(self) -> None:
        """Start it, on the files that are there."""
        self._child, self.url = await start_postgres(self._supervisor, self._ports, self._directory, THROWN_AWAY)

    async def crash(self) -> None:
        """Let it be gone: PostgreSQL's immediate shutdown, which closes every connection and tidies nothing up."""
        self._child.is_asked_to_end = True
        self._child.send(signal.SIGQUIT)
        await self._child.wait()


@asynccontextmanager
async def own_postgres(directory: Path) -> AsyncIterator[OwnPostgres]:
    """A server of its own, for as long as the block lasts."""
    async with Supervisor(directory / "logs") as supervisor:
        postgres = OwnPostgres(supervisor, directory)
        await postgres.start()
        await schema.upgrade(postgres.url)
        yield postgres
