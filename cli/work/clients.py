"""Client accounts: look at them, and take them elsewhere as CSV or XLSX."""

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from cli.kit.acting import ClientName, acting, acting_on
from cli.kit.output import As, Json, Provider, out, print_json, table, words
from cli.work import accounts, client_imports
from cli.work.hand_over import hand_over
from contracts.words.causes import Cause
from starter.answers.clients import ClientAnswer
from starter.answers.views import ClientFilter, ClientOrder, ClientSort, ClientStatus
from starter.exit_statuses import REFUSED, end, err, execute

clients = typer.Typer(no_args_is_help=True, help="Client accounts.")

PAGE = 500

Search = Annotated[str | None, typer.Option(help="Text in the name or the code.")]
Status = Annotated[ClientStatus | None, typer.Option(help="How they stand with their accounting software.")]
Sort = Annotated[ClientSort, typer.Option(help="The column to sort by.")]
Descending = Annotated[bool, typer.Option("--descending", help="From the last to the first.")]
OfCause = Annotated[Cause | None, typer.Option("--cause", help="Whose connection has this cause.")]


async def _found(
    email: str | None, wanted: ClientFilter, order: ClientOrder, limit: int | None, view: str | None = None
) -> tuple[list[ClientAnswer], int]:
    async with acting(email) as (operations, actor):
        if view is not None:
            opened = await operations.saved_views.named(actor, view)
            wanted, order = opened.query.wanted, opened.query.order
            if opened.left_out:
                err.print(f"No longer there, so left out of the view: {', '.join(opened.left_out)}.", style="yellow")
        found: list[ClientAnswer] = []
        while True:
            size = PAGE if limit is None else min(PAGE, limit - len(found))
            page, total = await operations.clients.find(actor, wanted, order, limit=size, offset=len(found))
            found += [ClientAnswer.of(view) for view in page]
            if len(page) < size or len(found) == limit:
                return found, total


@clients.command("list")
def list_clients(
    view: Annotated[str | None, typer.Option(help="A saved view by name, in place of filters and order.")] = None,
    search: Search = None,
    status: Status = None,
    cause: OfCause = None,
    provider: Provider = None,
    sort: Sort = ClientSort.NAME,
    descending: Descending = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 50,
    as_email: As = None,
    json: Json = False,
) -> None:
    """List the practice's clients."""
    if view is not None and (search or status or cause or provider or descending or sort is not ClientSort.NAME):
        raise end("A view says itself which clients it shows: leave out the filters and the order.", REFUSED)
    wanted = ClientFilter(search=search, status=status, cause=cause, provider=provider)
    found, total = execute(_found(as_email, wanted, ClientOrder(sort, descending), limit, view))
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
    client: ClientName,
    as_email: As = None,
    json: Json = False,
) -> None:
    """Show a client with its connection."""

    async def work() -> ClientAnswer:
        async with acting_on(client, as_email) as (operations, actor, client_id):
            return ClientAnswer.of(await operations.clients.show(actor, client_id))

    found = execute(work())
    if json:
        print_json(found)
        return
    rows = table("", "")
    for name, value in (_flat(found)).items():
        rows.add_row(words(name).capitalize(), str(value))
    out.print(rows)


@clients.command("export")
def export(
    file: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="File to write, as XLSX if it ends in .xlsx; standard output otherwise."),
    ] = None,
    search: Search = None,
    status: Status = None,
    cause: OfCause = None,
    sort: Sort = ClientSort.NAME,
    descending: Descending = False,
    as_email: As = None,
    json: Json = False,
) -> None:
    """Write all clients as CSV, XLSX or JSON; `clients import` takes the first two back."""
    wanted, order = ClientFilter(search=search, status=status, cause=cause), ClientOrder(sort, descending)

    async def work() -> bytes:
        if json:
            found, _ = await _found(as_email, wanted, order, None)
            return ("[" + ",\n".join(client.model_dump_json() for client in found) + "]\n").encode()
        async with acting(as_email) as (operations, actor):
            table = await operations.exports.clients(actor, wanted, order)
            if file is not None and file.suffix.lower() == ".xlsx":
                return await table.workbook()
            return b"".join([chunk async for chunk in table.content(is_marked=file is not None)])

    content = execute(work())
    with file.open("wb") if file else nullcontext(sys.stdout.buffer) as target:
        target.write(content)


def _flat(client: ClientAnswer) -> dict[str, object]:
    connection = client.connection
    of_connection = connection.model_dump(mode="json") if connection else {}
    flat = client.model_dump(mode="json", exclude={"connection"}) | of_connection
    return {name: "" if value is None else value for name, value in flat.items()}


clients.command("import")(client_imports.import_file)
clients.command("create")(accounts.create)
clients.command("edit")(accounts.edit)
clients.command("archive")(accounts.archive)
clients.command("restore")(accounts.restore)
clients.command("erase")(accounts.erase)
clients.command("merge")(accounts.merge)
clients.command("hand-over")(hand_over)
