"""Reads events: a client's timeline, and changes of a practice's people, tokens and links, and erased clients."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.events.tables import Event
from models.practices.tables import Colleague

ACCESS = ("colleague", "practice", "team", "token", "support", "view")
"""Nouns of what is told of the practice, its people, who may do what and what they share."""


ACCESS_OF_RUNS = ("run.sign_in_link_made", "run.signed_in_by_link")

OF_NOBODY = ("client.erased",)
"""Kinds of what happened to a client that has no timeline any more."""


async def timeline(
    session: AsyncSession,
    practice_id: UUID,
    client_id: UUID,
    *,
    limit: int = 100,
    before_id: int | None = None,
) -> Sequence[Event]:
    """A client's events, newest first.

    Args:
        session: Any session.
        practice_id: The practice; a client of another practice has no events here.
        client_id: The client.
        limit: How many at most.
        before_id: Only events older than this one.
    """
    query = select(Event).where(Event.practice_id == practice_id, Event.client_id == client_id)
    if before_id is not None:
        query = query.where(col(Event.id) < before_id)
    return (await session.exec(query.order_by(col(Event.id).desc()).limit(limit))).all()


class EventView(NamedTuple):
    """An event and the colleague who did it; None when the product acted by itself."""

    event: Event
    colleague_name: str | None


async def event_views(
    session: AsyncSession, practice_id: UUID, client_id: UUID, *, limit: int = 100, before_id: int | None = None
) -> Sequence[EventView]:
    """A client's events with colleagues' names, newest first; for the arguments see ``timeline``."""
    found = await timeline(session, practice_id, client_id, limit=limit, before_id=before_id)
    return await _with_people(session, practice_id, found)


async def access_views(
    session: AsyncSession, practice_id: UUID, *, limit: int, before_id: int | None = None
) -> Sequence[EventView]:
    """Changes of the practice's people, tokens and links, and erased clients, newest first; see ``timeline``."""
    kinds = ACCESS_OF_RUNS + OF_NOBODY
    query = select(Event).where(
        Event.practice_id == practice_id,
        col(Event.client_id).is_(None),
        or_(
            *(col(Event.kind).startswith(f"{noun}.") for noun in ACCESS),
            col(Event.kind).in_(kinds),
        ),
    )
    if before_id is not None:
        query = query.where(col(Event.id) < before_id)
    found = (await session.exec(query.order_by(col(Event.id).desc()).limit(limit))).all()
    return await _with_people(session, practice_id, found)


async def _with_people(session: AsyncSession, practice_id: UUID, found: Sequence[Event]) -> Sequence[EventView]:
    ids = {event.colleague_id for event in found}
    query = select(Colleague.id, Colleague.name).where(
        Colleague.practice_id == practice_id, col(Colleague.id).in_(ids - {None})
    )
    names = dict((await session.exec(query)).all())
    return [EventView(event, names.get(event.colleague_id) if event.colleague_id else None) for event in found]
