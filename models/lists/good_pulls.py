"""Records successful pulls of one or many connections: health, lease, next refresh, and outcomes of runs.

Every pull ends here, so each function uses one statement for any number of connections and bypasses the object mapper.
This module stores no lists and records no trouble.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.payloads.sync_client import PullClientInput
from contracts.words.causes import Cause
from contracts.words.lists import ListName
from contracts.words.runs import Action
from contracts.words.standard_information import NAMELESS
from models.connections import health as connection_health
from models.connections.conditions import has_living_status
from models.connections.tables import Connection
from models.connections.writes import MADE
from models.events import writes as events
from models.kit.arrays import is_one_of, texts
from models.runs import results as run_results
from rules.lists.list_changes import Changes
from rules.lists.refresh_times import hours_sooner

_LONGEST = 300
"""Characters of an event's words: what its column takes."""


@dataclass(frozen=True, slots=True)
class GoodPull:
    """A pull in which all requested lists were stored.

    Attributes:
        connection_id: The connection.
        name: The organisation's name, when it was read.
        is_refresh: Whether all lists were requested, so that the next refresh is counted from now.
        is_complete: Whether everything was read of the lists that are usually read in part.
    """

    connection_id: UUID
    name: str | None = None
    is_refresh: bool = False
    is_complete: bool = False


async def record_good(session: AsyncSession, pulls: Sequence[GoodPull], at: datetime) -> None:
    """Record that connections worked, that all of their requested lists are stored, and that their leases are free.

    A connection that is being disconnected is not changed at all. Causes of lists that were not requested stay, because
    a connection's health depends on all of its receipts.

    Args:
        session: The transaction that stores the lists, with the connections locked and the receipts written.
        pulls: What was pulled; each connection once.
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
    await _name_the_nameless(session, pulls)
    became = [connection_health.became_of(row) for row in good]
    await connection_health.tell(session, became, at)
    if refreshed := [pull.connection_id for pull in pulls if pull.is_refresh]:
        await run_results.mend(session, refreshed, at)


async def _name_the_nameless(session: AsyncSession, pulls: Sequence[GoodPull]) -> None:
    """Give a client that was added without a name the name in its organisation's profile."""
    named = {pull.connection_id: pull.name for pull in pulls if pull.name}
    if named:
        asked = {"ids": texts(named), "names": [name[:255] for name in named.values()], "nameless": NAMELESS}
        await (await session.connection()).execute(_NAME, asked)


async def settle_good(session: AsyncSession, run_id: str, connection_ids: Sequence[UUID], at: datetime) -> None:
    """Give the run's rows of these connections the outcome of a successful pull; see ``connections.made``."""
    asked = {"run_id": run_id, "ids": texts(connection_ids), "at": at, "mended": run_results.MENDED}
    await (await session.connection()).execute(_SETTLE_GOOD, asked)


async def tell_of_refresh(
    session: AsyncSession, asked: PullClientInput, changes: Mapping[ListName, Changes], at: datetime
) -> None:
    """Write an event that the client's lists were pulled; see ``tell_of_refreshes``."""
    sources = list(changes) if asked.sources else None
    await tell_of_refreshes(session, {asked.connection_id: changes}, at, asked_by=asked.asked_by, sources=sources)


async def tell_of_refreshes(
    session: AsyncSession,
    changes: Mapping[UUID, Mapping[ListName, Changes]],
    at: datetime,
    *,
    asked_by: UUID | None = None,
    sources: Sequence[ListName] | None = None,
) -> None:
    """Write events that clients' lists were pulled, with numbers of changed rows and none of their content.

    Nothing is written when the lists were read for a preview that nobody has confirmed.

    Args:
        session: The caller's transaction.
        changes: Of each connection, what changed in each list that was read.
        at: This moment.
        asked_by: The colleague who asked for it.
        sources: The lists that were asked for, which the event then names; None for all.
    """
    columns = (Connection.id, Connection.practice_id, Connection.client_id)
    current = select(*columns).where(is_one_of(col(Connection.id), "ids"), col(Connection.is_current))
    found = await session.exec(current, params={"ids": texts(changes)})
    told = [
        {
            "practice_id": practice_id,
            "client_id": client_id,
            "connection_id": connection_id,
            "colleague_id": asked_by,
            "kind": "connection.refreshed",
            "before": None if sources is None else ", ".join(name.value for name in sources)[:_LONGEST],
            "after": _numbers(changes[connection_id])[:_LONGEST] or "nothing changed",
            "at": at,
        }
        for connection_id, practice_id, client_id in found
    ]
    await events.record(session, told)


