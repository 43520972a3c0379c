"""The outbox: writing notices once, and taking them out one by one to be sent."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.notice import Notice
from models.practice import Colleague


class Outgoing(NamedTuple):
    """A notice and where it goes."""

    notice: Notice
    address: str


async def write(session: AsyncSession, notices: Sequence[Mapping[str, Any]]) -> None:
    """Write notices in the caller's transaction; one whose key is there already is left out.

    Args:
        session: The transaction that holds what they tell of.
        notices: Values of ``Notice``'s columns.
    """
    if notices:
        rows = [Notice(**notice).model_dump() for notice in notices]
        await session.exec(insert(Notice).values(rows).on_conflict_do_nothing(index_elements=["dedupe_key"]))


async def written_by(session: AsyncSession, practice_id: UUID, prefix: str) -> int:
    """How many notices of the practice have a key that begins so."""
    query = (
        select(func.count())
        .select_from(Notice)
        .where(Notice.practice_id == practice_id, func.starts_with(Notice.dedupe_key, prefix))
    )
    return (await session.exec(query)).one()


async def next_unsent(
    session: AsyncSession, practice_id: UUID, *, since: datetime, but: Collection[UUID]
) -> Outgoing | None:
    """The oldest notice to send, locked so that no other process sends it too.

    Args:
        session: The transaction in which it is sent.
        practice_id: Whose.
        since: Older ones are not worth sending any more; they stay in the outbox.
        but: Those that could not be sent a moment ago.
    """
    query = (
        select(Notice, Colleague.email)
        .join(Colleague, col(Colleague.id) == col(Notice.colleague_id))
        .where(
            Notice.practice_id == practice_id,
            col(Notice.sent_at).is_(None),
            Notice.created_at >= since,
            col(Colleague.deactivated_at).is_(None),
            col(Notice.id).not_in(but),
        )
        .order_by(col(Notice.created_at), col(Notice.id))
        .limit(1)
        .with_for_update(of=Notice, skip_locked=True)
    )
    found = (await session.exec(query)).first()
    return Outgoing(*found) if found else None


async def unsent(session: AsyncSession, practice_id: UUID) -> int:
    """How many of the practice's notices are in the outbox."""
    query = select(func.count()).select_from(Notice)
    return (await session.exec(query.where(Notice.practice_id == practice_id, col(Notice.sent_at).is_(None)))).one()
