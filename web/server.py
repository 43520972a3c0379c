"""Runs the web application under uvicorn until it is told to stop; requests under way are finished first."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from web.hurrying import Hurrying

GRACE_SECONDS = 10


class _Server(uvicorn.Server):
    """Stops on SIGINT and SIGTERM and returns; uvicorn's own server would raise the signal again."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Handle the signals while serving."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        yield
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


async def serve(app: FastAPI, *, host: str, port: int) -> None:
    """Serve until SIGINT or SIGTERM, on the running event loop.

    Args:
        app: The application.
        host: Address to listen on.
        port: Port to listen on.

    Raises:
        SystemExit: The port is taken.
    """
    await _Server(configuration(app, host=host, port=port)).serve()


def configuration(app: FastAPI, *, host: str, port: int) -> uvicorn.Config:
    """How uvicorn serves the application; see ``serve``."""
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        http=Hurrying,
        log_config=None,
        access_log=False,  # its lines hold query strings, and the callback's holds a code; the shield logs instead
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        # Longer than proxies keep idle connections (60 s and less), so that none sends a request into a closing one.
        timeout_keep_alive=75,
        lifespan="off",
    )
