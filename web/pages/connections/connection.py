"""*Connections → Manage*: a connection's state, settings, lists, and actions."""

from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Form, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError

from contracts.words.causes import Cause
from contracts.words.connections import ConnectionStatus
from contracts.words.lists import ListName
from contracts.words.refusals import RefusalCode, Refused
from contracts.words.runs import RunKind
from starter.access.sessions import SignedIn
from starter.answers.views import Connection, RunFilter, RunView, chosen_lists, now, undo_until
from starter.connections.changes import ListedIn
from starter.runs.starting import StartedRun
from web.kit.authentication import Door
from web.kit.confirmations import PARAMETER, Said, go, said
from web.kit.listing import Text
from web.kit.rendering import FORM_KEY, leave
from web.kit.temporal_links import client_in_temporal
from web.kit.viewing import Viewer, page_router
from web.pages.clients.frame import Tab, framed
from web.pages.clients.receipt_rows import receipt_rows
from web.pages.connections import setting_words
from web.pages.connections.one_run import OneRun
from web.pages.connections.settings_form import SettingsForm
from web.pages.runs.regions import RegionField, question

router = page_router()

SHOWN_LINKS = 10
HERE = "/clients/{client_id:uuid}/connection"

FormKey = Annotated[str, Form(alias=FORM_KEY, max_length=64, pattern=r"^[\w-]*$")]
Word = Annotated[str, Form(max_length=60)]
Listed = Annotated[str, Form(max_length=120, pattern=r"^[^\x00]*$")]


@router.get(HERE)
async def show(
    request: Request,
    door: Door,
    viewer: Viewer,
    client_id: UUID,
    run: Text = "",
) -> Response:
    """The connection's page; ``run`` names a run about it whose result is shown."""
    return await _page(request, door, viewer, client_id, run_id=run.replace("\x00", ""))


@router.post(HERE)
async def change_settings(
    request: Request,
    door: Door,
    viewer: Viewer,
    client_id: UUID,
    pulled: Annotated[list[ListName] | None, Form()] = None,
    refresh_hours: Word = "",
    contacts: Word = "",
    costs_destination: Word = "",
    costs_status: Word = "",
    sales_destination: Word = "",
    sales_status: Word = "",
    warns: Annotated[bool, Form()] = False,
) -> Response:
    """Change the settings, or show the form again."""
    form = SettingsForm(
        lists=pulled or [],
        refresh_hours=refresh_hours,
        contacts=contacts,
        costs_destination=costs_destination,
        costs_status=costs_status,
        sales_destination=sales_destination,
        sales_status=sales_status,
        warns_of_new_suppliers=warns,
    )
    try:
        patch = form.patch()
    except ValidationError as error:
        return await _page(request, door, viewer, client_id, form=form.with_errors(error))
    await door.managing.change_settings(viewer.actor, client_id, patch)
    return go(f"/clients/{client_id}/connection", Said.SETTINGS_SAVED)


@router.post(f"{HERE}/refresh")
async def refresh(
    door: Door,
    viewer: Viewer,
    client_id: UUID,
    name: Annotated[list[ListName] | None, Form(alias="list")] = None,
) -> RedirectResponse:
    """Pull all lists, or some, at once."""
    refreshing = await door.managing.refresh(viewer.actor, client_id, name or ())
    if refreshing.limited_until is not None:
        return go(f"/clients/{client_id}/connection", Said.REFRESH_LIMITED)
    begun = Said.REFRESHING_SOME if name and len(name) == 1 else Said.REFRESHING
    done = begun if refreshing.is_new else Said.REFRESHING_ALREADY
    return go(f"/clients/{client_id}/connection", done)


@router.post(f"{HERE}/reconnect")
async def reconnect(
    request: Request, door: Door, viewer: Viewer, client_id: UUID, key: FormKey = "", region: RegionField = ""
) -> Response:
    """Lead to the sign-in for this client's own organisation."""
    if asked := await _question(request, door, viewer, client_id, key, region):
        return asked
    started = await door.managing.reconnect(viewer.actor, client_id, key or None, region)
    return _to_sign_in(request, door, client_id, started)


@router.post(f"{HERE}/change")
async def change(
    request: Request,
    door: Door,
    viewer: Viewer,
    client_id: UUID,
    key: FormKey = "",
    run_id: Listed = "",
    organisation_id: Listed = "",
    region: RegionField = "",
) -> Response:
    """Lead to the sign-in for another organisation, or to the choice of one that a run has on its list already."""
    listed = ListedIn(run_id, organisation_id) if run_id and organisation_id else None
    if listed is None and (asked := await _question(request, door, viewer, client_id, key, region)):
        return asked
    started = await door.changes.start(viewer.actor, client_id, key or None, listed, region)
    if listed is None or started.authorize_url is not None:
        return _to_sign_in(request, door, client_id, started)
    return go(f"/clients/{client_id}/connection/change/{started.run_id}?{urlencode({'listed': organisation_id})}")


