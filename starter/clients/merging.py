"""Merging two accounts of one client: what moves and what is left behind is shown before, and done as it was shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession
from temporalio.client import Client as Temporal

from contracts.words.refusals import RefusalCode, Refused
from models.clients import accounts, erasing, imports, merging
from models.clients.erasing import Holdings
from models.clients.reads import ClientFilter, ClientStatus, ClientView, client_views
from models.clients.tables import Client
from models.connections.reads import has_client
from models.connections.tables import Connection
from models.events import writes as events
from models.kit.columns import now
from models.kit.database import Database
from rules.clients.duplicates import namesakes
from rules.clients.merging import Fate, FieldMerge, Mergeable, MergePlan, merge_plan, why_not
from starter.actor import Actor
from starter.clients.accounts import KINDS
from starter.clients.finding import is_at_work, missing

MOST: Final = 8
"""Accounts that are offered to be merged with one."""

CHANGED: Final = "One of the accounts has changed since this was shown. Look at it again; nothing was merged."

_COLUMNS: Final = {"owner": "owner_id", "team": "team_id"}


@dataclass(frozen=True, slots=True)
class MergePreview:
    """What merging two accounts would do. Nothing was changed.

    Attributes:
        staying: The account that stays.
        going: The account that goes.
        plan: What moves and what is left behind.
        holdings: What is stored of the account that goes, all of which moves.
        refused: Why they cannot be merged just now, with what to do; None where they can.
    """

    staying: Mergeable
    going: Mergeable
    plan: MergePlan
    holdings: Holdings
    refused: str | None


@dataclass(frozen=True, slots=True)
class _Two:
    """Two accounts that are locked in a transaction, with their connections."""

    staying: Client
    going: Client
    connections: Sequence[Connection]

    def current(self, client: Client) -> Connection | None:
        return next((one for one in self.connections if one.client_id == client.id and one.is_current), None)


async def _alike(session: AsyncSession, practice_id: UUID, client_id: UUID) -> list[UUID]:
    """Clients with the name or a number of one; an erased one has none."""
    known = await imports.known_clients(session, practice_id)
    this = next((one for one in known if one.id == client_id), None)
    return [one.id for one in namesakes(this, known)] if this else []


class Merging:
    """The operations that make one account of two.

    Args:
        database: The product's.
        temporal: Knows whether something of a client is at work.
    """

    def __init__(self, database: Database, temporal: Temporal) -> None:
        self._database = database
        self._temporal = temporal

    async def offered(self, actor: Actor, client_id: UUID, search: str | None = None) -> Sequence[ClientView]:
        """Accounts with which one may be merged: those that are found, or those with its name or a number of its own.

        Raises:
            Refused: There is no such client in the practice.
        """
        found, at = list[ClientView](), now()
        async with self._database.reading() as session:
            if not await has_client(session, actor.practice_id, client_id):
                raise await missing(session, actor, client_id)
            ids = None if search else await _alike(session, actor.practice_id, client_id)
            for status in (None, ClientStatus.ARCHIVED) if ids is None or ids else ():
                wanted = ClientFilter(search=search, status=status, ids=ids)
                found += (await client_views(session, actor.practice_id, at, wanted, limit=MOST + 1))[0]
        return [one for one in found if one.client.id != client_id and one.client.merged_into_id is None][:MOST]

    async def preview(self, actor: Actor, staying_id: UUID, going_id: UUID) -> MergePreview:
        """What merging would do, and whether it can be done now.

        Raises:
            Refused: There is no such client in the practice, or Temporal cannot be reached.
        """
        async with self._database.transaction() as session:
            two = await self._locked(session, actor, staying_id, going_id)
            staying, going = await self._seen(session, two)
            refused = await self._refused(session, actor, two, staying, going)
            holdings = await erasing.holdings(session, [two.going])
        return MergePreview(staying, going, merge_plan(staying, going), holdings, refused)

    async def merge(self, actor: Actor, staying_id: UUID, going_id: UUID, expected: str | None = None) -> None:
        """Merge an account into another one; where that was done before, nothing is changed.

        Args:
            actor: Who asks.
            staying_id: The account that stays.
            going_id: The account that goes: it is archived.
            expected: The fingerprint of the plan that was shown; None does whatever the plan is now.

        Raises:
            Refused: There is no such client in the practice, they cannot be merged just now, the plan is another one by
                now, or Temporal cannot be reached. Nothing was changed.
        """
        async with self._database.transaction() as session:
            await accounts.locked_practice(session, actor.practice_id)  # so that no run connects one meanwhile
            two = await self._locked(session, actor, staying_id, going_id)
            if two.going.merged_into_id == staying_id:
                return
            staying, going = await self._seen(session, two)
            plan = merge_plan(staying, going)
            if expected is not None and expected != plan.fingerprint:
                raise Refused(RefusalCode.WRONG_STAGE, CHANGED)
            if (why := await self._refused(session, actor, two, staying, going)) is not None:
                raise Refused(RefusalCode.WRONG_STAGE, why)
            await self._carry_out(session, actor, two, plan, staying, going)

    async def _carry_out(
        self,
        session: AsyncSession,
        actor: Actor,
        two: _Two,
        plan: MergePlan,
        staying: Mergeable,
        going: Mergeable,
    ) -> None:
        at = now()
        await merging.merge(session, two.staying, two.going, is_moved=plan.connection.is_moved, at=at)
        for one in plan.fields:
            if one.fate is Fate.MOVES:
                column = _COLUMNS.get(one.field, one.field)
                setattr(two.staying, column, getattr(two.going, column))
        session.add(two.staying)
        await session.flush()
        whose = {"practice_id": actor.practice_id, "colleague_id": actor.colleague_id, "at": at}
        stays, goes = whose | {"client_id": two.staying.id}, whose | {"client_id": two.going.id}
        told = [stays | {"kind": "client.merged", "before": _cut(going.called), "after": _cut(staying.called)}]
        told += [stays | _event(one) for one in plan.fields]
        told.append(goes | {"kind": "client.merged_into", "before": _cut(going.called), "after": _cut(staying.called)})
        await events.record(session, told)

    async def _locked(self, session: AsyncSession, actor: Actor, staying_id: UUID, going_id: UUID) -> _Two:
        locked = await accounts.locked_clients(session, actor.practice_id, {staying_id, going_id})
        found = {one.id: one for one in locked if one.erased_at is None}
        for client_id in (staying_id, going_id):
            if client_id not in found:
                raise await missing(session, actor, client_id)
        connections = await erasing.connections_of(session, list(found.values()), is_locked=True)
        return _Two(found[staying_id], found[going_id], connections)

    async def _seen(self, session: AsyncSession, two: _Two) -> tuple[Mergeable, Mergeable]:
        staying = await merging.account(session, two.staying, two.current(two.staying))
        return staying, await merging.account(session, two.going, two.current(two.going))

    async def _refused(
        self, session: AsyncSession, actor: Actor, two: _Two, staying: Mergeable, going: Mergeable
    ) -> str | None:
        if (why := why_not(staying, going)) is not None:
            return why
        if (run := await merging.run_of_its_own(session, [two.staying.id, two.going.id])) is not None:
            name = (staying if run.client_id == two.staying.id else going).called
            return f"{run.heading} of {name} has not ended. Finish it or stop it first."
        at = now()
        for client, seen in ((two.staying, staying), (two.going, going)):
            if await accounts.is_in_working_run(session, client.id):
                return f"A run is at work on {seen.called}. Merge once it has finished."
            if any(_is_read(one, at) for one in two.connections if one.client_id == client.id):
                return f"{seen.called} is being read just now. Try again in a minute."
            if await is_at_work(self._temporal, actor, client):
                return f"{seen.called} is being synchronised or disconnected. Merge once that is done."
        return None


def _is_read(connection: Connection, at: datetime) -> bool:
    return connection.pull_until is not None and connection.pull_until > at


def _event(merged: FieldMerge) -> dict[str, object]:
    """What the timeline of the account that stays says of a field."""
    if merged.fate is Fate.MOVES:
        kind = KINDS[_COLUMNS.get(merged.field, merged.field)]
        return {"kind": kind, "before": None, "after": _cut(merged.has)}
    label = merged.field.replace("_", " ")
    return {"kind": "client.merge_left", "before": _cut(f"{label}: {merged.has}"), "after": _cut(merged.keeps or "")}


def _cut(words: str) -> str:
    return words[:300]
