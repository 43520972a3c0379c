"""Queries of what the rows of lists can refer to; see ``rules.lists.references``."""

from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.lists import ListName
from rules.lists.references import Reference


async def stored_references(session: AsyncSession, connection_id: UUID) -> set[Reference]:
    """The tax rates, by either of their codes, and the currencies that are stored of a connection."""
    found = await (await session.connection()).execute(_STORED, {"id": connection_id})
    return {(ListName(name), code) for name, code in found}


_STORED = text(f"""
    SELECT '{ListName.TAX_RATES}', code FROM tax_rates, unnest(ARRAY[key, tax_type]) AS code
    WHERE connection_id = :id AND gone_at IS NULL
    UNION
    SELECT '{ListName.CURRENCIES}', key FROM currencies WHERE connection_id = :id AND gone_at IS NULL
""")  # noqa: S608  # our own words