def _numbers(changes: Mapping[ListName, Changes]) -> str:
    """Of each list in which something has changed, how many rows."""
    told = []
    for name, counted in changes.items():
        numbers = (("added", counted.added), ("changed", counted.changed), ("gone", counted.gone))
        if some := ", ".join(f"{number:,} {what}" for what, number in numbers if number):
            told.append(f"{name.value.replace('_', ' ')} {some}")
    return "; ".join(told)


_NAME = text("""
    UPDATE clients k SET name = read.name
    FROM unnest(CAST(:ids AS text[])::uuid[], CAST(:names AS text[])) AS read (id, name)
    JOIN connections c ON c.id = read.id
    WHERE k.id = c.client_id AND k.name = :nameless
""")

_BY_READING = connection_health.words(cause for cause in Cause if cause.is_disproved_by_reading)
_IS_DISPROVED = f"pull.is_refresh OR before.look_cause IN ({_BY_READING})"
"""What a pull leaves of a look: all lists disprove anything, some only what is about the login or the moment."""

_LOOK = f"CASE WHEN {_IS_DISPROVED} THEN NULL ELSE before.look_cause END"
_LOOK_DETAIL = f"CASE WHEN {_IS_DISPROVED} THEN NULL ELSE before.look_detail END"

_GOOD = text(f"""
    WITH pull AS (
        SELECT * FROM unnest(CAST(:ids AS text[])::uuid[], CAST(:names AS text[]),
                             CAST(:refreshes AS text[])::boolean[], CAST(:completes AS text[])::boolean[],
                             CAST(:sooner AS text[])::int[])
            AS pull (id, name, is_refresh, is_complete, sooner)
    ), before AS (
        SELECT id, status, cause, trouble_since, list_names, look_cause, look_detail
        FROM connections WHERE id = ANY(CAST(:ids AS text[])::uuid[]) ORDER BY id FOR NO KEY UPDATE
    )
    UPDATE connections c
    SET {connection_health.COLUMNS}, look_cause = {_LOOK}, look_detail = {_LOOK_DETAIL}, limited_until = NULL,
        pull_holder = NULL, pull_until = NULL, last_good_at = :at,
        lists_pulled_at = CASE WHEN pull.is_refresh THEN :at ELSE c.lists_pulled_at END,
        organisation_name = COALESCE(pull.name, c.organisation_name),
        next_refresh_at = CASE WHEN pull.is_refresh
            THEN CAST(:at AS timestamptz) + greatest(c.refresh_hours - pull.sooner, 1) * interval '1 hour'
            ELSE c.next_refresh_at END,
        contacts_complete_at = CASE WHEN pull.is_complete THEN :at ELSE c.contacts_complete_at END
    FROM before JOIN pull USING (id), {connection_health.worst(_LOOK, _LOOK_DETAIL)}
    WHERE c.id = before.id AND {has_living_status("before")}
    RETURNING {connection_health.BECAME}
""")  # noqa: S608  # put together from our own words
"""``told_at`` stays: the next digest says that it is repaired."""

_SETTLE_GOOD = text(f"""
    UPDATE run_organisations
    SET outcome = CASE action {" ".join(f"WHEN '{action}' THEN '{outcome}'" for action, outcome in MADE.items())}
                  ELSE '{MADE[Action.CREATE]}' END,
        cause = NULL, message = NULL, retry_at = NULL, updated_at = :at
    WHERE run_id = :run_id AND connection_id = ANY(CAST(:ids AS text[])::uuid[])
      AND message IS DISTINCT FROM :mended
""")  # noqa: S608  # put together from our own enums
"""A row that was mended after the run's end goes on saying so when a late try of the run's own pull comes."""
