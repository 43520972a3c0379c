"""Writes of one connection's pull: its login, its troubles, and the outcomes of runs that wait for it.

Successful pulls are recorded in ``models.lists.good_pulls``, many at once. ``leases`` decides who may pull.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, bindparam
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.causes import Cause
from contracts.words.runs import Action, Outcome
from models.budgets import limits as app_limits
from models.connections import health as connection_health
from models.connections import receipts
from models.connections.tables import Connection
from models.events import writes as events
from models.grants.tables import Grant, GrantReach
from models.kit.arrays import is_one_of, texts
from models.runs import writes as runs
from models.runs.tables import RunOrganisation
from rules.night.diagnosing import Look


async def run_row(
    session: AsyncSession, run_id: str, connection_id: UUID, *, locked: bool = False
) -> RunOrganisation | None:
    """The run's row of this connection, if there is one; locked against the end of the run if asked."""
    query = select(RunOrganisation).where(
        RunOrganisation.run_id == run_id, RunOrganisation.connection_id == connection_id
    )
    return (await session.exec(query.with_for_update(key_share=True) if locked else query)).one_or_none()


async def profiles_for(
    session: AsyncSession, run_id: str, connection_ids: Sequence[UUID]
) -> dict[UUID, dict[str, Any]]:
    """Profiles that the run read while listing, by connection; connections without one are missing."""
    asked = {"run_id": run_id, "ids": texts(connection_ids)}
    found = await (await session.connection()).execute(_PROFILES, asked)
    return {connection_id: profile for connection_id, profile in found if profile is not None}


_TABLE = cast("Table", RunOrganisation.__table__)  # type: ignore[attr-defined]  # SQLModel does not declare it
_PROFILES = select(_TABLE.c.connection_id, _TABLE.c.profile).where(
    _TABLE.c.run_id == bindparam("run_id"),
    is_one_of(_TABLE.c.connection_id, "ids"),
)


async def move_to_login(session: AsyncSession, connection_id: UUID, grant_id: UUID, at: datetime) -> None:
    """Let a connection use another login, in the transaction that stores what that login read of the organisation."""
    connection = await session.get_one(Connection, connection_id, with_for_update={"key_share": True})
    if connection.status.is_leaving:
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
        after=(await session.get_one(Grant, grant_id)).label,
    )


async def record_reachable(session: AsyncSession, connection_id: UUID, at: datetime) -> None:
    """Record that a new sign-in has just read the organisation's profile; its lists are due and not pulled yet.

    Causes that only the login before explains are removed. A cause that signing in does not repair stays until
    something was read. So does a cause that the new login may meet as well: a missing permission or role for a list.
    """
    connection = await session.get_one(Connection, connection_id, with_for_update={"key_share": True})
    if connection.status.is_leaving:
        return
    over = [cause for cause in Cause if cause.signing_in_helps]  # of the profile, which was read
    of_lists = [cause for cause in over if cause.is_disproved_by_reading]
    if await receipts.disprove(session, (connection_id,), of_lists) or connection.look_cause in over:
        connection.next_refresh_at = at  # should whoever repaired it not come to pull it, the night does
    connection.last_good_at = at
    session.add(connection)
    is_over = connection.look_cause is None or connection.look_cause.is_transient or connection.look_cause in over
    look = Look(connection_id, None) if is_over else Look(connection_id, connection.look_cause, connection.look_detail)
    await connection_health.write(session, [look], at)  # ``told_at`` stays, as in ``good_pulls``


async def record_trouble(
    session: AsyncSession,
    connection_id: UUID,
    cause: Cause,
    detail: str,
    at: datetime,
    *,
    until: datetime | None,
    login: UUID | None = None,
    met_at: datetime | None = None,
) -> None:
    """Record that the connection did not work; only a cause that needs a person changes its status.

    A cause that stands in the receipts already is not recorded again, and ends when those lists are read. The pull
    gives its lease back itself.

    Args:
        session: The transaction that also holds the outcome, and the receipts if there are any.
        connection_id: The connection.
        cause: Why it did not work.
        detail: For support.
        at: This moment.
        until: When the provider takes calls again; None when the cause is not a limit. It is not kept for the
            connection while the whole app's calls are used up.
        login: The login that met the trouble, if it was to take over; the login in use is then not affected.
        met_at: When it was met, at the latest, for callers that may come late: what was read since is newer. None for
            a pull that holds the lease.
    """
    connection = await session.get_one(Connection, connection_id, with_for_update={"key_share": True})
    if connection.status.is_leaving or login not in {None, connection.grant_id}:
        return
    if met_at is not None and connection.last_good_at is not None and connection.last_good_at > met_at:
        return
    known = connection.look_cause
    if until is not None and connection.provider in await app_limits.in_force(session, at):
        until = connection.limited_until  # the app's calls are used up: it says nothing of the client's own
    stays = known is not None and known.needs_person and not cause.needs_person  # an outage on top says nothing of it
    if stays or await receipts.says(session, connection_id, cause):
        look = Look(connection_id, known, connection.look_detail, until)
    else:
        look = Look(connection_id, cause, detail, until)
    await connection_health.write(session, [look], at)


async def reconsider(session: AsyncSession, connection_id: UUID, at: datetime) -> None:
    """Compute the health of a locked connection again after its settings have chosen other lists."""
    connection = await session.get_one(Connection, connection_id)
    look = Look(connection_id, connection.look_cause, connection.look_detail, connection.limited_until)
    await session.flush()  # the statement reads the settings that were just changed
    await connection_health.write(session, [look], at)


async def settle_waiting(
    session: AsyncSession,
    connection_id: UUID,
    at: datetime,
    *,
    cause: Cause | None,
    retry_at: datetime | None,
    logins: Collection[UUID] | None = None,
) -> Sequence[str]:
    """Write the end, or the next try, of a connection's own sync to every run that waits for it.

    Args:
        session: The transaction that also holds the connection's health.
        connection_id: The connection.
        at: This moment.
        cause: Why the sync failed; None when it succeeded.
        retry_at: When the next try is; None when the sync has ended.
        logins: The logins that were to take over and failed, if known. A repair with another login goes on.

    Returns:
        The runs that were written to.
    """
    connection = await session.get_one(Connection, connection_id, with_for_update={"key_share": True})
    await runs.lock_waiting_for(session, connection_id)
    query = select(RunOrganisation).where(
        RunOrganisation.connection_id == connection_id, RunOrganisation.outcome == Outcome.RETRYING
    )
    waiting = (await session.exec(query.with_for_update(key_share=True))).all()
    failed = None if logins is None else {*logins, connection.grant_id}
    for row in waiting:
        if cause is None:
            await runs.settle(session, row, made(row), at)
        elif retry_at is not None:
            await runs.settle(
                session, row, Outcome.RETRYING, at, cause=cause, message=cause.sentence, retry_at=retry_at
            )
        elif failed is None or row.action is not Action.REPAIR or row.grant_id in failed:
            await runs.settle(session, row, Outcome.FAILED, at, cause=cause, message=cause.sentence)
    return [row.run_id for row in waiting]


def made(row: RunOrganisation) -> Outcome:
    """The outcome that a successful pull gives to a chosen organisation."""
    return MADE[row.action or Action.CREATE]


MADE = {
    Action.CREATE: Outcome.CREATED,
    Action.LINK: Outcome.LINKED,
    Action.REPAIR: Outcome.REPAIRED,
    Action.REASSIGN: Outcome.REASSIGNED,
}
