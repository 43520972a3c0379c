"""Moves a client to other books and back, in one transaction; the old connection and its lists are kept."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.connections import UNDO_WITHIN, ConnectionStatus
from contracts.words.refusals import RefusalCode, Refused
from contracts.words.runs import Action, Outcome
from models.connections.settings import SETTINGS
from models.connections.tables import Connection, ConnectionChange
from models.events import writes as events
from models.lists.tables import STAGING_TABLES, TABLE_OF
from models.runs import writes as runs
from models.runs.tables import Run, RunOrganisation


def undo_until(change: ConnectionChange) -> datetime:
    """Until when a change of books can be undone."""
    return change.changed_at + UNDO_WITHIN


async def current_or_refused(session: AsyncSession, connection_id: UUID) -> Connection:
    """Lock a connection and return it, if it is still its client's current one and is not being disconnected.

    Raises:
        Refused: It is not.
    """
    connection = await session.get_one(
        Connection, connection_id, with_for_update={"key_share": True}, populate_existing=True
    )
    if not connection.is_current or connection.status is ConnectionStatus.DISCONNECTING:
        message = "The client's connection was changed or ended meanwhile. Look at it, and start again."
        raise Refused(RefusalCode.WRONG_STAGE, message)
    return connection


async def take_up(session: AsyncSession, old: Connection, row: RunOrganisation, at: datetime) -> Connection:
    """Create the connection to the chosen organisation, not current yet, or return the one that the client had before.

    Args:
        session: The caller's transaction.
        old: The client's current connection, locked.
        row: The run's row of the chosen organisation.
        at: This moment.

    Raises:
        Refused: The organisation is another client's.
    """
    query = select(Connection).where(
        Connection.practice_id == old.practice_id,
        Connection.provider == old.provider,
        Connection.organisation_id == row.organisation_id,
    )
    found = (await session.exec(query.with_for_update(key_share=True))).one_or_none()
    if found is not None and found.client_id != old.client_id:
        if row.organisation_id not in await free(session, old.practice_id, old.provider, [row.organisation_id], at):
            message = f"{row.name} belongs to another of your clients. A client cannot be moved to it."
            raise Refused(RefusalCode.CLIENT_ALREADY_CONNECTED, message, field="organisations.0.organisation_id")
        found.client_id = old.client_id
    connection = found or Connection(
        practice_id=old.practice_id,
        client_id=old.client_id,
        provider=old.provider,
        organisation_id=row.organisation_id,
        organisation_name=row.name,
        grant_id=row.grant_id,
        is_current=False,
        created_at=at,
    )
    connection.grant_id, connection.provider_connection_id = row.grant_id, row.provider_connection_id
    connection.status, connection.cause, connection.limited_until = ConnectionStatus.CONNECTED, None, None
    connection.look_cause = connection.look_detail = None
    for name in SETTINGS:
        setattr(connection, name, getattr(old, name))
    session.add(connection)
    await session.flush()
    row.connection_id, row.link_client_id, row.action = connection.id, old.client_id, Action.LINK
    session.add(row)
    return connection


async def free(
    session: AsyncSession, practice_id: UUID, provider: str, organisation_ids: Sequence[str], at: datetime
) -> dict[str, UUID]:
    """Connections that no client uses or can go back to, by organisation id: another client may have them.

    They were left for other books, either so long ago that this cannot be undone or by an undo, and no run uses them
    for a preview.
    """
    found = await (await session.connection()).execute(
        text("""
            SELECT c.organisation_id, c.id FROM connections c
            WHERE c.practice_id = :practice_id AND c.provider = :provider AND NOT c.is_current
              AND c.organisation_id = ANY(CAST(:ids AS text[]))
              AND NOT EXISTS (SELECT FROM connection_changes h
                              WHERE h.old_connection_id = c.id AND h.undone_at IS NULL AND h.changed_at > :since)
              AND NOT EXISTS (SELECT FROM run_organisations o JOIN runs r ON r.id = o.run_id
                              WHERE o.connection_id = c.id AND r.kind = 'change-connection' AND r.stage <> 'finished')
        """),
        {"practice_id": practice_id, "provider": provider, "ids": list(organisation_ids), "since": at - UNDO_WITHIN},
    )
    return {row.organisation_id: row.id for row in found}


async def change(session: AsyncSession, run: Run, old: Connection, new: Connection, at: datetime) -> ConnectionChange:
    """Make ``new`` the client's current connection; ``old`` is kept, linked, with its lists.

    Args:
        session: The caller's transaction.
        run: The run in which a colleague confirmed the change.
        old: The client's connection until now, locked.
        new: The new connection, locked.
        at: This moment.
    """
    await _swap(session, old, new, at)
    changed = ConnectionChange(
        practice_id=old.practice_id,
        client_id=old.client_id,
        colleague_id=run.colleague_id,
        old_connection_id=old.id,
        new_connection_id=new.id,
        changed_at=at,
    )
    session.add(changed)
    row = await _row(session, run.id, new.id)
    if row is not None:
        row.client_id = new.client_id
        await runs.settle(session, row, Outcome.LINKED, at)
    await _tell(session, "connection.changed", old, new, at, colleague_id=run.colleague_id, run_id=run.id)
    return changed


async def undo(session: AsyncSession, current: Connection, *, colleague_id: UUID, at: datetime) -> Connection:
    """Make the former connection a client's current one again; the connection that it leaves is kept too.

    Args:
        session: The caller's transaction.
        current: The client's current connection, locked.
        colleague_id: The colleague who asks for it.
        at: This moment.

    Raises:
        Refused: There is no change to undo, or it was too long ago.
    """
    query = (
        select(ConnectionChange)
        .where(ConnectionChange.new_connection_id == current.id, col(ConnectionChange.undone_at).is_(None))
        .order_by(col(ConnectionChange.changed_at).desc())
        .limit(1)
    )
    latest = (await session.exec(query)).first()
    if latest is None or current.status is ConnectionStatus.DISCONNECTING:
        raise Refused(RefusalCode.WRONG_STAGE, "There is no change of this client's connection to undo.")
    if undo_until(latest) < at:
        message = (
            f"The change could be undone until {undo_until(latest):%d %B %Y}. Change the connection again instead."
        )
        raise Refused(RefusalCode.WRONG_STAGE, message)
    old = await session.get_one(Connection, latest.old_connection_id, with_for_update={"key_share": True})
    await _swap(session, current, old, at)
    latest.undone_at = at
    session.add(latest)
    await _tell(session, "connection.change_undone", current, old, at, colleague_id=colleague_id)
    return old


async def discard(session: AsyncSession, run_id: str, connection_id: UUID, at: datetime) -> None:
    """Delete what was read for a preview.

    A connection that was ever in use, or that another run uses for a preview, stays.
    """
    connection = await session.get(Connection, connection_id, with_for_update=True)  # it may be deleted below
    if connection is None or connection.is_current:
        return
    row = await _row(session, run_id, connection_id)
    if row is not None:
        row.connection_id = None
        await runs.settle(session, row, Outcome.SKIPPED, at, message="It was not confirmed; nothing was changed.")
        await session.flush()
    driver = await session.connection()
    used = await driver.execute(_IS_USED, {"id": connection_id})
    if used.scalar_one():
        return
    for table in _tables():
        column = "id" if table == "connections" else "connection_id"
        await driver.execute(text(f"DELETE FROM {table} WHERE {column} = :id"), {"id": connection_id})  # noqa: S608  # our own names


_IS_USED = text("""
    SELECT EXISTS (SELECT FROM connection_changes WHERE :id IN (old_connection_id, new_connection_id))
        OR EXISTS (SELECT FROM run_organisations WHERE connection_id = :id)
""")


def _tables() -> Sequence[str]:
    lists = (str(table.__tablename__) for table in TABLE_OF.values())
    return (*lists, *STAGING_TABLES, "receipts", "events", "connections")


async def _swap(session: AsyncSession, old: Connection, new: Connection, at: datetime) -> None:
    old.is_current, old.next_refresh_at = False, None
    session.add(old)
    await session.flush()  # only one may be current, at any moment
    new.is_current, new.next_refresh_at = True, at  # what changed since it was read is fetched at the next check
    session.add(new)
    await session.flush()


async def _row(session: AsyncSession, run_id: str, connection_id: UUID) -> RunOrganisation | None:
    query = select(RunOrganisation).where(
        RunOrganisation.run_id == run_id, RunOrganisation.connection_id == connection_id
    )
    return (await session.exec(query)).one_or_none()


async def _tell(
    session: AsyncSession, kind: str, old: Connection, new: Connection, at: datetime, **more: object
) -> None:
    await events.changed(
        session,
        new.practice_id,
        new.client_id,
        kind,
        at,
        connection_id=new.id,
        before=old.organisation_name,
        after=new.organisation_name,
        **more,
    )
