"""Reads the lists of two connections, and compares them by ``rules.lists.book_match``."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.lists import RowKind
from models.lists.tables import TABLE_OF
from rules.lists.book_match import CODES, Entry, Match, match


async def matches(session: AsyncSession, old_id: UUID, new_id: UUID) -> dict[RowKind, Match]:
    """How many entries of one connection's lists are found in another's; the caller has checked whose they are."""
    return {kind: match(await _entries(session, old_id, kind), await _entries(session, new_id, kind)) for kind in CODES}


async def _entries(session: AsyncSession, connection_id: UUID, kind: RowKind) -> list[Entry]:
    table: Any = TABLE_OF[kind]
    code = CODES[kind]
    columns = (table.key, table.name) if code is None else (getattr(table, code), table.name)
    query = select(*columns).where(table.connection_id == connection_id, col(table.gone_at).is_(None))
    if "is_archived" in table.model_fields:
        query = query.where(col(table.is_archived).is_(False))
    rows: Iterable[tuple[str | None, str | None]] = (await session.exec(query.order_by(table.name, table.key))).all()
    return [Entry(None if CODES[kind] is None else found, name) for found, name in rows]
