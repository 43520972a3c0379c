"""Tokens of the JSON API: make one for a colleague, see those that work, withdraw one."""

from collections.abc import Sequence
from datetime import UTC
from typing import Annotated
from uuid import UUID

import typer

from cli.kit.output import Json, out, print_json, table
from contracts.words.access import Scope, listed
from starter.access.tokens import LONGEST_DAYS, MadeToken, Tokens
from starter.answers.views import USUAL, TokenView
from starter.bootstrap import open_database, read_settings
from starter.exit_statuses import execute

token = typer.Typer(no_args_is_help=True, help="Bearer tokens for the JSON API.")


@token.command("create")
def create(
    email: Annotated[str, typer.Option(help="Whose token it is to be.")],
    name: Annotated[str, typer.Option(help="What it is for.")] = "Made at the command line",
    scope: Annotated[
        list[Scope] | None, typer.Option(help="What it may be used for; give several. Everything when absent.")
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=LONGEST_DAYS, help="How long it lasts.")] = USUAL.days,
    json: Json = False,
) -> None:
    """Make a bearer token for a colleague. It is shown once; only its hash is kept."""

    async def work() -> MadeToken:
        async with open_database(read_settings()) as database:
            return await Tokens(database).create_for(email, name=name, scopes=scope or list(Scope), days=days)

    made = execute(work())
    if json:
        print_json({"token": made.secret, "token_id": made.row.id, "expires_at": made.row.expires_at})
    else:
        out.print(made.secret, highlight=False, soft_wrap=True)


@token.command("list")
def list_tokens(
    practice: Annotated[
        str | None, typer.Option("--practice", help="Name or slug of the practice; the only one when absent.")
    ] = None,
    json: Json = False,
) -> None:
    """List a practice's tokens that still work."""

    async def work() -> Sequence[TokenView]:
        async with open_database(read_settings()) as database:
            return await Tokens(database).living_of(practice)

    found = execute(work())
    if json:
        print_json({"tokens": [_shown(view) for view in found]})
        return
    rows = table("Token", "Name", "Of", "May", "Last used", "Ends")
    for view in found:
        token_id, name, whose, may, used, ends = _shown(view).values()
        rows.add_row(str(token_id), str(name), str(whose), str(may), str(used or "never"), str(ends))
    out.print(rows)


@token.command("revoke")
def revoke(
    token_id: Annotated[UUID, typer.Argument(metavar="TOKEN-ID", help="As `token list` shows it.")], json: Json = False
) -> None:
    """Withdraw a token: it ends at once."""

    async def work() -> None:
        async with open_database(read_settings()) as database:
            await Tokens(database).revoke_by_id(token_id)

    execute(work())
    if json:
        print_json({"token_id": token_id})
    else:
        out.print("The token is withdrawn.", highlight=False)


def _shown(view: TokenView) -> dict[str, object]:
    used = view.token.last_used_at
    return {
        "token_id": view.token.id,
        "name": view.token.name,
        "colleague": view.colleague_name,
        "scopes": listed(view.token.scopes),
        "last_used_at": used and used.astimezone(UTC).isoformat(timespec="minutes"),
        "expires_at": view.token.expires_at.astimezone(UTC).isoformat(timespec="minutes"),
    }
