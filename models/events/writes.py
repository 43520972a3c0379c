"""Writes events; ``models.events.tables`` says what an event is."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlmodel.ext.asyncio.session import AsyncSession

from models.events.tables import Event
from models.kit.bulk import copy_rows

FEW = 10
"""Events that are inserted one by one; more go in by COPY."""


_COLUMNS = (
    *("practice_id", "client_id", "connection_id", "run_id", "colleague_id"),
    *("kind", "cause", "detail", "before", "after", "at"),
)


async def record(session: AsyncSession, events: Sequence[Mapping[str, Any]]) -> None:
    """Write events in one statement, in the caller's transaction.

    Args:
        session: The transaction that holds the effects and has executed their statements.
        events: Values of ``Event``'s columns; ``practice_id``, ``kind`` and ``at`` are needed, others default to None.
    """
    if len(events) > FEW:
        await copy_rows(session, "events", _COLUMNS, [tuple(map(event.get, _COLUMNS)) for event in events])
    elif events:
        whole = [{name: event.get(name) for name in _COLUMNS} for event in events]
        await (await session.connection()).execute(insert(Event), whole)


async def changed(
    session: AsyncSession, practice_id: UUID, client_id: UUID, kind: str, at: datetime, **more: Any
) -> None:
    """Write one event of a client; ``more`` are further columns of ``Event``."""
    await record(session, [{"practice_id": practice_id, "client_id": client_id, "kind": kind, "at": at, **more}])
