"""A connection's health: the worst of what the receipts of its chosen lists and the last look say.

The statement that stores receipts or looks also computes the health, so that it is never better than what was last
read; reading one list heals one list. Callers lock the connections (``lock``) before they write receipts or looks. This
module does not decide what a look means, and writes events only for changed health.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.causes import Cause
from contracts.words.connections import ConnectionStatus
from models.connections.conditions import HAS_LIVING_STATUS
from models.events import writes as events
from models.kit.arrays import texts
from rules.night.diagnosing import Look


class Became(NamedTuple):
    """The health of a connection before and after, whether it is its client's current one, and a detail."""

    connection_id: UUID
    client_id: UUID
    practice_id: UUID
    status_before: ConnectionStatus
    cause_before: Cause | None
    status: ConnectionStatus
    cause: Cause | None
    is_current: bool
    detail: str | None = None


def words(causes: Iterable[Cause]) -> str:
    """Causes as a list for SQL."""
    return ", ".join(f"'{cause.value}'" for cause in causes)


_WORST_FIRST = sorted(Cause, key=lambda cause: (not cause.needs_person, cause.is_transient))
"""What needs a person, then what nobody understood, then what passes; of each, in the order of the closed set."""

IS_CHOSEN = "(c.list_names IS NULL OR r.list_name = 'organisation' OR r.list_name = ANY(c.list_names))"
"""Of ``receipts r`` of a connection ``c``: whether its settings choose the list; the profile is always read."""

_IS_OF_LIST = f"""(r.list_name <> 'organisation'
    AND r.cause IN ({words(cause for cause in Cause if cause.is_of_list)}))"""
"""Of ``receipts r``: whether the cause is that list's own state, which counts for less than all other causes."""

_TOLD = words(cause for cause in Cause if cause.needs_person)
"""The causes of which a list's own state is told of its connection too: somebody can do something about it."""

COLUMNS = f"""
    status = CASE WHEN health.is_of_list THEN 'connected'
                  WHEN health.cause IN ({words(cause for cause in Cause if cause.signing_in_helps)})
                      THEN 'needs_reconnect'
                  WHEN health.cause IN ({words(cause for cause in Cause if cause.needs_something_else)})
                      THEN 'needs_client'
                  ELSE 'connected' END,
    cause = health.cause, cause_detail = health.detail,
    trouble_since = CASE WHEN health.cause IS NULL THEN NULL
                         WHEN health.cause = before.cause THEN coalesce(before.trouble_since, :at)
                         ELSE CAST(:at AS timestamptz) END
"""
"""The columns to set, from ``worst`` as ``health`` and the row as it was as ``before``."""


def worst(look: str, detail: str) -> str:
    """The SQL of a lateral query, named ``health``, for the worst of a look and the receipts of the chosen lists.

    Args:
        look: The SQL of the look's cause.
        detail: The SQL of its detail. Both may use ``before``, which has ``id`` and ``list_names``.
    """
    return f"""
        LATERAL (
            SELECT max(found.cause) AS cause, max(found.detail) AS detail,
                   bool_or(found.is_of_list) AS is_of_list
            FROM (
                SELECT known.cause, known.detail, known.is_of_list FROM (
                    SELECT {look} AS cause, {detail} AS detail, false AS is_of_list
                    UNION ALL
                    SELECT r.cause, r.cause_detail, {_IS_OF_LIST} FROM receipts r
                    WHERE r.connection_id = before.id AND {IS_CHOSEN.replace("c.", "before.")}
                ) known
                WHERE known.cause IS NOT NULL AND (known.cause IN ({_TOLD}) OR NOT known.is_of_list)
                ORDER BY known.is_of_list,
                         array_position(ARRAY[{words(_WORST_FIRST)}], CAST(known.cause AS text)) LIMIT 1
            ) found
        ) health
    """  # noqa: S608  # put together from our own words; the aggregates make a row of none


async def lock(session: AsyncSession, connection_ids: Collection[UUID]) -> None:
    """Lock connections, always in the same order, before receipts are written; other writers of their health wait."""
    await (await session.connection()).execute(_LOCK, {"ids": texts(connection_ids)})


async def write(session: AsyncSession, looks: Sequence[Look], at: datetime) -> list[Became]:
    """Store looks and the health that follows from them, with an event for each connection whose health has changed.

    Args:
        session: A transaction in which the connections are locked.
        looks: At most one for each connection. A connection that is being disconnected is not changed.
        at: This moment (aware, UTC).

    Returns:
        All of them that are in use, as they were and are.
    """
    if not looks:
        return []
    found = await (await session.connection()).execute(
        _WRITE,
        {
            "at": at,
            "ids": texts(look.connection_id for look in looks),
            "causes": [look.cause.value if look.cause else None for look in looks],
            "details": [look.detail[:200] if look.detail else None for look in looks],
            "untils": [look.limited_until.isoformat() if look.limited_until else None for look in looks],
        },
    )
    became = [became_of(row) for row in found]
    await tell(session, became, at)
    return became


def became_of(row: Sequence[Any]) -> Became:
    """Read a row of a statement that stores health."""
    connection_id, client_id, practice_id, status_before, cause_before, status, cause, is_current, detail = row
    return Became(
        connection_id=connection_id,
        client_id=client_id,
        practice_id=practice_id,
        status_before=ConnectionStatus(status_before),
        cause_before=Cause(cause_before) if cause_before else None,
        status=ConnectionStatus(status),
        cause=Cause(cause) if cause else None,
        is_current=is_current,
        detail=detail,
    )


async def tell(session: AsyncSession, became: Iterable[Became], at: datetime) -> None:
    """Write an event for each client whose connection now has another status or cause."""
    await events.record(
        session,
        [
            {
                "practice_id": one.practice_id,
                "client_id": one.client_id,
                "connection_id": one.connection_id,
                "kind": _kind(one),
                "cause": one.cause,
                "detail": one.detail if one.cause else None,
                "before": one.status_before.value,
                "after": one.status.value,
                "at": at,
            }
            for one in became
            if one.is_current and (one.status, one.cause) != (one.status_before, one.cause_before)
        ],
    )


def _kind(one: Became) -> str:
    if one.cause is None or one.status is not one.status_before:
        return f"connection.{one.status.value}"
    return "connection.trouble"


BECAME = (
    "before.id, c.client_id, c.practice_id, before.status, before.cause, "
    "c.status, c.cause, c.is_current, c.cause_detail"
)
"""What a statement that stores health returns, for ``became_of``."""

_LOCK = text("""
    SELECT id FROM connections WHERE id = ANY(CAST(:ids AS text[])::uuid[]) ORDER BY id FOR NO KEY UPDATE
""")

_WRITE = text(f"""
    WITH look AS (
        SELECT * FROM unnest(CAST(:ids AS text[])::uuid[], CAST(:causes AS text[]), CAST(:details AS text[]),
                             CAST(:untils AS text[])::timestamptz[])
            AS look (id, cause, detail, limited_until)
    ), before AS (
        SELECT c.id, c.status, c.cause, c.trouble_since, c.list_names,
               look.cause AS look_cause, look.detail AS look_detail, look.limited_until
        FROM connections c JOIN look USING (id) WHERE {HAS_LIVING_STATUS}
    )
    UPDATE connections c
    SET look_cause = before.look_cause, look_detail = before.look_detail, limited_until = before.limited_until,
        {COLUMNS}
    FROM before, {worst("before.look_cause", "before.look_detail")}
    WHERE c.id = before.id
    RETURNING {BECAME}
""")  # noqa: S608  # put together from our own words
