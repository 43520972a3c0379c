"""What a nightly check reads: logins, their connections, and the clients that are due."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.causes import DISPROVED_BY_LISTING, Cause
from models.budgets.limits import APP_IS_LIMITED
from models.connections.conditions import IS_LIVING
from models.connections.health import IS_CHOSEN
from rules.night.diagnosing import CheckedConnection


class Login(NamedTuple):
    """A grant that living connections of a practice use."""

    grant_id: UUID
    label: str
    connections: int
    provider: str


class DueClient(NamedTuple):
    """A client to be pulled; ``is_look`` means that no list is due, and only the profile is read.

    ``complete_at`` is when everything was last read completely; None when it never was.
    """

    connection_id: UUID
    client_id: UUID
    name: str
    code: str
    owner_name: str
    provider: str
    is_look: bool
    complete_at: datetime | None


class UsedBy(NamedTuple):
    """The client that uses a connection, with its owner."""

    client_id: UUID
    client_name: str
    client_code: str
    owner_name: str


async def logins(session: AsyncSession, practice_id: UUID, *, after: UUID | None, limit: int) -> Sequence[Login]:
    """One page of the logins that living connections of the practice use, ordered by id."""
    found = await (await session.connection()).execute(
        text(f"""
            SELECT g.id, g.label, count(*), g.provider
            FROM connections c JOIN grants g ON g.id = c.grant_id
            WHERE c.practice_id = :practice_id AND {IS_LIVING}
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
        session: The transaction in which they are updated.
        practice_id: The practice.
        grant_id: The login.
        since: When the check began; a connection that was created, read or listed after that is left out.
    """
    found = await (await session.connection()).execute(
        text(f"""
            SELECT c.id, c.organisation_id, c.look_cause, c.limited_until
            FROM connections c
            WHERE c.practice_id = :practice_id AND c.grant_id = :grant_id AND {IS_LIVING}
              AND greatest(c.created_at, c.last_good_at, c.listed_at) <= :since
            ORDER BY c.id FOR NO KEY UPDATE OF c
        """),  # noqa: S608  # our own words
        {"practice_id": practice_id, "grant_id": grant_id, "since": since},
    )
    return [
        CheckedConnection(
            connection_id=row[0],
            organisation_id=row[1],
            look_cause=Cause(row[2]) if row[2] else None,
            limited_until=row[3],
        )
        for row in found
    ]


async def clients_due(
    session: AsyncSession,
    practice_id: UUID,
    at: datetime,
    *,
    after: UUID | None,
    limit: int,
    is_healthy_only: bool,
    read_before: datetime,
) -> Sequence[DueClient]:
    """One page of the clients that are to be pulled, ordered by connection id.

    These are clients whose lists are due; clients whose cause only a pull can disprove (``is_healthy_only`` leaves
    these out); and healthy ones that were last read before ``read_before``, of which only the profile is read. A client
    that was never pulled is due at once, but one that still waits in a run is left to the run for a day. While an
    organisation's calls are used up, or those of the whole app, its client is not due.
    """
    found = await (await session.connection()).execute(
        _DUE,
        {
            "practice_id": practice_id,
            "at": at,
            "after": after,
            "limit": limit,
            "is_healthy_only": is_healthy_only,
            "read_before": read_before,
            "login": [cause.value for cause in DISPROVED_BY_LISTING],
            "transient": [cause.value for cause in Cause if cause.is_transient],
        },
    )
    return [DueClient(*row) for row in found]


_DUE = text(f"""
    WITH living AS (
        SELECT c.*, EXISTS (SELECT FROM receipts r WHERE r.connection_id = c.id AND r.cause IS NOT NULL
                            AND {IS_CHOSEN}) AS has_failed_list,
               c.next_refresh_at IS NULL AND EXISTS (
                   SELECT FROM run_organisations o JOIN runs r ON r.id = o.run_id
                   WHERE o.connection_id = c.id
                     AND (o.outcome = 'retrying' OR o.outcome IS NULL AND r.stage <> 'finished')
               ) AS waits_in_run
        FROM connections c
        JOIN grants g ON g.id = c.grant_id AND g.status = 'active'
        WHERE c.practice_id = :practice_id AND {IS_LIVING} AND (c.limited_until IS NULL OR c.limited_until <= :at)
          AND NOT {APP_IS_LIMITED}
          AND (CAST(:after AS uuid) IS NULL OR c.id > :after)
    ), due AS (
        SELECT *,
            cause IS NULL
            AND coalesce(next_refresh_at, created_at + CASE WHEN waits_in_run THEN interval '1 day' ELSE '0' END) <= :at
            OR NOT :is_healthy_only
               AND NOT coalesce(look_cause = ANY(CAST(:login AS text[])), false)
               AND (has_failed_list OR NOT look_cause = ANY(CAST(:transient AS text[]))) AS is_due
        FROM living
    )
    SELECT c.id, k.id, k.name, k.code, p.name, c.provider, NOT coalesce(c.is_due, false), c.contacts_complete_at
    FROM due c
    JOIN clients k ON k.id = c.client_id
    JOIN colleagues p ON p.id = k.owner_id
    WHERE c.is_due OR c.cause IS NULL AND c.last_good_at <= :read_before
    ORDER BY c.id LIMIT :limit
""")  # noqa: S608  # our own words


async def client_of(session: AsyncSession, connection_id: UUID) -> UsedBy | None:
    """The client that uses a living connection; None when none does."""
    found = await (await session.connection()).execute(
        text(f"""
            SELECT k.id, k.name, k.code, p.name
            FROM connections c JOIN clients k ON k.id = c.client_id JOIN colleagues p ON p.id = k.owner_id
            WHERE c.id = :id AND {IS_LIVING}
        """),  # noqa: S608  # our own words
        {"id": connection_id},
    )
    row = found.one_or_none()
    return UsedBy(*row) if row is not None else None


async def health(session: AsyncSession, practice_id: UUID) -> dict[Cause | None, int]:
    """How many living connections of the practice have which cause; None stands for those that work."""
    found = await (await session.connection()).execute(
        text(f"SELECT c.cause, count(*) FROM connections c WHERE c.practice_id = :id AND {IS_LIVING} GROUP BY c.cause"),  # noqa: S608  # our own words
        {"id": practice_id},
    )
    return {Cause(cause) if cause else None: count for cause, count in found}
