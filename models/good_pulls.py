"""Records pulls that went well, of one connection or of many at once: health, lease, next refresh, and run outcomes.

One statement each, whatever the number, and around the object mapper: every pull ends here. It stores no lists and
tells of no trouble.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.lists import ListName
from contracts.runs import Action, ConnectionStatus
from models import events, leases
from models.arrays import texts
from models.connection import Connection
from models.connections import MADE, health_changed
from models.list_changes import Changes
from models.refresh_times import hours_sooner

_LONGEST = 300
"""Characters of an event's words: what its column takes."""


@dataclass(frozen=True, slots=True)
class GoodPull:
    """A pull whose lists are all stored.

    Attributes:
        connection_id: Of which connection.
        name: The organisation's name, when it was read.
        is_refresh: Whether every list was asked for, so that the next refresh is due from now.
        is_complete: Whether all contacts were read, not only those that had changed.
    """

    connection_id: UUID
    name: str | None = None
    is_refresh: bool = False
    is_complete: bool = False


async def record_good(session: AsyncSession, pulls: Sequence[GoodPull], at: datetime) -> None:
    """The connections worked, all of their asked lists are stored, and their leases are free again.

    Args:
        session: The transaction that stores the lists.
        pulls: What was pulled, each connection once.
        at: This moment (aware, UTC).
    """
    good = await (await session.connection()).execute(
        _GOOD,
        {
            "at": at,
            "ids": texts(pull.connection_id for pull in pulls),
            "names": [pull.name and pull.name[:255] for pull in pulls],
            "refreshes": texts(pull.is_refresh for pull in pulls),
            "completes": texts(pull.is_complete for pull in pulls),
            "sooner": texts(hours_sooner(pull.connection_id) for pull in pulls),
        },
    )
    before = {row.id: ConnectionStatus(row.status) for row in good}
    if leaving := [pull.connection_id for pull in pulls if pull.connection_id not in before]:
        await leases.release(session, leaving)  # no pull changes that they leave
    for connection_id, status in before.items():
        if status is not ConnectionStatus.CONNECTED:
            connection = await session.get_one(Connection, connection_id)
            await session.refresh(connection)  # the statement went around it
            await health_changed(session, connection, status, at)


async def settle_good(session: AsyncSession, run_id: str, connection_ids: Sequence[UUID], at: datetime) -> None:
    """Give the run's rows of these connections the outcome of a good pull; see ``connections.made``."""
    asked = {"run_id": run_id, "ids": texts(connection_ids), "at": at}
    await (await session.connection()).execute(_SETTLE_GOOD, asked)


async def tell_of_refresh(
    session: AsyncSession, connection_id: UUID, changes: Mapping[ListName, Changes], at: datetime
) -> None:
    """Write on the client's timeline that its lists were pulled, and how many rows of which changed; never what."""
    told = []
    for name, counted in changes.items():
        numbers = (("added", counted.added), ("changed", counted.changed), ("gone", counted.gone))
        if some := ", ".join(f"{number:,} {what}" for what, number in numbers if number):
            told.append(f"{name.value.replace('_', ' ')} {some}")
    connection = await session.get_one(Connection, connection_id)
    await events.changed(
        session,
        connection.practice_id,
        connection.client_id,
        "connection.refreshed",
        at,
        connection_id=connection_id,
        after="; ".join(told)[:_LONGEST] or "nothing changed",
    )


_GOOD = text("""
    WITH pull AS (
        SELECT * FROM unnest(CAST(:ids AS text[])::uuid[], CAST(:names AS text[]),
                             CAST(:refreshes AS text[])::boolean[], CAST(:completes AS text[])::boolean[],
                             CAST(:sooner AS text[])::int[])
            AS pull (id, name, is_refresh, is_complete, sooner)
    ), before AS (
        SELECT id, status FROM connections WHERE id = ANY(CAST(:ids AS text[])::uuid[]) ORDER BY id FOR NO KEY UPDATE
    )
    UPDATE connections c
    SET status = 'connected', cause = NULL, cause_detail = NULL, limited_until = NULL, trouble_since = NULL,
        pull_holder = NULL, pull_until = NULL, last_good_at = :at, lists_pulled_at = :at,
        organisation_name = COALESCE(pull.name, c.organisation_name),
        next_refresh_at = CASE WHEN pull.is_refresh
            THEN CAST(:at AS timestamptz) + greatest(c.refresh_hours - pull.sooner, 1) * interval '1 hour'
            ELSE c.next_refresh_at END,
        contacts_complete_at = CASE WHEN pull.is_complete THEN :at ELSE c.contacts_complete_at END
    FROM before JOIN pull USING (id)
    WHERE c.id = before.id AND before.status NOT IN ('disconnecting', 'disconnected')
    RETURNING before.id, before.status
""")
"""``told_at`` stays: the next digest says that it is repaired."""

_SETTLE_GOOD = text(f"""
    UPDATE run_organisations
    SET outcome = CASE action {" ".join(f"WHEN '{action}' THEN '{outcome}'" for action, outcome in MADE.items())}
                  ELSE '{MADE[Action.CREATE]}' END,
        cause = NULL, message = NULL, retry_at = NULL, updated_at = :at
    WHERE run_id = :run_id AND connection_id = ANY(CAST(:ids AS text[])::uuid[])
""")  # noqa: S608  # put together from our own enums
