"""The long-running processes: the web backend in this one, worker and sandbox in this one's place."""

import os
import sys
from typing import Annotated

import typer
import uvloop

from runtime.logging import configure
from starter.bootstrap import open_operations
from starter.commands.output import execute, settings_or_end

PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}
"""Every argument is the other program's, ``--help`` too."""


def web(
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port; CLIENTSYNC_WEB_PORT otherwise.")] = None,
    host: Annotated[str | None, typer.Option(help="Address; CLIENTSYNC_WEB_HOST otherwise.")] = None,
) -> None:
    """Serve the JSON API and the sign-in pages until stopped."""
    from starter.web.app import create_app  # other commands start without FastAPI
    from starter.web.routes.codec import access_for  # likewise
    from starter.web.server import serve  # likewise

    settings = settings_or_end()
    configure(settings)

    async def work() -> None:
        async with open_operations(settings) as operations:
            public_url = settings.required("public_url")
            app = create_app(
                operations,
                ring=settings.key_ring(),
                is_secure=public_url.startswith("https://"),
                codec_access=access_for(public_url, settings.temporal_ui_url),
                temporal_ui=settings.temporal_ui_url,
                has_outbox=settings.smtp_url is None,
            )
            await serve(app, host=host or settings.web_host, port=port or settings.web_port)

    execute(work(), loop=uvloop.new_event_loop)


def worker(context: typer.Context) -> None:
    """Run workflows and activities until stopped."""
    _become("worker", context.args)


def xero_sandbox(context: typer.Context) -> None:
    """Run the stand-in for Xero until stopped."""
    _become("xero_sandbox", context.args)


def _become(module: str, arguments: list[str]) -> None:
    os.execv(sys.executable, [sys.executable, "-m", module, *arguments])  # noqa: S606  # our own module, no shell


__all__ = ["PASS_ON", "web", "worker", "xero_sandbox"]
