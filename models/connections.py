"""Queries of one connection's pull: the lease, the health, and who waits for the outcome."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, bindparam, or_, text, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.causes import Cause
from contracts.runs import Action, ConnectionStatus, Outcome
from models import events, runs
from models.connection import Connection
from models.grant import GrantReach
from models.refresh_times import hours_sooner
from models.run import RunOrganisation

LEASE = timedelta(minutes=2)
"""How long a pull may be silent before another may read the organisation; longer than a worker's heartbeat timeout."""

LEAVING = frozenset({ConnectionStatus.DISCONNECTING, ConnectionStatus.DISCONNECTED})
"""What a pull that was under way finds out changes nothing any more."""

_TABLE = cast("Table", Connection.__table__)  # type: ignore[attr-defined]  # SQLModel does not declare it
_CLAIM = (
    update(_TABLE)
    .where(
        _TABLE.c.id == bindparam("wanted"),
        or_(
            _TABLE.c.pull_holder.is_(None),
            _TABLE.c.pull_holder == bindparam("holder"),
            _TABLE.c.pull_until < bindparam("at"),
        ),
    )
    .values(pull_holder=bindparam("holder"), pull_until=bindparam("until"))
    .returning(_TABLE)
)
"""Made once, and around the object mapper: every pull runs it, and making it took longer than running it."""


async def claim(session: AsyncSession, connection_id: UUID, holder: str, at: datetime) -> Connection | None:
    """Take the lease on a connection, so that one pull at a time reads its organisation over all workers.

    Args:
        session: A transaction of its own.
        connection_id: Which connection.
        holder: Who pulls; the same holder may take its own lease again (a retry).
        at: This moment.

    Returns:
        The connection, to be looked at and not changed, or None while somebody else pulls.

    Raises:
        LookupError: There is no such connection.
    """
    asked = {"wanted": connection_id, "holder": holder, "at": at, "until": at + LEASE}
    claimed = (await (await session.connection()).execute(_CLAIM, asked)).mappings().one_or_none()
    connection = Connection(**claimed) if claimed is not None else None
    if connection is None and await session.get(Connection, connection_id) is None:
        raise LookupError(f"connection {connection_id} is not in the database")
    return connection


async def run_row(
    session: AsyncSession, run_id: str, connection_id: UUID, *, locked: bool = False
) -> RunOrganisation | None:
    """The run's row of this connection, if the run has one; locked against the run's end, if that matters."""
    query = select(RunOrganisation).where(
        RunOrganisation.run_id == run_id, RunOrganisation.connection_id == connection_id
    )
    return (await session.exec(query.with_for_update() if locked else query)).one_or_none()


async def profile_for(session: AsyncSession, run_id: str, connection_id: UUID) -> dict[str, Any] | None:
    """The profile that the run's listing read of this connection's organisation, if it did."""
    asked = {"run_id": run_id, "connection_id": connection_id}
    found: dict[str, Any] | None = (await (await session.connection()).execute(_PROFILE, asked)).scalar_one_or_none()
    return found


_PROFILE = select(col(RunOrganisation.profile)).where(
    col(RunOrganisation.run_id) == bindparam("run_id"),
    col(RunOrganisation.connection_id) == bindparam("connection_id"),
)


async def settle_good(session: AsyncSession, run_id: str, connection_id: UUID, at: datetime) -> None:
    """Give the run's row of this connection the outcome of a good pull; see ``made``."""
    asked = {"run_id": run_id, "connection_id": connection_id, "at": at}
    await (await session.connection()).execute(_SETTLE_GOOD, asked)


async def release(session: AsyncSession, connection_id: UUID) -> None:
    """Give the lease back, with the connection's health as it was."""
    await session.exec(
        update(Connection).where(col(Connection.id) == connection_id).values(pull_holder=None, pull_until=None)
    )


async def move_to_login(session: AsyncSession, connection_id: UUID, grant_id: UUID, at: datetime) -> None:
    """Let another login look after a connection, in the transaction that stores what it read of the organisation."""
    connection = await session.get_one(Connection, connection_id, with_for_update=True)
    if connection.status in LEAVING:
        return
    is_other, connection.grant_id = connection.grant_id != grant_id, grant_id
    reach = await session.get(GrantReach, (grant_id, connection.organisation_id))
    if reach is not None or is_other:  # the same login may have a new pair with the organisation
        connection.provider_connection_id = reach.provider_connection_id if reach else None
    session.add(connection)
    if not is_other:
        return
    await events.changed(
        session,
        connection.practice_id,
        connection.client_id,
        "connection.login_changed",
        at,
        connection_id=connection.id,
    )


async def record_reachable(session: AsyncSession, connection_id: UUID, at: datetime) -> None:
    """The connection's login reads the organisation now; its lists are not pulled yet."""
    connection = await session.get_one(Connection, connection_id, with_for_update=True)
    if connection.status in LEAVING:
        return
    before = connection.status
    connection.status, connection.cause = ConnectionStatus.CONNECTED, None
    connection.cause_detail = connection.trouble_since = None  # ``told_at`` stays, as in ``record_good``
    connection.last_good_at = at
    session.add(connection)
    if before is not ConnectionStatus.CONNECTED:
        await _health_changed(session, connection, before, at)


