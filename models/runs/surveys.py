"""Queries of *Reconnect all*: connections with their logins, and the survey's results as the run's list."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.causes import Cause
from contracts.words.connections import ConnectionStatus, GrantStatus
from contracts.words.runs import Action, Outcome
from models.connections.conditions import HAS_LIVING_STATUS
from models.kit.arrays import texts
from rules.runs.surveying import LivingConnection


class SurveyRow(NamedTuple):
    """A row for the run's list: a connection with its outcome, or an offer (without a connection)."""

    organisation_id: str
    name: str
    connection_id: UUID | None = None
    client_id: UUID | None = None
    outcome: Outcome | None = None
    message: str | None = None
    cause: Cause | None = None
    grant_id: UUID | None = None


async def living_connections(
    session: AsyncSession, practice_id: UUID, provider: str, at: datetime, connection_id: UUID | None = None
) -> Sequence[LivingConnection]:
    """The practice's connections at a provider that are neither ended nor ending, ordered by client code.

    An ended login also counts as one that could repair a connection, because its owner only has to sign in again. A
    login that the organisation has just refused does not count.

    Args:
        session: Any session.
        practice_id: The practice.
        provider: The provider.
        at: This moment; a login whose end has come by then is over.
        connection_id: Only this one, even if it is disconnected, because somebody wants to reconnect it.
    """
    found = await (await session.connection()).execute(
        text(f"""
            SELECT c.id, c.client_id, c.organisation_id, c.organisation_name, c.grant_id, c.status,
                   c.cause, g.status,
                   ARRAY(SELECT DISTINCT p.name FROM grant_reach r
                         JOIN grants o ON o.id = r.grant_id AND o.provider = c.provider
                         JOIN grant_holders h ON h.grant_id = o.id AND h.practice_id = c.practice_id
                         JOIN colleagues p ON p.id = h.colleague_id AND p.deactivated_at IS NULL
                         WHERE r.organisation_id = c.organisation_id
                           AND NOT (r.grant_id = c.grant_id AND c.cause IS NOT DISTINCT FROM 'access_lost')
                         ORDER BY p.name),
                   c.last_good_at, coalesce(g.ends_at <= :at, false)
            FROM connections c
            JOIN grants g ON g.id = c.grant_id
            JOIN clients k ON k.id = c.client_id
            WHERE c.practice_id = :practice_id AND c.provider = :provider
              AND c.is_current
              AND CASE WHEN CAST(:connection_id AS uuid) IS NULL
                  THEN {HAS_LIVING_STATUS}
                  ELSE c.id = :connection_id AND c.status <> 'disconnecting' END
            ORDER BY k.code
        """),  # noqa: S608  # our own words
        {"practice_id": practice_id, "provider": provider, "at": at, "connection_id": connection_id},
    )
    return [_living(row) for row in found]


async def to_allow_again(
    session: AsyncSession, practice_id: UUID, provider: str, client_id: UUID | None = None
) -> Sequence[str]:
    """Names of organisations that were removed at the provider, which people have to tick in the next sign-in.

    Args:
        session: Any session.
        practice_id: The practice.
        provider: The provider.
        client_id: Only this client's, also when it was disconnected here.
    """
    found = await (await session.connection()).execute(
        text(f"""
            SELECT c.organisation_name || CASE WHEN count(*) OVER (PARTITION BY lower(c.organisation_name)) > 1
                                          THEN ' (' || k.code || ')' ELSE '' END
            FROM connections c JOIN clients k ON k.id = c.client_id
            WHERE c.practice_id = :practice_id AND c.provider = :provider AND c.is_current
              AND ({HAS_LIVING_STATUS} AND c.cause = 'disconnected_at_provider'
                   OR c.status = 'disconnected' AND CAST(:client_id AS uuid) IS NOT NULL)
              AND (CAST(:client_id AS uuid) IS NULL OR c.client_id = :client_id)
            ORDER BY lower(c.organisation_name), k.code
        """),  # noqa: S608  # our own words
        {"practice_id": practice_id, "provider": provider, "client_id": client_id},
    )
    return [name for (name,) in found]


def _living(row: Any) -> LivingConnection:
    connection_id, client_id, organisation_id, name, grant_id, status, cause, grant_status, reached_by, *times = row
    last_good_at, has_ended = times
    return LivingConnection(
        connection_id=connection_id,
        client_id=client_id,
        organisation_id=organisation_id,
        name=name,
        grant_id=grant_id,
        status=ConnectionStatus(status),
        cause=Cause(cause) if cause else None,
        grant_status=GrantStatus(grant_status),
        reached_by=tuple(reached_by),
        last_good_at=last_good_at,
        has_ended=has_ended,
    )


async def as_they_were(session: AsyncSession, seen: Sequence[LivingConnection]) -> set[UUID]:
    """Those of some locked connections that were not read, and not moved to another login, since they were seen."""
    rows = await (await session.connection()).execute(
        text("SELECT id, grant_id, last_good_at FROM connections WHERE id = ANY(CAST(:ids AS text[])::uuid[])"),
        {"ids": texts([one.connection_id for one in seen])},
    )
    now = {row.id: (row.grant_id, row.last_good_at) for row in rows}
    return {one.connection_id for one in seen if now.get(one.connection_id) == (one.grant_id, one.last_good_at)}


async def mark_read(session: AsyncSession, connection_ids: Sequence[UUID], at: datetime) -> None:
    """Record that something of these organisations was read just now; causes of their lists stay."""
    await (await session.connection()).execute(
        text("UPDATE connections SET last_good_at = :at WHERE id = ANY(CAST(:ids AS text[])::uuid[])"),
        {"at": at, "ids": texts(connection_ids)},
    )


async def write_survey(
    session: AsyncSession, run_id: str, grant_id: UUID, rows: Sequence[SurveyRow], at: datetime
) -> None:
    """Write the survey's results as the run's list.

    Args:
        session: The caller's transaction.
        run_id: The run.
        grant_id: The login of the sign-in.
        rows: In the run's order.
        at: This moment.
    """
    await (await session.connection()).execute(
        text("""
            INSERT INTO run_organisations (run_id, organisation_id, position, name, grant_id, connection_id, client_id,
                                           action, verdict, outcome, message, cause, updated_at)
            SELECT :run_id, s.id, s.place - 1, left(s.name, 255), coalesce(s.login, :grant_id), s.connection, s.client,
                   CASE WHEN s.connection IS NOT NULL THEN :action END,
                   CASE WHEN s.connection IS NULL THEN 'new' ELSE 'already_client' END,
                   s.outcome, left(s.message, 500), s.cause, :at
            FROM unnest(CAST(:ids AS text[]), CAST(:names AS text[]), CAST(:connections AS text[])::uuid[],
                        CAST(:clients AS text[])::uuid[], CAST(:outcomes AS text[]), CAST(:messages AS text[]),
                        CAST(:causes AS text[]), CAST(:logins AS text[])::uuid[])
                WITH ORDINALITY AS s (id, name, connection, client, outcome, message, cause, login, place)
        """),
        {
            "run_id": run_id,
            "grant_id": grant_id,
            "action": Action.REPAIR.value,
            "at": at,
            "ids": [row.organisation_id for row in rows],
            "names": [row.name for row in rows],
            "connections": texts(row.connection_id for row in rows),
            "clients": texts(row.client_id for row in rows),
            "outcomes": [row.outcome for row in rows],
            "messages": [row.message for row in rows],
            "causes": [row.cause for row in rows],
            "logins": texts(row.grant_id for row in rows),
        },
    )
