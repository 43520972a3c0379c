"""Begins a session after a correct password or a sign-in elsewhere; if a step is missing, it opens nothing else yet."""

from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from models.access import known_browsers, second_factors, sessions
from models.practices.tables import Colleague

LONGEST = timedelta(days=14)
HALFWAY = timedelta(minutes=15)
"""How long a sign-in waits for its second step."""


async def begin(
    session: AsyncSession,
    colleague: Colleague,
    *,
    browser: str,
    at: datetime,
    mark: str | None = None,
    is_whole: bool = False,
) -> str:
    """Begin a session for a colleague whose password was right, or who signed in at the identity provider.

    Args:
        session: The caller's transaction.
        colleague: The colleague.
        browser: The browser's User-Agent header.
        at: This moment.
        mark: The secret that the browser keeps. The browser counts as known from now on, unless the sign-in lacks a
            step: otherwise somebody who has a password could make browsers known in which nobody ever signed in.
        is_whole: Whether a second step was made elsewhere, so that ours is not asked for.

    Returns:
        The secret for the browser's cookie.
    """
    lacks = None if is_whole else await second_factors.lacking(session, colleague)
    valid_for = LONGEST if lacks is None else HALFWAY
    token, _ = await sessions.begin(session, colleague.id, browser=browser, at=at, valid_for=valid_for, lacks=lacks)
    if lacks is None and mark is not None:
        await known_browsers.remember(session, colleague.id, mark, at)
    return token
