"""What the address of the client list asks for: its whole state, which can be kept and sent."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Annotated, Final
from uuid import UUID

from fastapi import Depends, Query

from contracts.words.causes import Cause
from starter.answers.views import ClientFilter, ClientOrder, ClientSort, ClientStatus
from starter.clients.clients import EVERYONE
from starter.clients.saved_views import OpenedView, ViewQuery
from web.kit.confirmations import PARAMETER, Said
from web.kit.listing import DESCENDING, KNOWN, PAGE, Descending, Id, Limit, Search, Text, address

CLIENTS: Final = "/clients"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address of the client list asks for.

    Attributes:
        wanted: Which clients to find.
        order: How they are sorted.
        limit: How many rows a page has.
    """

    wanted: ClientFilter
    order: ClientOrder
    limit: int

    @property
    def filters(self) -> dict[str, object | None]:
        """The filter, as parameters of the address."""
        wanted = self.wanted
        return {
            "search": wanted.search,
            "owner": wanted.owner_id,
            "team": wanted.team_id,
            "status": wanted.status,
            "cause": wanted.cause,
            "provider": wanted.provider,
        }

    @property
    def sorting(self) -> dict[str, object | None]:
        """The order, as parameters of the address; empty for the usual order."""
        column, is_descending = self.order.column, self.order.is_descending
        is_usual = column is ClientSort.ATTENTION and not is_descending
        return {"sort": None if is_usual else column, "direction": DESCENDING if is_descending else None}

    @property
    def size(self) -> dict[str, object | None]:
        """The length of a page, as a parameter of the address; empty for the usual length."""
        return {"limit": None if self.limit == PAGE else self.limit}

    def among(self, owners: Collection[UUID], teams: Collection[UUID], software: Collection[str]) -> "Asked":
        """The same filter, without an owner or a team that the practice does not have, or unknown software."""
        wanted = self.wanted
        return replace(
            self,
            wanted=replace(
                wanted,
                owner_id=wanted.owner_id if wanted.owner_id in owners else None,
                team_id=wanted.team_id if wanted.team_id in teams else None,
                provider=wanted.provider if wanted.provider in software else None,
            ),
        )

    @property
    def query(self) -> ViewQuery:
        """What a view of it keeps: the filter and the order."""
        return ViewQuery(self.wanted, self.order)

    @property
    def is_filtered(self) -> bool:
        """Whether the filter leaves any client out."""
        return self.wanted != EVERYONE


def asked(
    search: Search = None,
    owner: Id = None,
    team: Id = None,
    status: Annotated[ClientStatus | None, *KNOWN, Query()] = None,
    cause: Annotated[Cause | None, *KNOWN, Query()] = None,
    provider: Text = "",
    sort: Annotated[ClientSort | None, *KNOWN, Query()] = None,
    direction: Descending = "",
    limit: Limit = PAGE,
) -> Asked:
    """What the address asks for."""
    wanted = ClientFilter(search.strip() if search else None, owner, team, status, cause, provider or None)
    return Asked(wanted, ClientOrder(sort or ClientSort.ATTENTION, direction == DESCENDING), limit)


AskedFor = Annotated[Asked, Depends(asked)]


def opens(view: OpenedView) -> str:
    """The address of a saved view; where part of it is gone, the page says so."""
    asked = Asked(view.query.wanted, view.query.order, PAGE)
    said = {PARAMETER: Said.VIEW_PARTLY_GONE.value if view.left_out else None}
    return address(CLIENTS, asked.filters | asked.sorting | said).rstrip("?&")
