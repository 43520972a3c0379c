"""Records what support staff read, and tells the practices whose payloads they were."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, or_, text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.access.tables import SupportRead
from models.events import writes as events
from models.events.tables import Event
from models.practices.tables import Practice
from models.runs.tables import Run

SITTING = timedelta(hours=1)
"""Temporal's web interface asks for each piece of a page by itself: what one person reads within this is told once."""


async def practices_of(
    session: AsyncSession, ids: Collection[UUID], slugs: Collection[str], run_ids: Collection[str]
) -> set[UUID]:
    """The practices with these ids, with these short names, or with these runs."""
    query = select(Practice.id).where(
        or_(
            col(Practice.id).in_(ids),
            col(Practice.slug).in_(slugs),
            col(Practice.id).in_(select(Run.practice_id).where(col(Run.id).in_(run_ids))),
        )
    )
    return set((await session.exec(query)).all())


async def record(
    session: AsyncSession, *, subject: str, name: str, payloads: int, practices: Collection[UUID], at: datetime
) -> None:
    """Record one reading; each practice gets an event, unless it got one about this person a short time ago.

    Args:
        session: The caller's transaction.
        subject: The person's id at the identity provider.
        name: The person's name.
        payloads: How many payloads were opened.
        practices: The practices to which they belong.
        at: This moment.
    """
    session.add(SupportRead(subject=subject, name=name, payloads=payloads, practices=len(practices), at=at))
    for practice_id in sorted(practices):
        lock = func.pg_advisory_xact_lock(func.hashtextextended(f"support.read {practice_id} {subject}", text("0")))
        await session.exec(select(lock))
        told = select(Event.id).where(
            Event.practice_id == practice_id,
            Event.kind == "support.read",
            Event.before == subject,
            col(Event.client_id).is_(None),
            col(Event.at) > at - SITTING,
        )
        if (await session.exec(told.limit(1))).first() is None:
            event = {"practice_id": practice_id, "kind": "support.read", "before": subject, "after": name, "at": at}
            await events.record(session, [event])
