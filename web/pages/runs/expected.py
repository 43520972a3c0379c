"""The page part for the organisations that an *Add clients* expects by name, and the page that asks for them before.

Only where each sign-in brings one organisation: which is next, what came instead, leaving one out, and putting right.
"""

from collections.abc import Awaitable, Collection, Mapping, Sequence
from typing import Annotated, Final
from uuid import UUID

from fastapi import Form, Path, Request, Response
from fastapi.responses import HTMLResponse

from contracts.words.refusals import RefusalCode, Refused
from contracts.words.runs import SignInState
from starter.access.sessions import SignedIn
from starter.answers.views import Choosable, ExpectedOrganisation
from starter.operations import Operations
from web.kit.authentication import Door
from web.kit.confirmations import Said, go
from web.kit.errors import status_of
from web.kit.rendering import render
from web.kit.viewing import Viewer, page_router

router = page_router()

RunId = Annotated[str, Path(max_length=120)]
NamesField = Annotated[str, Form(alias="names", max_length=100_000)]
"""Names of organisations, one a line."""
ClientsField = Annotated[list[UUID], Form(alias="client_ids", max_length=500)]
"""Clients without a connection."""
Position = Annotated[int, Form(ge=0, le=10_000)]
OrganisationId = Annotated[str, Form(max_length=64)]

Queue = Sequence[ExpectedOrganisation]
"""The organisations that a run expects, in order."""

SHOWN: Final = 100
"""Organisations that the page lists, those to do first."""
OFFERED: Final = 200
"""Clients without a connection that the page offers to pick."""


async def question(
    request: Request,
    door: Operations,
    viewer: SignedIn,
    provider: str,
    *,
    fields: Mapping[str, str],
    names: str = "",
    refused: Refused | None = None,
) -> HTMLResponse:
    """The page that asks which organisations somebody is going to sign in for; leaving it empty asks for nothing.

    Args:
        request: The POST that leads to the sign-in; the page's form is sent to the same address.
        door: The operations.
        viewer: Who signs in.
        provider: The accounting software.
        fields: What else was sent, to be sent again.
        names: What was written, to be shown again.
        refused: Why it was not taken.
    """
    unconnected = (await door.choices.offered(viewer.actor)).linkable
    return render(
        request,
        "expecting.html",
        status=status_of(refused.refusal.code) if refused else 200,
        address=request.url.path,
        allow=door.software.allow_words(provider),
        fields=dict(fields),
        unconnected=unconnected[:OFFERED],
        more=max(len(unconnected) - OFFERED, 0),
        names=names,
        problem=refused.refusal.message if refused else None,
    )


def values(queue: Queue) -> Mapping[str, object]:
    """What the page shows of the organisations that a run expects by name; none where nobody has said any."""
    to_do = [one for one in queue if one.state is SignInState.TO_DO]
    done = {one.organisation_id for one in queue if one.organisation_id is not None}
    return {
        "wanted": [*to_do, *(one for one in queue if one.state is not SignInState.TO_DO)][:SHOWN],
        "wanted_count": sum(one.state is not SignInState.DROPPED for one in queue),
        "wanted_total": len(queue),
        "wanted_done": sum(one.state is SignInState.DONE for one in queue),
        "next_wanted": to_do[0] if to_do else None,
        "wanted_by_id": {one.organisation_id: one for one in queue if one.organisation_id in done},
    }


def arrivals(
    found: Sequence[Choosable],
    expected: Queue,
    shown: Collection[str],
    linkable: Collection[str],
) -> tuple[list[str], dict[str, str]]:
    """What was expected and has come since the list was last shown: to be ticked, and linked where it is for a client.

    Args:
        found: The run's list.
        expected: The organisations that the run expects.
        shown: Ids of what the list had when it was left.
        linkable: Ids of clients that can be linked to.

    Returns:
        Ids of organisations; and the client for each that is for one.
    """
    came = {one.organisation_id: one for one in expected if one.organisation_id is not None}
    rows = [row.organisation_id for row in found if row.can_be_chosen]
    fresh = [identity for identity in rows if identity in came and identity not in shown]
    clients = {identity: str(came[identity].client_id) for identity in fresh}
    return fresh, {identity: client for identity, client in clients.items() if client in linkable}


def strangers(found: Sequence[Choosable], expected: Queue) -> list[tuple[str, str]]:
    """What came without being expected, where anything was: ids and names."""
    came = {one.organisation_id for one in expected}
    rows = found if expected else ()
    return [(one.organisation_id, one.name) for one in rows if one.organisation_id not in came]


@router.post("/activity/{run_id}/expected")
async def add(door: Door, viewer: Viewer, run_id: RunId, names: NamesField = "") -> Response:
    """Expect further organisations."""
    return await _done(run_id, door.expected_organisations.add(viewer.actor, run_id, (names,)))


@router.post("/activity/{run_id}/expected/drop")
async def drop(door: Door, viewer: Viewer, run_id: RunId, position: Position = 0) -> Response:
    """Leave one out."""
    return await _done(run_id, door.expected_organisations.drop(viewer.actor, run_id, position), Said.SIGN_IN_LEFT_OUT)


@router.post("/activity/{run_id}/expected/take")
async def take(
    door: Door, viewer: Viewer, run_id: RunId, position: Position = 0, organisation_id: OrganisationId = ""
) -> Response:
    """Say that an organisation that came is the expected one."""
    return await _done(run_id, door.expected_organisations.take(viewer.actor, run_id, position, organisation_id))


@router.post("/activity/{run_id}/expected/take-off")
async def take_off(door: Door, viewer: Viewer, run_id: RunId, organisation_id: OrganisationId = "") -> Response:
    """Take an organisation off the list that was picked by mistake."""
    taken = door.expected_organisations.take_off(viewer.actor, run_id, organisation_id)
    return await _done(run_id, taken, Said.TAKEN_OFF_THE_LIST)


async def _done(run_id: str, asked: Awaitable[object], said: Said | None = None) -> Response:
    try:
        await asked
    except Refused as refused:
        if refused.refusal.code not in {RefusalCode.WRONG_STAGE, RefusalCode.UNKNOWN_ORGANISATION}:
            raise
        return go(f"/activity/{run_id}", Said.RUN_MOVED_ON)
    return go(f"/activity/{run_id}", said)
