"""Queries of what the rows of lists can refer to, and of what staged rows do; see ``rules.lists.references``."""

from collections.abc import Collection, Mapping
from functools import cache
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.lists import ListName, RowKind
from contracts.words.standard_information import Contact, Item, Row
from models.kit.arrays import texts
from models.lists.stagings import Place
from models.lists.tables import STAGED
from rules.lists.references import CODES, Reference


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


async def examples(session: AsyncSession, place: Place) -> list[Row]:
    """A row for each combination of what the staged rows refer to in other lists; of no use for anything else."""
    found = await (await session.connection()).execute(_examples(place.kind), place.asked)
    return [_BLANK_ROWS[place.kind]._replace(**dict(zip(CODES[place.kind], row, strict=True))) for row in found]


_BLANK_ROWS: Mapping[RowKind, Contact | Item] = {
    RowKind.CONTACTS: Contact(key="", name=""),
    RowKind.ITEMS: Item(key="", code=""),
}


@cache
def _examples(kind: RowKind) -> TextClause:
    columns = ", ".join(CODES[kind])
    return text(f"""
        SELECT DISTINCT {columns} FROM {STAGED[kind].name} WHERE connection_id = :id AND list_name = :name
    """)  # noqa: S608  # our own words
