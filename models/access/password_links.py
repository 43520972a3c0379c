"""Links for forgotten passwords: requests for them, and new links. Their use is in ``single_use_links``."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, text, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.access import single_use_links
from models.access.sessions import AtWork, hashed
from models.access.tables import PasswordLink, PasswordRequest
from models.practices.tables import Colleague, Practice

VALID_FOR = timedelta(minutes=30)
"""A link's life. Requests are bounded over the same time: whoever asks in vain has a living link in the mail."""
MOST_MAILS = 3
"""To an address, within that time."""
KEPT_FOR = timedelta(days=1)
"""How long it is remembered that somebody asked."""


async def ask(session: AsyncSession, address: str, ip: str, at: datetime) -> PasswordRequest:
    """Store a request for a link; ``is_followed`` tells whether a mail is to be sent for it.

    When too many mails were sent to the address lately, a request is stored but not followed. Such requests do not
    count towards the limit, so that nobody can keep the owner of an address from getting a link by asking again and
    again.

    Args:
        session: A transaction of its own; requests for the same address wait for each other in it.
        address: In small letters; no colleague need have it.
        ip: The IP address that asked.
        at: This moment.
    """
    address_hash = hashed(address)
    key = int.from_bytes(address_hash[:8], signed=True)
    await (await session.connection()).execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})
    followed = (
        select(func.count())
        .select_from(PasswordRequest)
        .where(
            PasswordRequest.address_hash == address_hash,
            col(PasswordRequest.is_followed),
            PasswordRequest.at > at - VALID_FOR,
        )
    )
    made = PasswordRequest(
        address_hash=address_hash,
        ip=ip[:64],
        at=at,
        is_followed=(await session.exec(followed)).one() < MOST_MAILS,
    )
    session.add(made)
    await session.exec(delete(PasswordRequest).where(col(PasswordRequest.at) < at - KEPT_FOR))
    await session.flush()
    return made


async def unfollow(session: AsyncSession, request_id: int) -> None:
    """Record that no mail was sent for a request, which then does not count towards the limit."""
    await session.exec(update(PasswordRequest).where(col(PasswordRequest.id) == request_id).values(is_followed=False))


async def asked_from(session: AsyncSession, ip: str, since: datetime) -> int:
    """How many requests came from an IP address since a moment."""
    query = select(func.count()).select_from(PasswordRequest)
    return (await session.exec(query.where(PasswordRequest.ip == ip[:64], PasswordRequest.at > since))).one()


async def people_of(session: AsyncSession, request: PasswordRequest) -> Sequence[AtWork]:
    """The active colleagues who have the address of a request, ordered by practice."""
    query = (
        select(Colleague, Practice)
        .join(Practice, col(Practice.id) == col(Colleague.practice_id))
        .where(
            func.sha256(func.convert_to(func.lower(Colleague.email), "UTF8")) == request.address_hash,
            col(Colleague.deactivated_at).is_(None),
        )
        .order_by(col(Practice.name), col(Practice.id))
    )
    return [AtWork(*row) for row in (await session.exec(query)).all()]


async def make(session: AsyncSession, colleague: Colleague, at: datetime) -> str:
    """Create a link and return its secret, which only the mail may show.

    Earlier links stay valid, because the person may read an earlier mail first.
    """
    return await single_use_links.make(session, PasswordLink, colleague.id, at=at, valid_for=VALID_FOR)
