"""Runs a stand-in on a socket, with nothing in its log that could hold a token."""

import asyncio
import gc
import logging
import socket

import uvicorn
import uvloop
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from emulators.kit.answers import DROP_EXTENSION


class DroppableProtocol(HttpToolsProtocol):
    """HTTP whose application may close the socket without an answer, as a broken network would."""

    def on_message_begin(self) -> None:
        """Offer the way to drop the connection to the call that begins."""
        super().on_message_begin()
        self.scope["extensions"] = {DROP_EXTENSION: {"abort": self.transport.abort}}


class _AnnouncedServer(uvicorn.Server):
    """A server that says when it is ready."""

    def __init__(self, config: uvicorn.Config, platform: str, address: str) -> None:
        super().__init__(config)
        self._platform, self._address = platform, address

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start serving, then print the one line that callers wait for."""
        await super().startup(sockets)
        if self.started:
            print(f"{self._platform} sandbox ready on {self._address}", flush=True)  # noqa: T201  # this is the command line

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop; calls that a fault still holds are cut off, and that is no error to report."""
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
        await super().shutdown(sockets)


def bind(host: str, port: int) -> socket.socket:
    """A listening socket.

    Args:
        host: Address to listen on.
        port: Port; 0 for any free one.

    Raises:
        OSError: The port is taken.
    """
    listening = socket.create_server((host, port), backlog=2048)
    listening.setblocking(False)
    return listening


def make_server(app: ASGIApp, platform: str, address: str) -> uvicorn.Server:
    """A server for ``app`` that announces ``address`` when it serves, under the platform's name."""
    config = uvicorn.Config(
        app,
        http=DroppableProtocol,
        loop="uvloop",
        lifespan="off",
        ws="none",
        access_log=False,
        log_level="error",
        server_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=1,
    )
    return _AnnouncedServer(config, platform, address)


def serve(app: ASGIApp, platform: str, host: str, port: int) -> None:
    """Serve until SIGINT or SIGTERM.

    Args:
        app: The stand-in.
        platform: Whose it is.
        host: Address to listen on.
        port: Port; 0 for any free one.
    """
    # Records and kept answers are many, live long and have no cycles; looking for garbage in them took a third of
    # the time.
    gc.freeze()
    gc.set_threshold(200_000, 50, 1000)
    listening = bind(host, port)
    server = make_server(app, platform, f"http://{host}:{listening.getsockname()[1]}")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(server.serve(sockets=[listening]))
