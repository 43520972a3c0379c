"""Saved views: what the client list shows is kept under a name, renamed, shared, replaced, deleted.

A view is made from the list's address, by the parser that reads the list's address.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Final
from uuid import UUID

from fastapi import Form, Request, Response
from fastapi.responses import HTMLResponse

from contracts.words.refusals import Refusal, Refused
from starter.access.sessions import SignedIn
from starter.answers.views import LONGEST_VIEW_NAME, ClientSort
from starter.clients.saved_views import OpenedView, ViewQuery
from starter.operations import Operations
from web.kit.authentication import Door
from web.kit.confirmations import Said, go
from web.kit.errors import status_of
from web.kit.listing import address
from web.kit.rendering import render
from web.kit.viewing import Viewer, page_router
from web.pages.clients.views.asked import CLIENTS, Asked, AskedFor, opens

router = page_router()

VIEWS: Final = f"{CLIENTS}/views"

Name = Annotated[str, Form(max_length=300)]
Shared = Annotated[bool, Form()]

_SORTED: Final = {
    ClientSort.ATTENTION: "those that need somebody",
    ClientSort.STATUS: "connection",
    ClientSort.CONNECTED_BY: "who connected them",
    ClientSort.LAST_SYNCED: "last sync",
}
_GONE: Final = {
    "owner_id": "the colleague",
    "team_id": "the team",
    "search": "the search",
    "status": "the status",
    "cause": "the cause",
    "provider": "the accounting software",
    "sort": "the order",
}


@router.get(VIEWS)
async def show_all(request: Request, door: Door, viewer: Viewer) -> HTMLResponse:
    """All saved views that somebody has."""
    names = await _names(door, viewer)
    views = [
        (
            view,
            opens(view),
            _in_words(door, view.query, names, is_of_whoever_looks=view.is_of_whoever_looks),
            _gone(view),
        )
        for view in await door.saved_views.seen_by(viewer.actor)
    ]
    return render(request, "saved_views/all.html", views=views)


@router.get(f"{VIEWS}/new")
async def begin(request: Request, door: Door, viewer: Viewer, asked: AskedFor) -> HTMLResponse:
    """What the list shows, to be saved under a name, or in place of a view."""
    return await _new(request, door, viewer, asked)


@router.post(VIEWS)
async def save(
    request: Request, door: Door, viewer: Viewer, asked: AskedFor, name: Name = "", shared: Shared = False
) -> Response:
    """The view is saved, or the form again; its address says what the view asks for."""
    try:
        await door.saved_views.save(viewer.actor, name, asked.query, is_shared=shared)
    except Refused as refused:
        return await _new(request, door, viewer, asked, refused.refusal, name, shared=shared)
    return go(_list(asked), Said.VIEW_SAVED)


@router.post(f"{VIEWS}/replace")
async def replace(door: Door, viewer: Viewer, asked: AskedFor, view: Annotated[UUID, Form()]) -> Response:
    """A view asks for what the list shows, from now on."""
    await door.saved_views.change(viewer.actor, view, query=asked.query)
    return go(_list(asked), Said.VIEW_SAVED)


@router.get(f"{VIEWS}/{{view_id:uuid}}")
async def show_one(request: Request, door: Door, viewer: Viewer, view_id: UUID) -> HTMLResponse:
    """One view, to be changed by whoever may."""
    return await _one(request, door, viewer, await door.saved_views.one(viewer.actor, view_id))


@router.post(f"{VIEWS}/{{view_id:uuid}}")
async def change(
    request: Request, door: Door, viewer: Viewer, view_id: UUID, name: Name = "", shared: Shared = False
) -> Response:
    """Its name and who has it, or the form again."""
    try:
        await door.saved_views.change(viewer.actor, view_id, name=name, is_shared=shared)
    except Refused as refused:
        if refused.refusal.field is None:
            raise
        view = await door.saved_views.one(viewer.actor, view_id)
        return await _one(request, door, viewer, view, refused.refusal, name, shared=shared)
    return go(VIEWS, Said.VIEW_CHANGED)


@router.post(f"{VIEWS}/{{view_id:uuid}}/delete")
async def delete(door: Door, viewer: Viewer, view_id: UUID) -> Response:
    """The view is gone."""
    await door.saved_views.delete(viewer.actor, view_id)
    return go(VIEWS, Said.VIEW_DELETED)


async def _new(
    request: Request,
    door: Operations,
    viewer: SignedIn,
    asked: Asked,
    refusal: Refusal | None = None,
    name: str = "",
    *,
    shared: bool = False,
) -> HTMLResponse:
    found = await door.saved_views.seen_by(viewer.actor)
    names = await _names(door, viewer)
    return render(
        request,
        "saved_views/new.html",
        status=status_of(refusal.code) if refusal else HTTPStatus.OK,
        shows=_in_words(
            door, asked.query, names, is_of_whoever_looks=asked.wanted.owner_id == viewer.actor.colleague_id
        ),
        back=_list(asked),
        words=address("", asked.filters | asked.sorting).rstrip("?&"),
        replaceable=[(view.view_id, _called(view)) for view in found if view.may_change],
        name=name,
        shared=shared,
        refusal=refusal,
        longest=LONGEST_VIEW_NAME,
    )


async def _one(
    request: Request,
    door: Operations,
    viewer: SignedIn,
    view: OpenedView,
    refusal: Refusal | None = None,
    name: str | None = None,
    *,
    shared: bool | None = None,
) -> HTMLResponse:
    return render(
        request,
        "saved_views/one.html",
        status=status_of(refusal.code) if refusal else HTTPStatus.OK,
        view=view,
        address=opens(view),
        shows=_in_words(door, view.query, await _names(door, viewer), is_of_whoever_looks=view.is_of_whoever_looks),
        gone=_gone(view),
        name=view.name if name is None else name,
        shared=view.is_shared if shared is None else shared,
        refusal=refusal,
        longest=LONGEST_VIEW_NAME,
    )


def _list(asked: Asked) -> str:
    return address(CLIENTS, asked.filters | asked.sorting).rstrip("?&")


def _called(view: OpenedView) -> str:
    return view.name if view.is_own else f"{view.name} (shared by {view.owner_name})"


async def _names(door: Operations, viewer: SignedIn) -> Mapping[UUID | None, str]:
    owners: dict[UUID | None, str] = {
        one.colleague_id: one.name for one in await door.people.colleague_names(viewer.actor)
    }
    return owners | {view.team.id: view.team.name for view in await door.people.teams(viewer.actor)}


def _whose(owner_id: UUID | None, names: Mapping[UUID | None, str], *, is_of_whoever_looks: bool) -> str | None:
    if is_of_whoever_looks:
        return "Owner: whoever opens it"
    return f"Owner: {names[owner_id]}" if owner_id in names else None


def _in_words(
    door: Operations, query: ViewQuery, names: Mapping[UUID | None, str], *, is_of_whoever_looks: bool
) -> list[str]:
    """What a view asks for, one thing after the other; ``names`` are those of colleagues and teams."""
    wanted, order = query.wanted, query.order
    said = [
        f"“{wanted.search}” in name or code" if wanted.search else None,
        _whose(wanted.owner_id, names, is_of_whoever_looks=is_of_whoever_looks),
        f"Team: {names[wanted.team_id]}" if wanted.team_id in names else None,
        wanted.status.label if wanted.status else None,
        door.software.named(wanted.cause.label) if wanted.cause else None,
        f"At {door.software.title(wanted.provider)}" if wanted.provider else None,
    ]
    told = [one for one in said if one] or ["All clients"]
    if order.column is not ClientSort.ATTENTION or order.is_descending:
        by = _SORTED.get(order.column, order.column.value)
        told.append(f"Sorted by {by}{', in reverse' if order.is_descending else ''}")
    return told


def _gone(view: OpenedView) -> str | None:
    if not view.left_out:
        return None
    parts = " and ".join(_GONE.get(part, "a part") for part in view.left_out)
    is_one = len(view.left_out) == 1
    return f"{parts[0].upper()}{parts[1:]} {'is' if is_one else 'are'} no longer there, so the view shows more."
