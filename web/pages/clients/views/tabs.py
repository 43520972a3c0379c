"""The views above the client list: those that everybody has, then one's own and those that colleagues share."""

from dataclasses import dataclass
from typing import Final

from starter.actor import Actor
from starter.answers.views import ClientFacets, ClientFilter, ClientStatus, FixedView
from starter.clients.clients import EVERYONE
from starter.clients.saved_views import OpenedView
from starter.operations import Operations
from web.kit.listing import address
from web.pages.clients.views.asked import CLIENTS, Asked, opens

MOST_TABS: Final = 6
"""Saved views that stand above the list; the others are a click away."""


@dataclass(frozen=True, slots=True)
class ViewTab:
    """A view above the list.

    Attributes:
        label: What it is called.
        address: Where it is.
        count: How many clients it has; None where that is not counted.
        is_shown: Whether the list shows it now.
        sharer: The colleague who shares it; None for the others.
    """

    label: str
    address: str
    count: int | None
    is_shown: bool
    sharer: str | None = None


@dataclass(frozen=True, slots=True)
class Tabs:
    """What stands above the list.

    Attributes:
        tabs: The views.
        saved: How many saved views there are in all.
        to_save: Where what is shown can be saved as a view; None where it is one already.
    """

    tabs: list[ViewTab]
    saved: int
    to_save: str | None


async def tabs(door: Operations, actor: Actor, asked: Asked, everything: ClientFacets, own: ClientFacets) -> Tabs:
    """The views for a list as it is asked for; what is counted is all clients of the practice, and the actor's own."""
    saved = await door.saved_views.seen_by(actor)
    shown = next((view for view in saved if view.query == asked.query), None)
    fixed = _fixed(actor, asked, everything, own, is_saved=shown is not None)
    above = list(saved[:MOST_TABS])
    if shown is not None and shown not in above:
        above[-1] = shown
    is_fixed = any(tab.is_shown for tab in fixed) and not any(asked.sorting.values())
    to_save = address(f"{CLIENTS}/views/new", asked.filters | asked.sorting).rstrip("?&")
    return Tabs([*fixed, *(_tab(view, shown) for view in above)], len(saved), None if shown or is_fixed else to_save)


def _tab(view: OpenedView, shown: OpenedView | None) -> ViewTab:
    return ViewTab(view.name, opens(view), None, view is shown, None if view.is_own else view.owner_name)


def _fixed(actor: Actor, asked: Asked, everything: ClientFacets, own: ClientFacets, *, is_saved: bool) -> list[ViewTab]:
    broken = ClientStatus.NEEDS_PERSON
    views = (
        (FixedView.ALL, EVERYONE, everything.total),
        (FixedView.MINE, ClientFilter(owner_id=actor.colleague_id), own.total),
        (FixedView.NEEDS_ME, ClientFilter(owner_id=actor.colleague_id, status=broken), _needing(own)),
        (FixedView.NEEDS_SOMEBODY, ClientFilter(status=broken), _needing(everything)),
        (FixedView.NOT_CONNECTED, ClientFilter(status=ClientStatus.NOT_CONNECTED), None),
        (FixedView.ARCHIVED, ClientFilter(status=ClientStatus.ARCHIVED), None),
    )
    return [
        ViewTab(
            label.value,
            address(CLIENTS, {"owner": view.owner_id, "status": view.status}).rstrip("?&"),
            count,
            view == asked.wanted and not is_saved,
        )
        for label, view, count in views
    ]


def _needing(facets: ClientFacets) -> int:
    return facets.needs_sign_in + facets.needs_something_else
