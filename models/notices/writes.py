"""The outbox: writes each notice once, and claims notices one by one for sending."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func, or_, true, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.notices.tables import Notice
from models.practices.tables import Colleague

CLAIM = timedelta(minutes=5)
"""Longer than the longest conversation with a mail server; whoever claimed it has been killed after this."""

FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=10), timedelta(hours=4)
"""Between tries of a mail that the server does not take just now."""

AFTER_REFUSAL = timedelta(days=1)
"""Until a mail is tried again that was refused for good: somebody may have corrected the address."""


class Outgoing(NamedTuple):
    """A notice with the address and the name of the colleague whom it is for."""

    notice: Notice
    address: str
    name: str


@dataclass(frozen=True, slots=True)
class SendResult:
    """The result of a try to send a notice.

    Attributes:
        sent_at: When the server took the mail; None if it did not.
        again_at: When it is tried again; notices that were never tried go first even then.
        is_deferred: Whether the server deferred it, so that the next wait is longer.
        told_at: When the practice was told that the mail does not arrive; None if it was not told now.
    """

    sent_at: datetime | None = None
    again_at: datetime | None = None
    is_deferred: bool = False
    told_at: datetime | None = None


class NoticeView(NamedTuple):
    """A notice with the name and address of the colleague whom it is for."""

    notice: Notice
    name: str
    address: str


async def write(session: AsyncSession, notices: Sequence[Mapping[str, Any]]) -> int:
    """Write notices in the caller's transaction; one whose key is there already is left out.

    Args:
        session: The transaction that holds what they tell of.
        notices: Values of ``Notice``'s columns; see ``letters.notice_of``.

    Returns:
        How many were written.
    """
    if not notices:
        return 0
    rows = [Notice(**notice).model_dump() for notice in notices]
    writing = insert(Notice).values(rows).on_conflict_do_nothing(index_elements=["dedupe_key"])
    return len((await session.exec(writing.returning(col(Notice.id)))).all())


async def written_by(session: AsyncSession, practice_id: UUID, prefix: str) -> int:
    """How many notices of the practice have a key that begins with ``prefix``."""
    query = (
        select(func.count())
        .select_from(Notice)
        .where(Notice.practice_id == practice_id, func.starts_with(Notice.dedupe_key, prefix))
    )
    return (await session.exec(query)).one()


async def claim_next(
    session: AsyncSession, practice_id: UUID | None, holder: str, *, since: datetime, at: datetime
) -> Outgoing | None:
    """Claim the next notice to send, so that no other process sends it at the same time.

    Notices that were never tried come first, the oldest of them first, so that a mail that cannot be sent does not hold
    up others.

    Args:
        session: A transaction of its own.
        practice_id: The practice; None for any.
        holder: Who sends; the same holder may claim its own notice again (a retry after a crash).
        since: Notices from before this moment are not sent; they stay in the outbox.
        at: This moment.
    """
    query = (
        select(Notice, Colleague.email, Colleague.name)
        .join(Colleague, col(Colleague.id) == col(Notice.colleague_id))
        .where(
            Notice.practice_id == practice_id if practice_id else true(),
            col(Notice.sent_at).is_(None),
            Notice.created_at >= since,
            col(Colleague.deactivated_at).is_(None),
            or_(col(Notice.next_try_at).is_(None), col(Notice.next_try_at) <= at),
            or_(
                col(Notice.claimed_until).is_(None),
                col(Notice.claimed_until) < at,
                col(Notice.claimed_by) == holder,
            ),
        )
        .order_by(col(Notice.next_try_at).nulls_first(), col(Notice.created_at), col(Notice.id))
        .limit(1)
        .with_for_update(of=Notice, skip_locked=True, key_share=True)
    )
    found = (await session.exec(query)).first()
    if found is None:
        return None
    notice, address, name = found
    notice.claimed_by, notice.claimed_until = holder[:200], at + CLAIM
    session.add(notice)
    return Outgoing(notice, address, name)


def wait_after(deferrals: int) -> timedelta:
    """How long to wait after the server has deferred a mail ``deferrals`` times before; it grows each time."""
    return min(FIRST_WAIT * (1 << min(deferrals, 10)), LONGEST_WAIT)


async def release(session: AsyncSession, notice_id: UUID, came: SendResult) -> None:
    """Give a claimed notice back, with the result of the try."""
    values: dict[str, object] = {"sent_at": came.sent_at, "next_try_at": came.again_at}
    if came.is_deferred:
        values["deferrals"] = col(Notice.deferrals) + 1
    if came.told_at is not None:
        values["failure_told_at"] = came.told_at
    given_back = update(Notice).where(col(Notice.id) == notice_id)
    await session.exec(given_back.values(claimed_by=None, claimed_until=None, **values))


async def unsent(session: AsyncSession, practice_id: UUID | None) -> int:
    """How many notices of a practice, or (None) of all, were not sent."""
    query = select(func.count()).select_from(Notice).where(col(Notice.sent_at).is_(None))
    return (await session.exec(query if practice_id is None else query.where(Notice.practice_id == practice_id))).one()


class Sending(NamedTuple):
    """How a practice's notices are sent: when the last one was, and how many wait."""

    last_sent_at: datetime | None
    waiting: int


async def sending(session: AsyncSession, practice_id: UUID) -> Sending:
    """How the practice's notices are sent."""
    last = select(func.max(Notice.sent_at)).where(Notice.practice_id == practice_id)
    return Sending((await session.exec(last)).one(), await unsent(session, practice_id))


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
