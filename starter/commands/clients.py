"""Client accounts: look at them, and take them elsewhere as CSV."""

import csv
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from contracts.causes import Cause
from models.client_views import ClientFilter, ClientStatus
from starter.commands.acting import acting
from starter.commands.output import As, Json, execute, out, print_json, table, words
from starter.web.client_answers import ClientAnswer

clients = typer.Typer(no_args_is_help=True, help="Client accounts.")

PAGE = 500
COLUMNS = ("client_id", "code", "name", "owner", "team", "company_number", "tax_number", "created_at")
OF_CONNECTION = ("provider", "organisation_id", "organisation_name", "login", "status", "cause", "lists_pulled_at")

Search = Annotated[str | None, typer.Option(help="Text in the name or the code.")]
Status = Annotated[ClientStatus | None, typer.Option(help="How they stand with their accounting software.")]
OfCause = Annotated[Cause | None, typer.Option("--cause", help="Whose connection has this cause.")]


async def _found(email: str | None, wanted: ClientFilter, limit: int | None) -> tuple[list[ClientAnswer], int]:
    async with acting(email) as (operations, actor):
        found: list[ClientAnswer] = []
        while True:
            size = PAGE if limit is None else min(PAGE, limit - len(found))
            page, total = await operations.clients.find(actor, wanted, limit=size, offset=len(found))
            found += [ClientAnswer.of(view) for view in page]
            if len(page) < size or len(found) == limit:
                return found, total


@clients.command("list")
def list_clients(
    search: Search = None,
    status: Status = None,
    cause: OfCause = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 50,
    as_email: As = None,
    json: Json = False,
) -> None:
    """List the practice's clients, by name."""
    found, total = execute(_found(as_email, ClientFilter(search=search, status=status, cause=cause), limit))
    if json:
        print_json({"clients": found, "total": total})
        return
    rows = table("Code", "Name", "Owner", "Team", "Connection", "Cause")
    for client in found:
        connection = client.connection
        rows.add_row(
            client.code,
            client.name,
            client.owner,
            client.team or "",
            words(connection.status) if connection else "none",
            words(connection.cause) if connection else "",
        )
    out.print(rows)
    out.print(f"{len(found)} of {total}", style="dim", highlight=False)


@clients.command("show")
def show(
    client_id: Annotated[UUID, typer.Argument(metavar="CLIENT-ID", help="The client's id.")],
    as_email: As = None,
    json: Json = False,
) -> None:
    """Show a client with its connection."""

    async def work() -> ClientAnswer:
        async with acting(as_email) as (operations, actor):
            return ClientAnswer.of(await operations.clients.show(actor, client_id))

    client = execute(work())
    if json:
        print_json(client)
        return
    rows = table("", "")
    for name, value in (_flat(client)).items():
        rows.add_row(words(name).capitalize(), str(value))
    out.print(rows)


@clients.command("export")
def export(
    file: Annotated[
        Path | None, typer.Option("--output", "-o", help="File to write; standard output otherwise.")
    ] = None,
    search: Search = None,
    status: Status = None,
    cause: OfCause = None,
    as_email: As = None,
    json: Json = False,
) -> None:
    """Write all clients as CSV (or JSON), for a spreadsheet."""
    found, _ = execute(_found(as_email, ClientFilter(search=search, status=status, cause=cause), None))
    target = file.open("w", newline="", encoding="utf-8") if file else sys.stdout
    with target if file else nullcontext():
        if json:
            target.write("[" + ",\n".join(client.model_dump_json() for client in found) + "]\n")
            return
        writer = csv.DictWriter(target, [*COLUMNS, *OF_CONNECTION])
        writer.writeheader()
        writer.writerows({name: _safe(value) for name, value in _flat(client).items()} for client in found)


def _flat(client: ClientAnswer) -> dict[str, object]:
    connection = client.connection
    of_client = {name: getattr(client, name) for name in COLUMNS}
    of_connection = {name: getattr(connection, name) if connection else None for name in OF_CONNECTION}
    return {name: "" if value is None else value for name, value in (of_client | of_connection).items()}


def _safe(value: object) -> object:
    """A name that a spreadsheet would take for a formula gets an apostrophe in front, as OWASP advises."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value
