"""Purges what is no longer needed: old sign-ins, profiles that runs read, and logins that nothing uses.

A login is ended when the last connection through it was disconnected, or together with it where the provider cannot end
one alone. It is also ended when everybody who signed in with it has left and no connection uses it. A login that merely
has no connection at present stays, because a hand-over may use it; a practice's own grant of an organisation
is ended then, since it is of use to nothing else, such as one that was picked by mistake.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, text
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.connections import UNDO_WITHIN, ConnectionStatus
from models.connections.conditions import IS_NOT_ENDED
from models.connections.tables import Connection
from models.grants import writes as grants
from models.grants.fresh_tokens import PATIENCE
from models.grants.leases import with_lease
from models.grants.tables import Grant, GrantReach
from models.kit.database import Database
from models.kit.sealing import Sealer, open_secret

SIGN_INS_KEPT = timedelta(days=7)
"""Sign-ins that came to an end, or never did; long enough to find out what went wrong with one."""
PROFILES_KEPT = timedelta(days=7)
"""Of a finished run: its failed organisations may be tried again, and are read anew after that."""
AT_MOST = 20_000
"""Rows of a kind in one transaction; the rest is the next night's."""

_IS_LAST = "(c.id IS NOT DISTINCT FROM CAST(:last AS uuid))"

_UNUSED = f"""
    g.status = 'active'
    AND NOT EXISTS (
        SELECT 1 FROM connections c WHERE c.grant_id = g.id AND {IS_NOT_ENDED} AND NOT {_IS_LAST} AND (
            c.is_current OR EXISTS (
                SELECT 1 FROM connection_changes x
                WHERE x.old_connection_id = c.id AND x.undone_at IS NULL AND x.changed_at > :undo_since
            )
        )
    )
    AND NOT EXISTS (
        SELECT 1 FROM run_organisations o JOIN runs r ON r.id = o.run_id
        WHERE o.grant_id = g.id AND r.stage <> 'finished'
    )
    AND NOT EXISTS (
        SELECT 1 FROM consent_attempts a JOIN runs r ON r.id = a.run_id
        WHERE a.grant_id = g.id AND r.stage <> 'finished'
    )
    AND (
        EXISTS (SELECT 1 FROM connections c WHERE c.grant_id = g.id AND (c.status = 'disconnected' OR {_IS_LAST}))
        OR NOT EXISTS (
            SELECT 1 FROM grant_holders h JOIN colleagues p ON p.id = h.colleague_id
            WHERE h.grant_id = g.id AND p.deactivated_at IS NULL
        )
        OR g.practice_id IS NOT NULL
    )
"""  # noqa: S608  # our own words


@dataclass(frozen=True, slots=True)
class LastConnection:
    """A connection that is being disconnected and that ends with its login, if nothing else uses the login.

    Attributes:
        connection_id: The connection. Once somebody has stopped its disconnecting, the login is not ended.
        record: Writes that it has ended, in the transaction that ends the grant.
    """

    connection_id: UUID
    record: Callable[[AsyncSession], Awaitable[None]]


async def unused_logins(session: AsyncSession, practice_id: UUID, at: datetime) -> Sequence[UUID]:
    """Logins with which somebody of the practice signed in and that are to be ended at their provider."""
    found = await (await session.connection()).execute(
        text(f"""
            SELECT g.id FROM grants g
            WHERE EXISTS (SELECT 1 FROM grant_holders h WHERE h.grant_id = g.id AND h.practice_id = :practice_id)
              AND {_UNUSED} ORDER BY g.id LIMIT 100
        """),  # noqa: S608  # our own words
        {"practice_id": practice_id, "undo_since": at - UNDO_WITHIN, "last": None},
    )
    return list(found.scalars())


async def is_unused(session: AsyncSession, grant_id: UUID, at: datetime, last: UUID | None = None) -> bool:
    """Whether a login is to be ended; ``last`` is a connection that does not count."""
    found = await (await session.connection()).execute(
        text(f"SELECT 1 FROM grants g WHERE g.id = :grant_id AND {_UNUSED}"),  # noqa: S608  # our own words
        {"grant_id": grant_id, "undo_since": at - UNDO_WITHIN, "last": last},
    )
    return found.first() is not None


