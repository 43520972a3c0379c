"""Queries of the nightly check: logins, their connections, and what became of them; set-based for a whole login."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.causes import Cause
from contracts.runs import ConnectionStatus
from models import events
from models.arrays import texts


class Login(NamedTuple):
    """A grant that living connections of a practice use."""

    grant_id: UUID
    display_name: str
    connections: int


class CheckedConnection(NamedTuple):
    """A living connection, as the check sees it; ``has_failed_list`` when a pull has left a list without its rows."""

    connection_id: UUID
    client_id: UUID
    organisation_id: str
    status: ConnectionStatus
    cause: Cause | None
    has_failed_list: bool


class Settled(NamedTuple):
    """A connection and its health from now on."""

    connection: CheckedConnection
    status: ConnectionStatus
    cause: Cause | None


class DueClient(NamedTuple):
    """A client that is to be pulled."""

    connection_id: UUID
    client_id: UUID
    name: str
    code: str
    owner_name: str
    provider: str


LIVING = "c.is_current AND c.status IN ('connected', 'needs_reconnect')"
"""Of a table ``connections c``: those that are in use."""


async def logins(session: AsyncSession, practice_id: UUID, *, after: UUID | None, limit: int) -> Sequence[Login]:
    """A page of the logins of the practice's living connections, by id."""
    found = await (await session.connection()).execute(
        text(f"""
            SELECT g.id, g.display_name, count(*)
            FROM connections c JOIN grants g ON g.id = c.grant_id
            WHERE c.practice_id = :practice_id AND {LIVING}
              AND (CAST(:after AS uuid) IS NULL OR g.id > :after)
            GROUP BY g.id ORDER BY g.id LIMIT :limit
        """),  # noqa: S608  # our own words
        {"practice_id": practice_id, "after": after, "limit": limit},
    )
    return [Login(*row) for row in found]


async def connections_of(
    session: AsyncSession, practice_id: UUID, grant_id: UUID, *, since: datetime
) -> Sequence[CheckedConnection]:
    """The practice's living connections of a login, locked until the transaction ends.

    Args:
        session: The transaction that settles them.
        practice_id: Whose.
        grant_id: Which login.
        since: When the check began; a connection that was made or worked after it is left alone.
    """
    found = await (await session.connection()).execute(
        text(f"""
            SELECT c.id, c.client_id, c.organisation_id, c.status, c.cause,
                   EXISTS (SELECT FROM receipts r WHERE r.connection_id = c.id AND r.cause IS NOT NULL)
            FROM connections c
            WHERE c.practice_id = :practice_id AND c.grant_id = :grant_id AND {LIVING}
              AND c.created_at <= :since AND (c.last_good_at IS NULL OR c.last_good_at <= :since)
            ORDER BY c.id FOR NO KEY UPDATE OF c
        """),  # noqa: S608  # our own words
        {"practice_id": practice_id, "grant_id": grant_id, "since": since},
    )
    return [
        CheckedConnection(
            connection_id=row[0],
            client_id=row[1],
            organisation_id=row[2],
            status=ConnectionStatus(row[3]),
            cause=Cause(row[4]) if row[4] else None,
            has_failed_list=row[5],
        )
        for row in found
    ]


async def settle(
    session: AsyncSession,
    practice_id: UUID,
    changed: Sequence[Settled],
    fine: Sequence[CheckedConnection],
    at: datetime,
) -> None:
    """Write the health of a login's connections, with an event for each that changed.

    Args:
        session: The transaction in which they are locked.
        practice_id: Whose.
        changed: Those whose health is another now.
        fine: Those that work.
        at: This moment.
    """
    connection = await session.connection()
    if changed:
        await connection.execute(
            text("""
                UPDATE connections c
                SET status = s.status, cause = s.cause, cause_detail = NULL, limited_until = NULL,
                    trouble_since = CASE WHEN s.cause IS NULL THEN NULL
                                         WHEN c.cause = s.cause THEN coalesce(c.trouble_since, :at) ELSE :at END
                FROM unnest(CAST(:ids AS text[])::uuid[], CAST(:statuses AS text[]), CAST(:causes AS text[]))
                    AS s (id, status, cause)
                WHERE c.id = s.id
            """),
            {
                "at": at,
                "ids": texts(one.connection.connection_id for one in changed),
                "statuses": [one.status.value for one in changed],
                "causes": [one.cause.value if one.cause else None for one in changed],
            },
        )
        await events.record(session, [_event(practice_id, one, at) for one in changed])
    if fine:
        await connection.execute(
            text("UPDATE connections SET last_good_at = :at WHERE id = ANY(CAST(:ids AS text[])::uuid[])"),
            {"at": at, "ids": texts(one.connection_id for one in fine)},
        )


def _event(practice_id: UUID, one: Settled, at: datetime) -> dict[str, object]:
    before = one.connection.status
    return {
        "practice_id": practice_id,
        "client_id": one.connection.client_id,
        "connection_id": one.connection.connection_id,
        "kind": f"connection.{one.status.value}" if one.cause is None or one.status is not before else _TROUBLE,
        "cause": one.cause,
        "before": before.value,
        "after": one.status.value,
        "at": at,
    }


_TROUBLE = "connection.trouble"


async def clients_due(
    session: AsyncSession, practice_id: UUID, at: datetime, *, after: UUID | None, limit: int, is_healthy_only: bool
) -> Sequence[DueClient]:
    """A page of the clients that are to be pulled, by connection.

    These are healthy ones whose lists are due, and those whose cause only a pull can disprove (``is_healthy_only``
    leaves them out). One that was never pulled is left to the run that made it for a day. A limit that has not lifted
    yet is respected.
    """
    found = await (await session.connection()).execute(
        text("""
            SELECT c.id, k.id, k.name, k.code, p.name, c.provider
            FROM connections c
            JOIN grants g ON g.id = c.grant_id AND g.status = 'active'
            JOIN clients k ON k.id = c.client_id
            JOIN colleagues p ON p.id = k.owner_id
            WHERE c.practice_id = :practice_id AND c.is_current AND c.status IN ('connected', 'needs_reconnect')
              AND (c.limited_until IS NULL OR c.limited_until <= :at)
              AND (c.cause IS NULL AND coalesce(c.next_refresh_at, c.created_at + interval '1 day') <= :at
                   OR NOT :is_healthy_only
                      AND (c.cause IN ('rate_limited', 'provider_unavailable')
                           AND EXISTS (SELECT FROM receipts r WHERE r.connection_id = c.id AND r.cause IS NOT NULL)
                           OR c.cause NOT IN ('rate_limited', 'provider_unavailable', 'signed_out',
                                              'disconnected_at_provider')))
              AND (CAST(:after AS uuid) IS NULL OR c.id > :after)
            ORDER BY c.id LIMIT :limit
        """),
        {"practice_id": practice_id, "at": at, "after": after, "limit": limit, "is_healthy_only": is_healthy_only},
    )
    return [DueClient(*row) for row in found]


async def health(session: AsyncSession, practice_id: UUID) -> dict[Cause | None, int]:
    """How many living connections of the practice have which cause; None stands for those that work."""
    found = await (await session.connection()).execute(
        text(f"SELECT c.cause, count(*) FROM connections c WHERE c.practice_id = :id AND {LIVING} GROUP BY c.cause"),  # noqa: S608  # our own words
        {"id": practice_id},
    )
    return {Cause(cause) if cause else None: count for cause, count in found}
