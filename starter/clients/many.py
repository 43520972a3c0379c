"""One action on many clients: each is done or left out, and who was left out is told with the reason."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from contracts.words.client_accounts import ClientPatch
from contracts.words.refusals import RefusalCode, Refused
from models.clients.reads import ClientFilter, ClientStatus, ClientView, client_views
from models.kit.columns import now
from models.kit.database import Database
from starter.actor import Actor
from starter.clients.accounts import Accounts
from starter.clients.archive import Archive
from starter.connections.disconnecting import Disconnecting
from starter.connections.managing import Managing

MOST: Final = 500
"""Clients of one action: as many as a page of the list can show."""

AT_ONCE: Final = 10
"""Clients on which one action works at the same time: each takes a database connection and a call to Temporal."""


class ManyAction(StrEnum):
    """What can be done to many clients at once."""

    OWNER = "owner"
    TEAM = "team"
    REFRESH = "refresh"
    DISCONNECT = "disconnect"
    ARCHIVE = "archive"
    RESTORE = "restore"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A client on which an action was not carried out, and why."""

    name: str
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Planned:
    """What an action would do. Nothing was changed.

    Attributes:
        clients: The clients that it is for, by name.
        left_out: Those on which it would do nothing.
    """

    clients: Sequence[ClientView]
    left_out: Sequence[LeftOut]


@dataclass(frozen=True, slots=True)
class Done:
    """What an action has done.

    Attributes:
        count: On how many clients it was carried out or begun.
        unchanged: How many had the owner or team already.
        left_out: The others.
    """

    count: int
    unchanged: int
    left_out: Sequence[LeftOut]


class Many:
    """The operations on many clients at once.

    Args:
        database: The product's.
        accounts: Changes owners and teams.
        managing: Refreshes.
        disconnecting: Ends connections.
        archive: Archives, and restores.
    """

    def __init__(
        self, database: Database, accounts: Accounts, managing: Managing, disconnecting: Disconnecting, archive: Archive
    ) -> None:
        self._database = database
        self._accounts = accounts
        self._one: dict[ManyAction, Callable[[Actor, UUID], Awaitable[object]]] = {
            ManyAction.REFRESH: managing.refresh,
            ManyAction.DISCONNECT: disconnecting.disconnect,
            ManyAction.ARCHIVE: archive.archive,
            ManyAction.RESTORE: archive.restore,
        }

    async def plan(self, actor: Actor, action: ManyAction, client_ids: Collection[UUID]) -> Planned:
        """What an action would do to which clients; another practice's clients do not exist.

        Raises:
            Refused: No client is chosen, or more than ``MOST``.
        """
        if not client_ids:
            raise Refused(RefusalCode.INVALID, "Choose at least one client first.")
        if len(client_ids) > MOST:
            raise Refused(RefusalCode.INVALID, f"Choose {MOST} clients at most; do the rest after them.")
        found, at = list[ClientView](), now()
        async with self._database.reading() as session:
            for status in (None, ClientStatus.ARCHIVED):
                wanted = ClientFilter(status=status, ids=client_ids)
                found += (await client_views(session, actor.practice_id, at, wanted, limit=None))[0]
        reasons = {view.client.id: _reason(action, view) for view in found}
        return Planned(
            [view for view in found if reasons[view.client.id] is None],
            [_left_out(view, reason) for view in found if (reason := reasons[view.client.id]) is not None],
        )

    async def assign(self, actor: Actor, action: ManyAction, client_ids: Collection[UUID], chosen: UUID | None) -> Done:
        """Give clients an owner or a team: all that are not archived, in one transaction.

        Args:
            actor: Who asks.
            action: ``OWNER`` or ``TEAM``.
            client_ids: Which clients.
            chosen: The colleague or team; None takes clients out of their teams.

        Raises:
            Refused: As ``plan``, and where the team needs another plan or there is no such team or colleague.
        """
        planned = await self.plan(actor, action, client_ids)
        patch = ClientPatch.model_validate({f"{action.value}_id": chosen})
        count = await self._accounts.assign(actor, [view.client.id for view in planned.clients], patch)
        return Done(count, len(planned.clients) - count, planned.left_out)

    async def carry_out(self, actor: Actor, action: ManyAction, client_ids: Collection[UUID]) -> Done:
        """Refresh, disconnect, archive or restore clients; each by itself, so that one that is refused stops no other.

        Raises:
            Refused: As ``plan``.
        """
        planned = await self.plan(actor, action, client_ids)
        places = asyncio.Semaphore(AT_ONCE)

        async def one(view: ClientView) -> LeftOut | None:
            async with places:
                try:
                    await self._one[action](actor, view.client.id)
                except Refused as refused:
                    return _left_out(view, refused.refusal.message)
                return None

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(view)) for view in planned.clients]
        refused = [left for task in tasks if (left := task.result()) is not None]
        return Done(len(tasks) - len(refused), 0, [*planned.left_out, *refused])


def _left_out(view: ClientView, reason: str) -> LeftOut:
    return LeftOut(view.client.name, view.client.code, reason)


def _reason(action: ManyAction, view: ClientView) -> str | None:
    """Why an action does nothing to a client; None where it does something."""
    if action is ManyAction.RESTORE:
        return "It is not archived." if view.client.archived_at is None else None
    if view.client.archived_at is not None:
        return "It is archived already." if action is ManyAction.ARCHIVE else "It is archived."
    if action in {ManyAction.REFRESH, ManyAction.DISCONNECT}:
        if view.connection is None or view.status is ClientStatus.NOT_CONNECTED:
            return "It is not connected."
        if view.status is ClientStatus.DISCONNECTING:
            return "It is being disconnected already."
    return None
