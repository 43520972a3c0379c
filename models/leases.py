"""The lease on a connection: one pull at a time reads an organisation, over all workers.

A lease is the connection's own row, so that taking it shows the connection as it is. It says nothing of health.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.arrays import texts
from models.connection import Connection

LEASE = timedelta(minutes=2)
"""How long a pull may be silent before another may read the organisation; longer than a worker's heartbeat timeout."""


async def claim(session: AsyncSession, connection_ids: Sequence[UUID], holder: str, at: datetime) -> list[Connection]:
    """Take the leases on connections that nobody else pulls.

    Args:
        session: A transaction of its own.
        connection_ids: Which connections.
        holder: Who pulls; the same holder may take its own lease again (a retry).
        at: This moment.

    Returns:
        The connections whose lease is now the holder's, to be looked at and not changed.
    """
    asked = {"wanted": texts(connection_ids), "holder": holder, "at": at, "until": at + LEASE}
    claimed = (await (await session.connection()).execute(_CLAIM, asked)).mappings()
    return [Connection(**row) for row in claimed]


async def claim_one(session: AsyncSession, connection_id: UUID, holder: str, at: datetime) -> Connection | None:
    """Take the lease on one connection; None while somebody else pulls.

    Raises:
        LookupError: There is no such connection.
    """
    claimed = await claim(session, (connection_id,), holder, at)
    known = select(Connection.id).where(Connection.id == connection_id)
    if not claimed and (await session.exec(known)).one_or_none() is None:
        raise LookupError(f"connection {connection_id} is not in the database")
    return claimed[0] if claimed else None


async def release(session: AsyncSession, connection_ids: Sequence[UUID], *, holder: str | None = None) -> None:
    """Give leases back, with the connections' health as it was.

    Args:
        session: The caller's transaction.
        connection_ids: Whose leases.
        holder: Only if it still has them, when given.
    """
    held = update(Connection).where(col(Connection.id).in_(connection_ids))
    if holder is not None:
        held = held.where(col(Connection.pull_holder) == holder)
    await session.exec(held.values(pull_holder=None, pull_until=None))


async def release_of_run(session: AsyncSession, run_id: str) -> None:
    """Give back what an ended run still holds, such as the leases of a worker that died: nobody takes them up again.

    Args:
        session: A transaction of its own.
        run_id: The run; its own pulls hold leases by its id.
    """
    await (await session.connection()).execute(_RELEASE_OF_RUN, {"run_id": run_id})


_COLUMNS = Connection.__table__.columns  # type: ignore[attr-defined]  # SQLModel does not declare it

_CLAIM = text(f"""
    WITH free AS (
        SELECT id FROM connections
        WHERE id = ANY(CAST(:wanted AS text[])::uuid[])
          AND (pull_holder IS NULL OR pull_holder = :holder OR pull_until < :at)
        ORDER BY id FOR NO KEY UPDATE
    )
    UPDATE connections c SET pull_holder = :holder, pull_until = :until FROM free WHERE c.id = free.id
    RETURNING {", ".join(f"c.{column.name}" for column in _COLUMNS)}
""").columns(*_COLUMNS)  # noqa: S608  # our own names, in an order of their own: a table keeps that of its migrations
"""Locked in one order, so that two groups with a connection in common cannot wait for each other. Around the object
mapper, because every pull runs it, yet with the columns' types: settings and status are members of their enums."""

_RELEASE_OF_RUN = text("""
    WITH held AS (
        SELECT c.id FROM connections c JOIN run_organisations o ON o.connection_id = c.id
        WHERE o.run_id = :run_id AND c.pull_holder = :run_id ORDER BY c.id FOR NO KEY UPDATE OF c
    )
    UPDATE connections c SET pull_holder = NULL, pull_until = NULL FROM held WHERE c.id = held.id
""")
