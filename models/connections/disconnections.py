"""Ends connections: marked at once, ended when the provider has confirmed. The client and its lists stay."""

from datetime import datetime
from uuid import UUID

from sqlmodel import col, delete
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.connections import ConnectionStatus
from models.clients import accounts
from models.connections import writes as connections
from models.connections.tables import Connection
from models.events import writes as events
from models.grants.tables import GrantReach
from models.runs.tables import Run


async def begin(session: AsyncSession, connection: Connection, *, colleague_id: UUID, at: datetime) -> None:
    """Mark a connection as being disconnected: from then on it is not pulled, checked or repaired.

    Args:
        session: The caller's transaction.
        connection: The connection, locked.
        colleague_id: The colleague who asks for it.
        at: This moment.
    """
    before, connection.status = connection.status, ConnectionStatus.DISCONNECTING
    connection.next_refresh_at = None
    session.add(connection)
    await _tell(session, connection, before, at, colleague_id=colleague_id)


async def locked_if_leaving(session: AsyncSession, connection_id: UUID) -> Connection | None:
    """Lock a connection and return it, if it is being disconnected; None otherwise.

    The lock also waits for a transaction that is just marking the connection.
    """
    connection = await session.get_one(Connection, connection_id, with_for_update={"key_share": True})
    return connection if connection.status is ConnectionStatus.DISCONNECTING else None


async def finish(session: AsyncSession, connection: Connection, note: str, at: datetime) -> None:
    """Record that the provider no longer has the connection.

    Args:
        session: The caller's transaction.
        connection: The connection, locked.
        note: What was done at the provider, for people.
        at: This moment.
    """
    before, connection.status = connection.status, ConnectionStatus.DISCONNECTED
    connection.cause = connection.cause_detail = connection.limited_until = connection.trouble_since = None
    connection.look_cause = connection.look_detail = None
    connection.provider_connection_id = connection.pull_holder = connection.pull_until = connection.told_at = None
    session.add(connection)
    await session.exec(
        delete(GrantReach).where(
            col(GrantReach.grant_id) == connection.grant_id,
            col(GrantReach.organisation_id) == connection.organisation_id,
        )
    )
    await _tell(session, connection, before, at, note=note)


async def reopen(
    session: AsyncSession,
    connection: Connection,
    run: Run,
    grant_id: UUID,
    provider_connection_id: str | None,
    at: datetime,
) -> None:
    """Connect a disconnected client again, through a login for which the provider lists the organisation.

    Its lists are due at once.

    Args:
        session: The caller's transaction.
        connection: The connection, locked.
        run: The run whose sign-in reached it.
        grant_id: The login.
        provider_connection_id: The provider's id of the pair of login and organisation.
        at: This moment.
    """
    begin_again(connection, grant_id, provider_connection_id, at)
    session.add(connection)
    whose = {"practice_id": connection.practice_id, "client_id": connection.client_id, "connection_id": connection.id}
    again = {"kind": "connection.connected_again", "after": connection.organisation_name}
    told = [whose | again | {"run_id": run.id, "colleague_id": run.colleague_id, "at": at}]
    if await accounts.restore(session, connection.client_id):  # archived since the sign-in began
        told.insert(0, told[0] | {"kind": "client.restored", "after": None})
    await events.record(session, told)
    await connections.reconsider(session, connection.id, at)  # what its lists met then is not over because of this


def begin_again(connection: Connection, grant_id: UUID, provider_connection_id: str | None, at: datetime) -> None:
    """Set the columns of a disconnected connection that is in use again; the caller writes the event."""
    connection.grant_id, connection.provider_connection_id = grant_id, provider_connection_id
    connection.status, connection.next_refresh_at = ConnectionStatus.CONNECTED, at
    connection.cause = connection.cause_detail = connection.limited_until = connection.trouble_since = None
    connection.look_cause = connection.look_detail = None


async def give_up(session: AsyncSession, connection: Connection, status: ConnectionStatus, at: datetime) -> None:
    """Record that somebody cancelled the disconnecting: the status is restored, and the next check reads the client."""
    before, connection.status, connection.next_refresh_at = connection.status, status, at
    session.add(connection)
    await _tell(session, connection, before, at, kind="connection.disconnecting_stopped")
    if await accounts.restore(session, connection.client_id):  # what is connected is nobody's archive
        await events.changed(session, connection.practice_id, connection.client_id, "client.restored", at)
    await connections.reconsider(session, connection.id, at)


async def _tell(
    session: AsyncSession,
    connection: Connection,
    before: ConnectionStatus,
    at: datetime,
    *,
    kind: str | None = None,
    note: str = "",
    colleague_id: UUID | None = None,
) -> None:
    after = f"{connection.status.value}: {note}" if note else connection.status.value
    await events.changed(
        session,
        connection.practice_id,
        connection.client_id,
        kind or f"connection.{connection.status.value}",
        at,
        connection_id=connection.id,
        colleague_id=colleague_id,
        before=before.value,
        after=after[:300],
    )
