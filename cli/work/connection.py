"""One client's connection: look at it, set it up, refresh it, sign in for it again, end it."""

from collections.abc import Sequence
from typing import Annotated

import typer
from pydantic import ValidationError

from cli.kit.acting import ClientName, acting_on
from cli.kit.output import As, Json, Region, out, print_json, table, words
from contracts.words.connection_settings import SettingsPatch
from contracts.words.connections import ContactsChoice, CostsDestination, PublishStatus, SalesDestination
from contracts.words.lists import ListName
from contracts.words.mistakes import first_of
from contracts.words.refusals import RefusalCode, Refused
from starter.answers.connections import (
    DisconnectingAnswer,
    DisconnectPreviewAnswer,
    ManagedConnectionAnswer,
    RefreshAnswer,
)
from starter.exit_statuses import execute
from starter.runs.starting import StartedRun

Lists = Annotated[list[ListName] | None, typer.Option("--list", help="Only this list; give several.")]


def show(client: ClientName, as_email: As = None, json: Json = False) -> None:
    """Show a client's connection: its health, its settings, and a receipt for each list."""

    async def work() -> ManagedConnectionAnswer:
        async with acting_on(client, as_email) as (operations, actor, client_id):
            return ManagedConnectionAnswer.shown(*await operations.managing.show(actor, client_id))

    _print(execute(work()), json)


def settings(
    client: ClientName,
    lists: Annotated[
        list[ListName] | None,
        typer.Option("--list", help="Pull only this list; give several."),
    ] = None,
    refresh_hours: Annotated[
        int | None, typer.Option(help="Hours between refreshes, which happen at night; below 24: every night.")
    ] = None,
    contacts: Annotated[ContactsChoice | None, typer.Option(help="Suppliers and customers, or suppliers only.")] = None,
    costs_destination: Annotated[
        CostsDestination | None, typer.Option(help="Where software that publishes sends costs; handed on by the API.")
    ] = None,
    costs_status: Annotated[PublishStatus | None, typer.Option(help="Their status.")] = None,
    sales_destination: Annotated[
        SalesDestination | None, typer.Option(help="Where it sends sales; handed on by the API.")
    ] = None,
    sales_status: Annotated[PublishStatus | None, typer.Option(help="Their status.")] = None,
    warns: Annotated[
        bool | None, typer.Option("--warn-of-new-suppliers/--no-warning", help="Tell the owner of new suppliers.")
    ] = None,
    clear: Annotated[list[str] | None, typer.Option(help="Set this back to none; `list_names`: to all.")] = None,
    as_email: As = None,
    json: Json = False,
) -> None:
    """Change settings of a client's connection; without any, show them."""
    given: dict[str, object] = {
        "list_names": lists or None,
        "refresh_hours": refresh_hours,
        "contacts": contacts,
        "costs_destination": costs_destination,
        "costs_status": costs_status,
        "sales_destination": sales_destination,
        "sales_status": sales_status,
        "warns_of_new_suppliers": warns,
    }
    wanted = {name: value for name, value in given.items() if value is not None} | dict.fromkeys(clear or [])

    async def work() -> ManagedConnectionAnswer:
        patch = _patch(wanted) if wanted else None
        async with acting_on(client, as_email) as (operations, actor, client_id):
            managing = operations.managing
            found = managing.change_settings(actor, client_id, patch) if patch else managing.show(actor, client_id)
            return ManagedConnectionAnswer.shown(*await found)

    _print(execute(work()), json)


def refresh(
    client: ClientName,
    lists: Lists = None,
    wait: Annotated[bool, typer.Option("--wait", help="Wait until it has ended, and show the receipts.")] = False,
    as_email: As = None,
    json: Json = False,
) -> None:
    """Pull a client's lists now, all that its settings choose or only some."""

    async def work() -> tuple[RefreshAnswer, ManagedConnectionAnswer | None]:
        async with acting_on(client, as_email) as (operations, actor, client_id):
            refreshing = await operations.managing.refresh(actor, client_id, lists or ())
            answer = RefreshAnswer.of(refreshing)
            if not wait:
                return answer, None
            answer.message = await operations.managing.until_refreshed(refreshing)
            return answer, ManagedConnectionAnswer.shown(*await operations.managing.show(actor, client_id))

    answer, connection = execute(work())
    if json:
        print_json(answer.model_dump(mode="json") | ({"connection": connection} if connection else {}))
        return
    out.print(answer.message, highlight=False)
    if connection:
        _print_receipts(connection)


