"""The client list, and the panel *Client sync* on it. The list's address holds its whole state.

The panel only has forms; ``client_sync`` starts the runs.
"""

from http import HTTPStatus
from uuid import UUID

from fastapi import Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from contracts.words.causes import Cause
from starter.actor import Actor
from starter.answers.views import ClientFacets, ClientFilter, ClientSort, ClientStatus
from starter.operations import Operations
from starter.software import Software
from web.kit.authentication import Door
from web.kit.confirmations import Said, go
from web.kit.csv_answers import csv_answer, workbook_answer
from web.kit.listing import SIZES, Id, Offset, address, is_dropped
from web.kit.listing import last_page as last_page_of
from web.kit.rendering import render
from web.kit.viewing import Viewer, page_router
from web.pages.clients.list_rows import list_rows
from web.pages.clients.views.asked import CLIENTS, AskedFor
from web.pages.clients.views.tabs import tabs

router = page_router()


@router.get(CLIENTS)
async def show(request: Request, door: Door, viewer: Viewer, asked: AskedFor, offset: Offset = 0) -> Response:
    """One page of the client list; an offset past the end leads to the last page, and unknown filters are left out."""
    owners = await _owners(door, viewer.actor, asked.wanted.owner_id)
    teams = await door.people.team_names(viewer.actor)
    asked = asked.among({one for one, _ in owners}, {one for one, _ in teams}, door.software.names)
    sort = request.query_params.get("sort") in set(ClientSort) or None
    if is_dropped(request.query_params, asked.filters | {"sort": sort}):
        return go(address(CLIENTS, asked.filters | asked.sorting | asked.size).rstrip("?&"), Said.FILTER_DROPPED)
    wanted = asked.wanted
    found, total = await door.clients.find(viewer.actor, wanted, asked.order, limit=asked.limit, offset=offset)
    if total and not found:
        end = address(
            CLIENTS, asked.filters | asked.sorting | asked.size | {"offset": last_page_of(total, asked.limit)}
        )
        return RedirectResponse(end.rstrip("&"), status_code=HTTPStatus.SEE_OTHER)
    everything, own = await door.clients.facets_with_own(viewer.actor)
    archived = 0
    if not everything.total and not total:
        _, archived = await door.clients.find(viewer.actor, ClientFilter(status=ClientStatus.ARCHIVED), limit=1)
    facets = everything
    if wanted.search or wanted.owner_id or wanted.team_id or wanted.provider:
        facets = await door.clients.facets(viewer.actor, wanted)
    return render(
        request,
        "clients.html",
        clients=found,
        total=total,
        offset=offset,
        asked=asked,
        sizes=SIZES,
        everything=everything,
        archived=archived,
        owners=owners,
        teams=teams,
        views=await tabs(door, viewer.actor, asked, everything, own),
        rows=list_rows(found, viewer.actor, door.software),
        statuses=_statuses(facets),
        software_there=_software(everything, facets, wanted.provider, door.software),
        causes=_causes(everything, facets, wanted.cause, door.software),
        # Addresses that end with ? or &: what follows is sort, page and the like.
        unsorted=address(CLIENTS, asked.filters | asked.size),
        unpaged=address(CLIENTS, asked.filters | asked.sorting | asked.size),
        csv=address("/clients.csv", asked.filters | asked.sorting).rstrip("?&"),
        workbook=address("/clients.xlsx", asked.filters | asked.sorting).rstrip("?&"),
    )


@router.get("/clients.csv")
async def export(request: Request, door: Door, viewer: Viewer, asked: AskedFor) -> Response:
    """All clients that match, in the list's order, as CSV."""
    if is_dropped(request.query_params, asked.filters):
        return go(CLIENTS, Said.FILTER_DROPPED)
    return csv_answer(await door.exports.clients(viewer.actor, asked.wanted, asked.order))


@router.get("/clients.xlsx")
async def export_workbook(request: Request, door: Door, viewer: Viewer, asked: AskedFor) -> Response:
    """The same as a workbook."""
    if is_dropped(request.query_params, asked.filters):
        return go(CLIENTS, Said.FILTER_DROPPED)
    return await workbook_answer(await door.exports.clients(viewer.actor, asked.wanted, asked.order))


@router.get("/client-sync")
async def client_sync(request: Request, door: Door, viewer: Viewer, client: Id = None) -> HTMLResponse:
    """The panel as a page of its own: for browsers without scripts, for links in mails, and to connect one client."""
    everything = await door.clients.facets(viewer.actor)
    one = await door.clients.show(viewer.actor, client) if client else None
    return render(request, "client_sync.html", everything=everything, one=one)


async def _owners(door: Operations, actor: Actor, chosen: UUID | None) -> list[tuple[UUID, str]]:
    """The owners for the filter: all active colleagues, and leavers who still have clients."""
    return [
        (one.colleague_id, f"{one.name} (has left)" if one.has_left else one.name)
        for one in await door.people.colleague_names(actor)
        if not one.has_left or one.has_clients or one.colleague_id == chosen
    ]


def _statuses(facets: ClientFacets) -> list[tuple[ClientStatus, str]]:
    return [(status, _counted(status.label, facets.by_status.get(status))) for status in ClientStatus]


def _causes(
    everything: ClientFacets, facets: ClientFacets, chosen: Cause | None, software: Software
) -> list[tuple[Cause, str]]:
    there = [cause for cause in Cause if cause in everything.by_cause or cause is chosen]
    return [(cause, _counted(software.named(cause.label), facets.by_cause.get(cause, 0))) for cause in there]


def _software(
    everything: ClientFacets, facets: ClientFacets, chosen: str | None, software: Software
) -> list[tuple[str, str]]:
    """For the filter: what clients are at, and what sign-ins are offered for; nothing where there is no choice."""
    there = {one.name for one in software.offered()} | everything.by_provider.keys() | ({chosen} - {None})
    names = [name for name in software.names if name in there]
    counts = facets.by_provider
    return [(name, _counted(software.title(name), counts.get(name, 0))) for name in names] if len(names) > 1 else []


def _counted(name: str, count: int | None) -> str:
    return name if count is None else f"{name} ({count:,})"
