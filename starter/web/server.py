"""Runs the web application under uvicorn until it is told to stop; requests in flight are finished first."""

import uvicorn
from fastapi import FastAPI

GRACE_SECONDS = 10


async def serve(app: FastAPI, *, host: str, port: int) -> None:
    """Serve until SIGINT or SIGTERM.

    Args:
        app: The application.
        host: Address to listen on.
        port: Port to listen on.

    Raises:
        SystemExit: The port is taken.
    """
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        loop="uvloop",
        http="httptools",
        log_config=None,
        access_log=False,  # its lines hold query strings, and the callback's holds a code; the shield logs instead
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        lifespan="off",
    )
    await uvicorn.Server(config).serve()
