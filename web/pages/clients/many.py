"""One action on the clients that are ticked in the list: what it would do, and what came of it."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Form, Request, Response

from starter.actor import Actor
from starter.clients.many import Done, ManyAction
from starter.operations import Operations
from web.kit.authentication import Door
from web.kit.csv_answers import csv_answer
from web.kit.listing import KNOWN
from web.kit.rendering import render
from web.kit.viewing import Viewer, page_router
from web.pages.clients.views.asked import CLIENTS

router = page_router()

CONFIRMING = "disconnect"
"""The word that is typed before clients are disconnected."""

Ticked = Annotated[list[UUID] | None, Form(alias="client")]
Chosen = Annotated[UUID | None, *KNOWN, Form()]
Word = Annotated[str, Form(max_length=60)]
Back = Annotated[str, Form(max_length=2_000)]
"""Where the list was on which they were ticked."""


@router.post("/clients/many")
async def ask(
    request: Request,
    door: Door,
    viewer: Viewer,
    what: Annotated[ManyAction | Literal["export"], Form()],
    ticked: Ticked = None,
    back: Back = "",
) -> Response:
    """Show what the action would do; an export comes at once."""
    clients = frozenset(ticked or ())
    if what == "export":
        await door.many.plan(viewer.actor, ManyAction.OWNER, clients)  # refuses none, and too many
        return csv_answer(await door.exports.chosen_clients(viewer.actor, clients))
    return await _page(request, door, viewer.actor, what, clients, back)


@router.post("/clients/many/done")
async def do(
    request: Request,
    door: Door,
    viewer: Viewer,
    what: Annotated[ManyAction, Form()],
    ticked: Ticked = None,
    chosen: Chosen = None,
    typed: Word = "",
    back: Back = "",
) -> Response:
    """Do it, and tell what came of it; sent twice, the second changes nothing more."""
    clients = frozenset(ticked or ())
    if what is ManyAction.DISCONNECT and typed.strip().casefold() != CONFIRMING:
        problem = f"Type {CONFIRMING} to go on. Nothing was changed."
        return await _page(request, door, viewer.actor, what, clients, back, problem=problem)
    if what is ManyAction.OWNER and chosen is None:
        problem = "Choose who looks after them. Nothing was changed."
        return await _page(request, door, viewer.actor, what, clients, back, problem=problem)
    done: Done
    if what in {ManyAction.OWNER, ManyAction.TEAM}:
        done = await door.many.assign(viewer.actor, what, clients, chosen)
    else:
        done = await door.many.carry_out(viewer.actor, what, clients)
    return render(request, "many/done.html", what=what, done=done, back=list_at(back))


async def _page(
    request: Request,
    door: Operations,
    actor: Actor,
    what: ManyAction,
    clients: frozenset[UUID],
    back: str,
    *,
    problem: str | None = None,
) -> Response:
    planned = await door.many.plan(actor, what, clients)
    options: list[tuple[UUID, str]] = []
    if what is ManyAction.OWNER:
        options = [(one.colleague_id, one.name) for one in await door.people.colleague_names(actor) if not one.has_left]
    elif what is ManyAction.TEAM:
        options = list(await door.people.team_names(actor))
    status = 422 if problem else 200
    return render(
        request,
        "many/ask.html",
        status=status,
        what=what,
        planned=planned,
        options=options,
        problem=problem,
        word=CONFIRMING,
        back=list_at(back),
    )


def list_at(back: str) -> str:
    """The list as it was; what is no address of it leads to the whole list."""
    return back if back.startswith(f"{CLIENTS}?") and back.isprintable() else CLIENTS
