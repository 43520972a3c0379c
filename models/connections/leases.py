"""The lease on a connection: only one pull at a time reads an organisation, over all workers.

The lease is in the connection's own row, so that whoever takes it also reads the connection's current state. It says
nothing of health.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.connections.tables import Connection
from models.kit.arrays import texts

LEASE = timedelta(minutes=2)
"""How long a pull may be silent before another may read the organisation; longer than a worker's heartbeat timeout."""

RENEWED_AFTER = LEASE / 4
"""What is still being read holds on to it."""


async def claim(session: AsyncSession, connection_ids: Sequence[UUID], holder: str, at: datetime) -> list[Connection]:
    """Take the leases on those connections that no other pull holds.

    Args:
        session: A transaction of its own.
        connection_ids: The connections.
        holder: The name of the pull; it may take its own lease again (a retry).
        at: This moment.

    Returns:
        The connections whose lease is now the holder's, to be looked at and not changed.
    """
    asked = {"wanted": texts(connection_ids), "holder": holder, "at": at, "until": at + LEASE}
    claimed = await session.exec(_CLAIM, params=asked)  # type: ignore[call-overload]  # declared for select() alone
    return list(claimed.scalars())


async def claim_one(session: AsyncSession, connection_id: UUID, holder: str, at: datetime) -> Connection | None:
    """Take the lease on one connection; None while another pull holds it.

    Raises:
        LookupError: There is no such connection.
    """
    claimed = await claim(session, (connection_id,), holder, at)
    known = select(Connection.id).where(Connection.id == connection_id)
    if not claimed and (await session.exec(known)).one_or_none() is None:
        raise LookupError(f"connection {connection_id} is not in the database")
    return claimed[0] if claimed else None


async def hold(session: AsyncSession, connection_ids: Collection[UUID], holder: str) -> set[UUID]:
    """Lock connections until the transaction ends, in one order, and tell on which of them the holder has the lease.

    An expired lease that nobody else has taken still counts, because nobody else has read the organisation.

    Args:
        session: The transaction that stores what was read of them.
        connection_ids: The connections.
        holder: The pull that read them.
    """
    asked = {"ids": texts(connection_ids), "holder": holder}
    return {identity for (identity, is_held) in await (await session.connection()).execute(_HOLD, asked) if is_held}


async def renew(session: AsyncSession, connection_ids: Collection[UUID], holder: str, at: datetime) -> None:
    """Extend leases that the holder still has.

    Args:
        session: A transaction of its own.
        connection_ids: The connections.
        holder: The pull that reads them.
        at: This moment.
    """
    asked = {"ids": texts(connection_ids), "holder": holder, "until": at + LEASE}
    await (await session.connection()).execute(_RENEW, asked)


async def release(session: AsyncSession, connection_ids: Collection[UUID], *, holder: str) -> None:
    """Give back leases that the holder still has; the connections' health does not change.

    Args:
        session: The caller's transaction.
        connection_ids: The connections.
        holder: The pull that held them.
    """
    await (await session.connection()).execute(_RELEASE, {"ids": texts(connection_ids), "holder": holder})


async def release_of_run(session: AsyncSession, run_id: str) -> None:
    """Give back the leases that an ended run still holds, such as those of a worker that died.

    Args:
        session: A transaction of its own.
        run_id: The run; its own pulls hold leases under its id.
    """
    await (await session.connection()).execute(_RELEASE_OF_RUN, {"run_id": run_id})


_COLUMNS = Connection.__table__.columns  # type: ignore[attr-defined]  # SQLModel does not declare it

_TAKE = text(f"""
    WITH free AS (
        SELECT id FROM connections
        WHERE id = ANY(CAST(:wanted AS text[])::uuid[])
          AND (pull_holder IS NULL OR pull_holder = :holder OR pull_until < :at)
        ORDER BY id FOR NO KEY UPDATE
    )
    UPDATE connections c SET pull_holder = :holder, pull_until = :until FROM free WHERE c.id = free.id
    RETURNING {", ".join(f"c.{column.name}" for column in _COLUMNS)}
""").columns(*_COLUMNS)  # noqa: S608  # our own names, in an order of their own: a table keeps that of its migrations

_CLAIM = select(Connection).from_statement(_TAKE).execution_options(populate_existing=True)
"""Locked in one order, so that two groups with a connection in common cannot wait for each other. The object mapper
makes connections of what comes back, whatever the session knew of them before: made one by one by their class, they
cost four times as much."""

_HOLD = text("""
    SELECT id, coalesce(pull_holder = :holder, false) FROM connections
    WHERE id = ANY(CAST(:ids AS text[])::uuid[]) ORDER BY id FOR NO KEY UPDATE
""")

_RENEW = text("""
    WITH held AS (
        SELECT id FROM connections
        WHERE id = ANY(CAST(:ids AS text[])::uuid[]) AND pull_holder = :holder ORDER BY id FOR NO KEY UPDATE
    )
    UPDATE connections c SET pull_until = :until FROM held WHERE c.id = held.id
""")

_RELEASE = text("""
    WITH held AS (
        SELECT id FROM connections
        WHERE id = ANY(CAST(:ids AS text[])::uuid[]) AND pull_holder = :holder ORDER BY id FOR NO KEY UPDATE
    )
    UPDATE connections c SET pull_holder = NULL, pull_until = NULL FROM held WHERE c.id = held.id
""")

_RELEASE_OF_RUN = text("""
    WITH held AS (
        SELECT c.id FROM connections c JOIN run_organisations o ON o.connection_id = c.id
        WHERE o.run_id = :run_id AND c.pull_holder = :run_id ORDER BY c.id FOR NO KEY UPDATE OF c
    )
    UPDATE connections c SET pull_holder = NULL, pull_until = NULL FROM held WHERE c.id = held.id
""")