@router.post(f"{HERE}/undo")
async def undo(door: Door, viewer: Viewer, client_id: UUID) -> RedirectResponse:
    """Undo the last change of books."""
    await door.changes.undo(viewer.actor, client_id)
    return go(f"/clients/{client_id}/connection", Said.CHANGE_UNDONE)


async def _question(
    request: Request, door: Door, viewer: SignedIn, client_id: UUID, key: str, region: str
) -> Response | None:
    found, _ = await door.managing.show(viewer.actor, client_id)
    fields = {FORM_KEY: key} if key else {}
    provider = found.connection.provider
    return await question(request, door, viewer, provider, region, fields=fields, client_id=client_id)


def _to_sign_in(request: Request, door: Door, client_id: UUID, started: StartedRun) -> Response:
    if started.authorize_url is None:  # the form was sent before, and its sign-in is over
        return go(f"/clients/{client_id}/runs/{started.run_id}")
    allow = door.software.allow_words(started.provider)
    return leave(request, started.authorize_url, allow.title, allow)


async def _page(
    request: Request,
    door: Door,
    viewer: SignedIn,
    client_id: UUID,
    *,
    run_id: str = "",
    form: SettingsForm | None = None,
) -> Response:
    view = await door.clients.show(viewer.actor, client_id)
    try:
        found, details = await door.managing.show(viewer.actor, client_id)
    except Refused as refused:
        if refused.refusal.code is not RefusalCode.NOT_CONNECTED:
            raise
        return go(f"/clients/{client_id}/connections")
    connection, change = found.connection, details.change
    is_leaving = connection.status.is_leaving
    since = None if is_leaving else await door.managing.refreshing_since(viewer.actor, found)
    is_pulled_now = connection.pull_until is not None and connection.pull_until > now()
    is_busy = connection.status is ConnectionStatus.DISCONNECTING or since is not None or is_pulled_now
    shown = form or SettingsForm.of(connection)
    too_many = {one.list_name for one in details.receipts.values() if one.cause is Cause.TOO_MANY_RECORDS}
    links = await door.client_links.of_client(viewer.actor, client_id)
    return await framed(
        request,
        door,
        viewer,
        client_id,
        "client/manage.html",
        Tab.CONNECTIONS,
        view=view,
        status=422 if form and form.errors else 200,
        connection=connection,
        login_name=found.login_name,
        sign_in_end=door.managing.said_of_end(viewer.actor, found),
        form=shown,
        words=setting_words,
        ticks=setting_words.ticks(details.lists, shown.lists, too_many),
        receipts=receipt_rows(details.receipts, chosen_lists(connection), details.offered),
        refreshing_since=since,
        limited_until=until if (until := found.limited_until) and until > now() else None,
        app_limit=found.app_limit,
        is_pulled_now=is_pulled_now,
        is_over=not is_busy,
        is_well=_came_about(request, connection),
        changed_from=details.old_name if change else None,
        changed_at=change.changed_at if change else None,
        undo_until=undo_until(change) if change and undo_until(change) > now() else None,
        run=await _run(door, viewer, client_id, run_id),
        title=door.software.title(connection.provider),
        allow=door.software.allow_words(connection.provider),
        links=[(one, one.state(now())) for one in links[:SHOWN_LINKS]],
        in_temporal=await client_in_temporal(request, door, viewer, view.client.code),
    )


def _came_about(request: Request, connection: Connection) -> bool:
    """Whether the action that the address names has succeeded; asked when it has ended."""
    if said(request.query_params.get(PARAMETER)) is Said.DISCONNECTING:
        return connection.status is ConnectionStatus.DISCONNECTED
    return connection.cause is None


async def _run(door: Door, viewer: SignedIn, client_id: UUID, run_id: str) -> OneRun | None:
    """The run that the address names; else a run about this client that has not ended."""
    if not run_id:
        found, _ = await door.runs.activity(viewer.actor, RunFilter(client_id=client_id, is_active=True), limit=1)
        if not found:
            return None
        run_id = found[0].run.id
    try:
        report: RunView = await door.runs.report(viewer.actor, run_id)
    except Refused:
        return None
    if report.run.client_id != client_id:
        return None
    rows, _ = await door.runs.organisations(viewer.actor, run_id, limit=1)
    is_change = report.run.kind is RunKind.CHANGE_CONNECTION
    return OneRun(report.run, report.colleague_name, rows[0].organisation if rows and not is_change else None)
