"""Calls of our whole app that are used up at a provider for a day or a month.

Such a limit stops the calls for every client, so it is kept once for each provider; a connection keeps only what its
own organisation has used up.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.budgets.tables import ProviderLimit

APP_IS_LIMITED: Final = "EXISTS (SELECT FROM provider_limits l WHERE l.provider = c.provider AND l.until > :at)"
"""Of a table ``connections c``: at the moment ``:at``, no call is made for it, nor for any other client there."""


@dataclass(frozen=True, slots=True)
class AppLimit:
    """A limit of our whole app that was met.

    Attributes:
        window: ``day`` or ``month``.
        until: When the provider takes calls again; it may have passed.
    """

    window: str
    until: datetime


async def note(session: AsyncSession, provider: str, window: str, until: datetime) -> None:
    """Record that the app's calls at a provider are used up until a moment; the latest one that was told counts."""
    row = insert(ProviderLimit).values(provider=provider, window=window, until=until)
    is_later = col(ProviderLimit.until) < row.excluded.until
    index = [col(ProviderLimit.provider), col(ProviderLimit.window)]
    await session.exec(row.on_conflict_do_update(index_elements=index, set_={"until": until}, where=is_later))


async def known(session: AsyncSession) -> Mapping[str, AppLimit]:
    """By provider, the limit that lasts longest of those that were met, whether it has passed or not."""
    rows = await session.exec(select(ProviderLimit).order_by(col(ProviderLimit.until)))
    return {row.provider: AppLimit(row.window, row.until) for row in rows}


async def in_force(session: AsyncSession, at: datetime) -> Mapping[str, AppLimit]:
    """By provider, the limit because of which no call is made at a moment."""
    return {provider: limit for provider, limit in (await known(session)).items() if limit.until > at}


def later(one: datetime | None, limit: AppLimit | None) -> datetime | None:
    """Until when a client has to wait for both: its own limit and the app's."""
    if one is None or limit is None:
        return limit.until if limit is not None else one
    return max(one, limit.until)
