"""Choosing which colleagues' clients to take over: the values for the list's template, clients of leavers first."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, NamedTuple
from uuid import UUID

from fastapi import Request
from fastapi.responses import HTMLResponse

from starter.access.sessions import SignedIn
from starter.actor import Actor
from starter.answers.views import OrganisationView
from starter.operations import Operations
from web.kit.rendering import render
from web.pages.runs import sign_ins
from web.pages.runs.choice_forms import Chosen

SHOWN: Final = 1000
"""Clients that the question offers."""
NOT_AGREED: Final = "Tick that you agree, or go back: without it, nothing begins."
NOT_CHOSEN: Final = "Choose the clients that you are going to sign in for."


async def question(
    request: Request,
    door: Operations,
    viewer: SignedIn,
    provider: str,
    *,
    fields: Mapping[str, str],
    ticked: Collection[UUID] = (),
    problem: str | None = None,
) -> HTMLResponse:
    """The page that says whose sign-ins end, before somebody leaves for theirs, and asks them to agree.

    Args:
        request: The POST that leads to the sign-in; the page's form is sent to the same address.
        door: The operations.
        viewer: Who signs in.
        provider: The accounting software.
        fields: What else was sent, to be sent again.
        ticked: Clients that were ticked when it was sent before.
        problem: Why it was not taken then.
    """
    held = await door.runs.held_sign_ins(viewer.actor, provider)
    return render(
        request,
        "takes_over.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK,
        address=request.url.path,
        allow=door.software.allow_words(provider),
        fields=dict(fields),
        held=held[:SHOWN],
        more=max(len(held) - SHOWN, 0),
        ticked=frozenset(ticked),
        problem=problem,
    )


@dataclass(frozen=True, slots=True)
class Owner:
    """A colleague whose clients are on the list.

    Attributes:
        owner_id: The colleague.
        name: The colleague's name.
        has_left: Whether they are deactivated.
        count: How many of their clients are on the list.
    """

    owner_id: UUID
    name: str
    has_left: bool
    count: int


class ReassignShape(NamedTuple):
    """What rows of the list have in common with many others; see ``web.kit.rendering.filled``.

    Attributes:
        is_ticked: Whether it is chosen.
        has_left: Whether its owner has left.
    """

    is_ticked: bool
    has_left: bool


class ReassignTexts(NamedTuple):
    """What a row of the list has of its own; None where there is nothing to say.

    Attributes:
        place: Its place in the list, for ids on the page.
        id: The organisation.
        name: Its name.
        code: The client's code.
        owner_id: The client's owner.
        owner: The owner's name.
        team: The client's team.
        fault: What is wrong with it.
    """

    place: str
    id: str
    name: str
    code: str | None
    owner_id: str | None
    owner: str | None
    team: str | None
    fault: str | None


async def values(door: Operations, actor: Actor, run_id: str, chosen: Chosen | None = None) -> Mapping[str, object]:
    """The values for the list's template: the clients and their owners.

    Args:
        door: All operations.
        actor: Who looks.
        run_id: A run that awaits its selection.
        chosen: A choice that was refused, to be shown again; None without one.

    Raises:
        Refused: There is no such run in the practice.
    """
    found, total = await door.runs.organisations(actor, run_id, limit=None, is_told_apart=False)
    owners: dict[UUID, list[OrganisationView]] = {}
    for view in found:
        if view.organisation.shown_owner_id is not None:
            owners.setdefault(view.organisation.shown_owner_id, []).append(view)
    queue = await sign_ins.values(door, actor, run_id)
    if chosen is None:  # what was signed in for is meant
        chosen = Chosen(organisation_ids=await sign_ins.done(door, actor, run_id))
    return {
        **queue,
        "rows": list(_rows(found, chosen)),
        "total": total,
        "owners": [
            Owner(owner_id, rows[0].shown_owner_name or "", rows[0].shown_owner_left_at is not None, len(rows))
            for owner_id, rows in owners.items()
        ],
        "left": sum(view.shown_owner_left_at is not None for view in found),
        "chosen": chosen,
    }


def _rows(found: Sequence[OrganisationView], chosen: Chosen) -> Iterator[tuple[ReassignShape, ReassignTexts]]:
    ticked, faults = chosen.ticked, chosen.faults
    for place, view in enumerate(found):
        row, identity = view.organisation, view.organisation.organisation_id
        fault = faults.get(identity)
        yield (
            ReassignShape(identity in ticked, view.shown_owner_left_at is not None),
            ReassignTexts(
                str(place),
                identity,
                row.name,
                view.client_code,
                str(row.shown_owner_id) if row.shown_owner_id else None,
                view.shown_owner_name,
                view.client_team_name,
                fault.message if fault else None,
            ),
        )
