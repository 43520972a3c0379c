"""The outbox: writing notices once, and claiming them one by one to be sent."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func, or_, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.notice import Notice
from models.practice import Colleague

CLAIM = timedelta(minutes=5)
"""Longer than the longest conversation with a mail server; whoever claimed it has been killed after this."""


class Outgoing(NamedTuple):
    """A notice and where it goes; ``name`` is whom it is for."""

    notice: Notice
    address: str
    name: str


class NoticeView(NamedTuple):
    """A notice and who it is for."""

    notice: Notice
    name: str
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


async def claim_next(
    session: AsyncSession, practice_id: UUID, holder: str, *, since: datetime, but: Collection[UUID], at: datetime
) -> Outgoing | None:
    """Claim the oldest notice to send, so that nobody else sends it too while the mail server is being talked to.

    Args:
        session: A transaction of its own.
        practice_id: Whose.
        holder: Who sends; the same holder may claim its own again (a retry after a crash).
        since: Older ones are not worth sending any more; they stay in the outbox.
        but: Those that could not be sent a moment ago.
        at: This moment.
    """
    query = (
        select(Notice, Colleague.email, Colleague.name)
        .join(Colleague, col(Colleague.id) == col(Notice.colleague_id))
        .where(
            Notice.practice_id == practice_id,
            col(Notice.sent_at).is_(None),
            Notice.created_at >= since,
            col(Colleague.deactivated_at).is_(None),
            col(Notice.id).not_in(but),
            or_(
                col(Notice.claimed_until).is_(None),
                col(Notice.claimed_until) < at,
                col(Notice.claimed_by) == holder,
            ),
        )
        .order_by(col(Notice.created_at), col(Notice.id))
        .limit(1)
        .with_for_update(of=Notice, skip_locked=True)
    )
    found = (await session.exec(query)).first()
    if found is None:
        return None
    notice, address, name = found
    notice.claimed_by, notice.claimed_until = holder[:200], at + CLAIM
    session.add(notice)
    return Outgoing(notice, address, name)


async def release(session: AsyncSession, notice_id: UUID, *, sent_at: datetime | None) -> None:
    """Give a claimed notice back, sent or (None) not."""
    given_back = update(Notice).where(col(Notice.id) == notice_id)
    await session.exec(given_back.values(claimed_by=None, claimed_until=None, sent_at=sent_at))


async def unsent(session: AsyncSession, practice_id: UUID) -> int:
    """How many of the practice's notices are in the outbox."""
    query = select(func.count()).select_from(Notice)
    return (await session.exec(query.where(Notice.practice_id == practice_id, col(Notice.sent_at).is_(None)))).one()


async def notice_views(
    session: AsyncSession, practice_id: UUID, *, limit: int = 50, offset: int = 0
) -> tuple[Sequence[NoticeView], int]:
    """A page of the practice's notices, newest first, and how many there are in all."""
    page = (
        select(Notice, Colleague.name, Colleague.email)
        .join(Colleague, col(Colleague.id) == col(Notice.colleague_id))
        .where(Notice.practice_id == practice_id)
        .order_by(col(Notice.created_at).desc(), col(Notice.id))
        .limit(limit)
        .offset(offset)
    )
    counted = select(func.count()).select_from(Notice).where(Notice.practice_id == practice_id)
    rows = (await session.exec(page)).all()
    return [NoticeView(*row) for row in rows], (await session.exec(counted)).one()
