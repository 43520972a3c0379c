"""Choosing which colleagues' clients to take over: the values for the list's template, clients of leavers first."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from starter.actor import Actor
from starter.answers.views import OrganisationView
from starter.operations import Operations
from web.pages.runs.selecting import Chosen


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
    found, total = await door.runs.organisations(actor, run_id, limit=None)
    owners: dict[UUID, list[OrganisationView]] = {}
    for view in found:
        if view.organisation.shown_owner_id is not None:
            owners.setdefault(view.organisation.shown_owner_id, []).append(view)
    return {
        "rows": found,
        "total": total,
        "owners": [
            Owner(owner_id, rows[0].shown_owner_name or "", rows[0].shown_owner_left_at is not None, len(rows))
            for owner_id, rows in owners.items()
        ],
        "left": sum(view.shown_owner_left_at is not None for view in found),
        "chosen": chosen or Chosen(),
    }
