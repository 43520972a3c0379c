"""Queries about what a provider told of by itself: each event counts once, and marks connections as due."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.connections.tables import Connection, ProviderEvent

KEPT_FOR = timedelta(days=7)
"""Longer than any provider goes on delivering an event again."""


async def living(session: AsyncSession, provider: str, organisation_ids: Collection[str]) -> Sequence[Connection]:
    """The living connections to some organisations, of whichever practices."""
    query = select(Connection).where(
        Connection.provider == provider,
        col(Connection.organisation_id).in_(organisation_ids),
        col(Connection.is_current),
    )
    return [one for one in (await session.exec(query.order_by(col(Connection.id)))).all() if one.is_living]


async def first_time(session: AsyncSession, provider: str, event_ids: Collection[str], at: datetime) -> set[str]:
    """Note events, and return those that were not noted before; forgets old ones."""
    await session.exec(delete(ProviderEvent).where(col(ProviderEvent.received_at) < at - KEPT_FOR))
    if not event_ids:
        return set()
    rows = [{"provider": provider, "event_id": one, "received_at": at} for one in sorted(set(event_ids))]
    noted: Any = insert(ProviderEvent).values(rows).on_conflict_do_nothing().returning(col(ProviderEvent.event_id))
    return set((await session.exec(noted)).scalars())


async def mark_due(session: AsyncSession, connection_ids: Collection[UUID], at: datetime) -> None:
    """Let the next night read some connections."""
    due = update(Connection).where(col(Connection.id).in_(connection_ids))
    await session.exec(due.values(next_refresh_at=func.least(Connection.next_refresh_at, at)))


async def of_practice(
    session: AsyncSession, practice_id: UUID, provider: str, organisation_id: str
) -> Connection | None:
    """A practice's current connection to an organisation, ended or not; None where there is none."""
    query = select(Connection).where(
        Connection.practice_id == practice_id,
        Connection.provider == provider,
        Connection.organisation_id == organisation_id,
        col(Connection.is_current),
    )
    return (await session.exec(query)).one_or_none()
