"""What a nightly check writes: what it found of all connections of a login, in one statement for all of them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.causes import Cause
from models.connections import health as connection_health
from models.connections import receipts
from models.connections.health import Became
from models.kit.arrays import texts
from rules.night.diagnosing import Look


async def record_looks(
    session: AsyncSession, looks: Sequence[Look], listed: Sequence[UUID], disproved: Sequence[Cause], at: datetime
) -> list[Became]:
    """Write what the check of a login found, and the health of its connections that follows.

    A connection that recovers from a cause which needed a person was not read meanwhile, so its lists are due at once.

    Args:
        session: The transaction in which they are locked.
        looks: What was found for each connection.
        listed: The connections whose organisation the provider has just listed.
        disproved: Causes that the list disproves for them; lists that failed for such a cause are due.
        at: This moment.

    Returns:
        All of them, as they were and are.
    """
    due = await receipts.disprove(session, listed, disproved) if listed else []
    became = await connection_health.write(session, looks, at)
    if listed:
        back = [one.connection_id for one in became if one.cause is None and _needed_person(one.cause_before)]
        asked = {"at": at, "ids": texts(listed), "due": texts([*due, *back])}
        await (await session.connection()).execute(_LISTED, asked)
    return became


def _needed_person(cause: Cause | None) -> bool:
    return cause is not None and cause.needs_person


_LISTED = text("""
    UPDATE connections
    SET listed_at = :at,
        next_refresh_at = CASE WHEN id = ANY(CAST(:due AS text[])::uuid[]) THEN :at ELSE next_refresh_at END
    WHERE id = ANY(CAST(:ids AS text[])::uuid[])
""")