def reconnect(client: ClientName, region: Region = None, as_email: As = None, json: Json = False) -> None:
    """Sign in again for a client: its own organisation, or nothing changes."""

    async def work() -> tuple[StartedRun, Sequence[str]]:
        async with acting_on(client, as_email) as (operations, actor, client_id):
            started = await operations.managing.reconnect(actor, client_id, region=region)
            allow = operations.software.allow_words(started.provider)
            names = await operations.runs.to_allow_again(actor, started.run_id)
            return started, [f"{name}: {allow.allow_again([name])}" for name in names]

    started, to_allow = execute(work())
    for line in to_allow if not json else ():
        out.print(line, highlight=False, markup=False, soft_wrap=True)
    print_started(started, json, f"Then see what came of it: clientsync runs show {started.run_id}")


def disconnect(
    client: ClientName,
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without this, only say whom it would affect.")] = False,
    as_email: As = None,
    json: Json = False,
) -> None:
    """Say whom disconnecting a client would affect; with --yes, disconnect it."""

    async def work() -> DisconnectPreviewAnswer | DisconnectingAnswer:
        async with acting_on(client, as_email) as (operations, actor, client_id):
            if yes:
                return DisconnectingAnswer(workflow_id=await operations.disconnecting.disconnect(actor, client_id))
            return DisconnectPreviewAnswer.of(await operations.disconnecting.preview(actor, client_id))

    answer = execute(work())
    if json:
        print_json(answer)
        return
    out.print(answer.message, highlight=False)
    if not yes:
        out.print("Nothing was changed. To do it, add --yes.", style="dim", highlight=False)


def print_started(started: StartedRun, json: bool, next_step: str) -> None:
    """Print where to sign in for a run that was started, and what to do then."""
    if json:
        print_json({"run_id": started.run_id, "authorize_url": started.authorize_url})
        return
    out.print(f"Run {started.run_id} is waiting for a sign-in. Open:", highlight=False)
    out.print(started.authorize_url or "(it is past its sign-in)", highlight=False, soft_wrap=True)
    out.print(next_step, highlight=False, soft_wrap=True)


def _patch(wanted: dict[str, object]) -> SettingsPatch:
    try:
        return SettingsPatch.model_validate(wanted)
    except ValidationError as error:
        field, sentence = first_of(error)
        raise Refused(RefusalCode.INVALID, f"The settings cannot be used. {sentence}", field=field) from None


def _print(connection: ManagedConnectionAnswer, json: bool) -> None:
    if json:
        print_json(connection)
        return
    rows = table("", "")
    status = words(connection.status) + (f": {connection.message} {connection.next_step}" if connection.message else "")
    rows.add_row("Organisation", connection.organisation_name)
    rows.add_row("Login", connection.login or "")
    rows.add_row("Status", status)
    for name, value in connection.settings.model_dump(mode="json").items():
        rows.add_row(words(name).capitalize(), _said(value))
    out.print(rows)
    _print_receipts(connection)


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(words, value))
    return "none" if value is None else words(value)


def _print_receipts(connection: ManagedConnectionAnswer) -> None:
    rows = table("List", "Rows", "Added", "Changed", "Gone", "When (UTC)", "Cause")
    for name, receipt in connection.receipts.items():
        numbers = map(str, (receipt.rows, receipt.added, receipt.changed, receipt.gone))
        at = f"{receipt.pulled_at:%Y-%m-%d %H:%M}" if receipt.pulled_at else "never"
        shown = numbers if receipt.pulled_at else ("-",) * 4  # how many there are is not known
        rows.add_row(name.heading, *shown, at, words(receipt.cause))
    out.print(rows)
