"""An ASGI application on a real socket, in the test's own event loop."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn


class _Told(uvicorn.Server):
    """A server that tells when it serves, and leaves the process's signals alone."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.serves = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.serves.set()

    def install_signal_handlers(self) -> None:
        """Leave them."""


@asynccontextmanager
async def serving(app: Any, listening: socket.socket, **options: Any) -> AsyncIterator[None]:
    """Serve ``app`` on a listening socket for as long as the block lasts."""
    config = uvicorn.Config(app, lifespan="off", log_config=None, access_log=False, **options)
    server = _Told(config)
    task = asyncio.create_task(server._serve([listening]))
    await server.serves.wait()
    try:
        yield
    finally:
        server.should_exit = server.force_exit = True
        await task


def listening() -> tuple[socket.socket, str]:
    """A socket on a free loopback port, and its address as a URL."""
    opened = socket.create_server(("127.0.0.1", 0))
    opened.setblocking(False)
    return opened, f"http://127.0.0.1:{opened.getsockname()[1]}"