async def record_good(
    session: AsyncSession,
    connection_id: UUID,
    *,
    at: datetime,
    name: str | None,
    is_refresh: bool = False,
    is_complete: bool = False,
) -> None:
    """The connection worked, all of its asked lists are stored, and the lease is free again.

    Args:
        session: The transaction that stores the lists.
        connection_id: Which connection.
        at: This moment.
        name: The organisation's name, when it was read.
        is_refresh: Whether every list was asked for, so that the next refresh is due from now.
        is_complete: Whether all contacts were read, not only those that had changed.
    """
    good = await (await session.connection()).execute(
        _GOOD,
        {
            "connection_id": connection_id,
            "at": at,
            "name": name and name[:255],
            "is_refresh": is_refresh,
            "is_complete": is_complete,
            "sooner": hours_sooner(connection_id),
        },
    )
    before = good.one_or_none()
    if before is None:  # it is leaving, and no pull changes that
        await release(session, connection_id)
    elif before.status != ConnectionStatus.CONNECTED:
        connection = await session.get_one(Connection, connection_id)
        await session.refresh(connection)  # the statement went around it
        await _health_changed(session, connection, ConnectionStatus(before.status), at)


_GOOD = text("""
    WITH before AS (SELECT id, status FROM connections WHERE id = :connection_id FOR NO KEY UPDATE)
    UPDATE connections c
    SET status = 'connected', cause = NULL, cause_detail = NULL, limited_until = NULL, trouble_since = NULL,
        pull_holder = NULL, pull_until = NULL, last_good_at = :at, lists_pulled_at = :at,
        organisation_name = COALESCE(CAST(:name AS text), c.organisation_name),
        next_refresh_at = CASE WHEN :is_refresh
            THEN CAST(:at AS timestamptz) + greatest(c.refresh_hours - :sooner, 1) * interval '1 hour'
            ELSE c.next_refresh_at END,
        contacts_complete_at = CASE WHEN :is_complete THEN :at ELSE c.contacts_complete_at END
    FROM before
    WHERE c.id = before.id AND before.status NOT IN ('disconnecting', 'disconnected')
    RETURNING before.status
""")
"""``told_at`` stays: the next digest says that it is repaired. Around the object mapper, because every pull runs it."""


async def record_trouble(
    session: AsyncSession,
    connection_id: UUID,
    cause: Cause,
    detail: str,
    at: datetime,
    *,
    until: datetime | None,
    login: UUID | None = None,
) -> None:
    """The connection did not work; only a cause that needs a person changes its status (design section 2).

    Args:
        session: The transaction that also holds the outcome.
        connection_id: Which connection.
        cause: Why.
        detail: For support.
        at: This moment.
        until: When a limit lifts, if it is one.
        login: The login that met it, if that was to take over: what it met is no trouble of the one in use.
    """
    connection = await session.get_one(Connection, connection_id, with_for_update=True)
    if connection.status in LEAVING or login not in {None, connection.grant_id}:
        await release(session, connection_id)
        return
    before, cause_before = connection.status, connection.cause
    if cause.needs_person and before is ConnectionStatus.CONNECTED:
        connection.status = ConnectionStatus.NEEDS_RECONNECT
    if cause.is_transient and before is ConnectionStatus.NEEDS_RECONNECT and cause_before is not None:
        cause, detail = cause_before, connection.cause_detail or ""  # an outage on top says nothing about it
    connection.cause, connection.cause_detail, connection.limited_until = cause, detail[:200] or None, until
    if connection.trouble_since is None or cause is not cause_before:
        connection.trouble_since = at
    connection.pull_holder = connection.pull_until = None
    session.add(connection)
    if connection.status is not before or cause is not cause_before:
        await _health_changed(session, connection, before, at)


async def _health_changed(
    session: AsyncSession, connection: Connection, before: ConnectionStatus, at: datetime
) -> None:
    await events.changed(
        session,
        connection.practice_id,
        connection.client_id,
        f"connection.{connection.status.value}" if connection.status is not before else "connection.trouble",
        at,
        connection_id=connection.id,
        cause=connection.cause,
        before=before.value,
        after=connection.status.value,
    )


async def settle_waiting(
    session: AsyncSession,
    connection_id: UUID,
    at: datetime,
    *,
    cause: Cause | None,
    retry_at: datetime | None,
) -> Sequence[str]:
    """Write the end, or the next try, of a connection's own sync to every run that waits for it.

    Returns:
        The runs that were written to.
    """
    query = select(RunOrganisation).where(
        RunOrganisation.connection_id == connection_id, RunOrganisation.outcome == Outcome.RETRYING
    )
    waiting = (await session.exec(query.with_for_update())).all()
    for row in waiting:
        if cause is None:
            await runs.settle(session, row, made(row), at)
        elif retry_at is not None:
            await runs.settle(
                session, row, Outcome.RETRYING, at, cause=cause, message=cause.sentence, retry_at=retry_at
            )
        else:
            await runs.settle(session, row, Outcome.FAILED, at, cause=cause, message=cause.sentence)
    return [row.run_id for row in waiting]


def made(row: RunOrganisation) -> Outcome:
    """What a good pull makes of a chosen organisation."""
    return _MADE[row.action or Action.CREATE]


_MADE = {
    Action.CREATE: Outcome.CREATED,
    Action.LINK: Outcome.LINKED,
    Action.REPAIR: Outcome.REPAIRED,
    Action.REASSIGN: Outcome.REASSIGNED,
}

_SETTLE_GOOD = text(f"""
    UPDATE run_organisations
    SET outcome = CASE action {" ".join(f"WHEN '{action}' THEN '{outcome}'" for action, outcome in _MADE.items())}
                  ELSE '{_MADE[Action.CREATE]}' END,
        cause = NULL, message = NULL, retry_at = NULL, updated_at = :at
    WHERE run_id = :run_id AND connection_id = :connection_id
""")  # noqa: S608  # put together from our own enums
