"""The database's schema."""

import typer

from cli.kit.output import Json, out, print_json
from starter.bootstrap import read_settings, upgrade_database
from starter.exit_statuses import execute

database = typer.Typer(no_args_is_help=True, help="The database.")


@database.command("upgrade")
def upgrade(json: Json = False) -> None:
    """Bring the database to the newest version. Safe at any time, and by several at once."""

    async def work() -> tuple[str, ...]:
        return await upgrade_database(read_settings())

    applied = execute(work())
    if json:
        print_json({"applied": applied})
    else:
        out.print(f"Applied: {', '.join(applied)}" if applied else "The database is up to date.", highlight=False)
