"""An ASGI application on a real socket, in the test's own event loop, and clients of it."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import uvicorn

NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For clients of servers here, which speak plain HTTP: without it each reads all trusted certificates."""


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
    # Clients keep idle connections for five seconds, and so does uvicorn by itself: who closes first would be chance.
    config = uvicorn.Config(app, lifespan="off", log_config=None, access_log=False, timeout_keep_alive=75, **options)
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


def http_of(url: str, token: str) -> httpx2.AsyncClient:
    """A client of the JSON API, as whoever has the token."""
    return httpx2.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=60, verify=NO_TLS)
