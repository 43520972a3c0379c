"""Queries of what the rows of lists can refer to; see ``rules.lists.references``."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.lists import ListName
from models.kit.arrays import texts
from rules.lists.references import Reference


async def stored_references(session: AsyncSession, connections: Collection[UUID]) -> dict[UUID, set[Reference]]:
    """The tax rates, by either of their codes, and the currencies that are stored of each connection."""
    stored: dict[UUID, set[Reference]] = {identity: set() for identity in connections}
    found = await (await session.connection()).execute(_STORED, {"ids": texts(connections)})
    for identity, name, code in found:
        stored[identity].add((ListName(name), code))
    return stored


_IDS = "CAST(:ids AS text[])::uuid[]"

_STORED = text(f"""
    SELECT connection_id, '{ListName.TAX_RATES}', code FROM tax_rates, unnest(ARRAY[key, tax_type]) AS code
    WHERE connection_id = ANY({_IDS}) AND gone_at IS NULL
    UNION ALL
    SELECT connection_id, '{ListName.CURRENCIES}', key FROM currencies
    WHERE connection_id = ANY({_IDS}) AND gone_at IS NULL
""")  # noqa: S608  # our own words