async def end_if_unused(
    database: Database,
    sealer: Sealer,
    grant_id: UUID,
    end: Callable[[Grant, bytes], Awaitable[None]],
    *,
    now: Callable[[], datetime],
    last: LastConnection | None = None,
) -> bool:
    """End a grant that nothing uses any more, and keep nothing of its secret; returns whether it was ended.

    Args:
        database: Where the grant is stored; this function opens its own transactions.
        sealer: Opens and seals the secret.
        grant_id: The grant.
        end: Ends it at the provider, by the opened secret; called with the grant's lease and without any transaction.
            Not called where another practice has taken the account over: the provider has ended this grant then.
        now: This moment (aware, UTC).
        last: A connection that does not count and ends with the grant.

    Raises:
        TimeoutError: The provider did not answer within ``PATIENCE``.
        LoginBusy: Others of our own were waited for too long.
    """

    async def ended(seen: Grant) -> bool:
        async with database.session() as session:
            if last is not None and not await _is_leaving(session, last.connection_id):
                return False
            if not await is_unused(session, grant_id, now(), last.connection_id if last else None):
                return False
            is_anothers = await grants.is_taken_over(session, seen)
        async with asyncio.timeout(PATIENCE.total_seconds()):
            if not is_anothers:
                await end(seen, open_secret(sealer, grant_id, seen.sealed_secret))
        async with database.transaction() as session:
            grant = await grants.locked_grant(session, grant_id)
            if grant.generation != seen.generation:
                return False  # somebody has signed in with it meanwhile, with a credential of their own
            at, before = now(), grant.status
            grants.put_end(grant, sealer, at)
            await session.exec(delete(GrantReach).where(col(GrantReach.grant_id) == grant_id))
            await grants.tell_practices(session, grant_id, "grant.ended", before, grant.status, at)
            if last is not None:
                await last.record(session)
        return True

    return await with_lease(database, grant_id, lambda _: None, ended)


async def _is_leaving(session: AsyncSession, connection_id: UUID) -> bool:
    connection = await session.get_one(Connection, connection_id)
    return connection.status is ConnectionStatus.DISCONNECTING


async def purge_sign_ins(session: AsyncSession, practice_id: UUID, at: datetime) -> int:
    """Delete a practice's old sign-ins, and links for them, of finished runs; returns how many."""
    values = {"practice_id": practice_id, "before": at - SIGN_INS_KEPT, "at_most": AT_MOST}
    connection = await session.connection()
    gone = await connection.execute(
        text("""
            DELETE FROM consent_attempts WHERE id IN (
                SELECT a.id FROM consent_attempts a JOIN runs r ON r.id = a.run_id
                WHERE a.practice_id = :practice_id AND a.created_at < :before AND r.stage = 'finished'
                LIMIT :at_most
            )
        """),
        values,
    )
    links = await connection.execute(
        text("""
            DELETE FROM sign_in_links WHERE id IN (
                SELECT l.id FROM sign_in_links l JOIN runs r ON r.id = l.run_id
                WHERE l.practice_id = :practice_id AND l.created_at < :before AND r.stage = 'finished'
                  AND NOT EXISTS (SELECT 1 FROM consent_attempts a WHERE a.link_id = l.id)
                LIMIT :at_most
            )
        """),
        values,
    )
    return gone.rowcount + links.rowcount


async def purge_choices(session: AsyncSession, practice_id: UUID) -> int:
    """Delete what was chosen on pages of a practice's runs that have ended without it; returns how many there were."""
    gone = await (await session.connection()).execute(
        text("""
            DELETE FROM choice_drafts d USING runs r
            WHERE r.id = d.run_id AND r.practice_id = :practice_id AND r.stage = 'finished'
        """),
        {"practice_id": practice_id},
    )
    return gone.rowcount


async def purge_profiles(session: AsyncSession, practice_id: UUID, at: datetime) -> int:
    """Delete the profiles that a practice's old runs read; returns how many. The outcomes of these runs stay."""
    gone = await (await session.connection()).execute(
        text("""
            UPDATE run_organisations SET profile = NULL WHERE (run_id, organisation_id) IN (
                SELECT o.run_id, o.organisation_id FROM runs r JOIN run_organisations o ON o.run_id = r.id
                WHERE r.practice_id = :practice_id AND r.finished_at < :before
                  AND o.profile IS NOT NULL
                LIMIT :at_most
            )
        """),
        {"practice_id": practice_id, "before": at - PROFILES_KEPT, "at_most": AT_MOST},
    )
    return gone.rowcount
