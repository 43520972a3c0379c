"""The web backend as a program: ``python -m web``, or ``clientsync web``."""

from typing import Annotated

import typer
import uvloop

from runtime.observability.logging import configure
from runtime.observability.memory import OF_PAGES, look_for_cycles_less_often
from runtime.settings.zone_rules import use_pinned_rules
from starter.bootstrap import open_operations, open_support
from starter.exit_statuses import execute, settings_or_end
from web.api.codec import access_for
from web.app import create_app
from web.server import serve


def web(
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port; CLIENTSYNC_WEB_PORT otherwise.")] = None,
    host: Annotated[str | None, typer.Option(help="Address; CLIENTSYNC_WEB_HOST otherwise.")] = None,
) -> None:
    """Serve the JSON API and the sign-in pages until stopped."""
    settings = settings_or_end()
    configure(settings)

    async def work() -> None:
        async with open_operations(settings) as operations, open_support(settings) as support:
            public_url = settings.required("public_url")
            app = create_app(
                operations,
                ring=settings.key_ring(),
                is_secure=public_url.startswith("https://"),
                codec_access=access_for(public_url, settings.temporal_ui_url),
                support=support,
                temporal_ui=settings.temporal_ui_url,
                has_outbox=settings.smtp_url is None,
            )
            look_for_cycles_less_often(OF_PAGES)
            await serve(app, host=host or settings.web_host, port=port or settings.web_port)

    execute(work(), loop=uvloop.new_event_loop)


def main() -> None:
    """Entry point of ``python -m web``."""
    use_pinned_rules()
    program = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    program.command("web")(web)
    program(prog_name="clientsync web")


if __name__ == "__main__":
    main()
