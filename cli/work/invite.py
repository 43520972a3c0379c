"""Inviting a colleague from the command line: the way in for the first admin, and for whoever is locked out."""

from typing import Annotated

import typer

from cli.kit.output import Json, out, print_json
from contracts.naming.spans import span
from starter.access.sessions import INVITATION, Sessions
from starter.bootstrap import open_database, read_settings
from starter.exit_statuses import execute

HELP = f"Make a link by which a colleague chooses a password. It works once, for {span(INVITATION)}; earlier links end."


def invite(email: Annotated[str, typer.Option(help="Whose link it is to be.")], json: Json = False) -> None:
    """Make a link by which a colleague chooses a password, and print it."""

    async def work() -> str:
        settings = read_settings()
        async with open_database(settings) as database:
            return await Sessions(database, settings.required("public_url")).invite_by_email(email)

    link = execute(work())
    if json:
        print_json({"link": link})
    else:
        out.print(link, highlight=False, soft_wrap=True)
