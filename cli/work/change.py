"""Moving one client to another organisation, and back. Registered under ``clientsync connections change``."""

from typing import Annotated

import typer

from cli.kit.acting import ClientName, acting_on
from cli.kit.output import As, Json, Region, out, print_json, table, words
from cli.work.connection import print_started
from contracts.naming.spans import span
from contracts.words.connections import UNDO_WITHIN
from starter.answers.connections import ChangedAnswer, ChangePreviewAnswer, ManagedConnectionAnswer
from starter.exit_statuses import execute
from starter.runs.starting import StartedRun

change = typer.Typer(no_args_is_help=True, help="Move a client to another organisation, and back.")

RunId = Annotated[str, typer.Argument(metavar="RUN-ID", help="The run's id, as `change start` said it.")]


@change.command("start")
def start(client: ClientName, region: Region = None, as_email: As = None, json: Json = False) -> None:
    """Start: sign in, then choose one organisation with `runs select`, look at the preview, and confirm."""

    async def work() -> StartedRun:
        async with acting_on(client, as_email) as (operations, actor, client_id):
            return await operations.changes.start(actor, client_id, region=region)

    started = execute(work())
    choose = f"clientsync runs select {started.run_id} -o ORGANISATION-ID"
    print_started(started, json, f"Then look at the list (clientsync runs show {started.run_id}) and choose: {choose}")


@change.command("preview")
def preview(client: ClientName, run_id: RunId, as_email: As = None, json: Json = False) -> None:
    """Show what will and will not match in the new organisation. Changes nothing."""

    async def work() -> ChangePreviewAnswer:
        async with acting_on(client, as_email) as (operations, actor, client_id):
            return ChangePreviewAnswer.of(await operations.changes.preview(actor, client_id, run_id))

    shown = execute(work())
    if json:
        print_json(shown)
        return
    out.print(f"From {shown.old_organisation_name} to {shown.new_organisation_name}", style="bold")
    rows = table("List", "Old", "New", "Same", "By code", "By name", "Missing", "Such as")
    for kind, match in shown.matches.items():
        numbers = (match.old, match.new, match.same, match.by_code, match.by_name, match.missing)
        rows.add_row(words(kind).capitalize(), *map(str, numbers), ", ".join(match.missing_entries[:3]))
    out.print(rows)
    out.print(shown.message, highlight=False)
    out.print(f"To do it: clientsync connections change confirm {client} {run_id}", highlight=False, soft_wrap=True)


@change.command("confirm", help=f"Move the client. The old lists are kept; it can be undone for {span(UNDO_WITHIN)}.")
def confirm(client: ClientName, run_id: RunId, as_email: As = None, json: Json = False) -> None:
    """Move the client, and say how it can be undone."""

    async def work() -> ChangedAnswer:
        async with acting_on(client, as_email) as (operations, actor, client_id):
            changed = await operations.changes.confirm(actor, client_id, run_id)
            return ChangedAnswer(message=changed.message)

    changed = execute(work())
    if json:
        print_json(changed)
    else:
        out.print(changed.message, highlight=False)


@change.command("undo")
def undo(client: ClientName, as_email: As = None, json: Json = False) -> None:
    """Give a client its former organisation back."""

    async def work() -> ManagedConnectionAnswer:
        async with acting_on(client, as_email) as (operations, actor, client_id):
            await operations.changes.undo(actor, client_id)
            return ManagedConnectionAnswer.shown(*await operations.managing.show(actor, client_id))

    connection = execute(work())
    if json:
        print_json(connection)
    else:
        out.print(
            f"The client is connected to {connection.organisation_name} again; its lists are refreshed.",
            highlight=False,
        )
