"""Reading a client's standard information, page by page, for people and other backends."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.lists import KIND_OF, ListName, RowKind
from models.connections.tables import Connection, Receipt
from models.lists.tables import TABLE_OF, ContactRow, StandardRow
from rules.lists.list_changes import MEMBER_FLAGS

_SEARCHED: dict[RowKind, tuple[str, ...]] = {
    RowKind.ORGANISATION: ("name",),
    RowKind.ACCOUNTS: ("code", "name", "bank_account_number"),
    RowKind.TAX_RATES: ("name", "tax_type"),
    RowKind.TRACKING_CATEGORIES: ("name",),
    RowKind.ITEMS: ("code", "name"),
    RowKind.CONTACTS: ("name", "account_number", "contact_number", "company_number", "tax_number"),
    RowKind.CURRENCIES: ("key", "description"),
}
"""What a search looks in, and (the first two) what a list is ordered by."""

OURS = frozenset({"in_suppliers", "in_customers"})
"""Columns that say where a row is listed, which whoever reads the list knows."""

_IS_UNUSED = ~(col(ContactRow.is_supplier) | col(ContactRow.is_customer))

Place = tuple[str, str]
"""Where in a list a row stands: what it is ordered by, and its key."""


@dataclass(frozen=True, slots=True)
class ListPage:
    """A page of a list.

    Attributes:
        rows: The page's rows, of the list's own type.
        total: Rows that match, over all pages.
        receipt: The list's receipt; None when the list was never tried, or the client has no connection.
        provider: The accounting software of the client's connection; empty without one.
    """

    rows: Sequence[StandardRow]
    total: int
    receipt: Receipt | None
    provider: str


async def read_list(
    session: AsyncSession,
    practice_id: UUID,
    client_id: UUID,
    list_name: ListName,
    *,
    limit: int,
    offset: int,
    search: str | None = None,
    include_gone: bool = False,
) -> ListPage:
    """One page of a list of a client's current connection.

    Args:
        session: Any session.
        practice_id: The practice that asks; a client of another practice has empty lists here.
        client_id: The client.
        list_name: Which list.
        limit: How many rows at most.
        offset: How many rows to skip first.
        search: Only rows with this text in a name, a code or a number, in any case.
        include_gone: Also rows that the provider no longer has.
    """
    connection = await _connection(session, practice_id, client_id)
    if connection is None:
        return ListPage((), 0, None, "")
    connection_id, provider = connection
    kind = KIND_OF[list_name]
    table = TABLE_OF[kind]
    wanted = _of_list(connection_id, list_name)
    if not include_gone:
        wanted.append(col(table.gone_at).is_(None))
    if search:
        wanted.append(or_(*(_column(table, name).icontains(search, autoescape=True) for name in _SEARCHED[kind])))
    order = [func.lower(_column(table, name)) for name in _SEARCHED[kind][:2]]
    page = select(table).where(*wanted).order_by(*order, col(table.key)).limit(limit).offset(offset)
    total = select(func.count()).select_from(table).where(*wanted)
    return ListPage(
        rows=(await session.exec(page)).all(),
        total=(await session.exec(total)).one(),
        receipt=await session.get(Receipt, (connection_id, list_name)),
        provider=provider,
    )


def columns_of(list_name: ListName) -> tuple[str, ...]:
    """The columns of a list that people read: first the list's own; the provider's whole record is not among them."""
    table = TABLE_OF[KIND_OF[list_name]]
    left_out = {*StandardRow.model_fields, *OURS, "record"}
    own = tuple(name for name in table.model_fields if name not in left_out)
    return (*own, *(("is_unused",) if table is ContactRow else ()), "key", "changed_at")


async def stretch_of_list(
    session: AsyncSession,
    practice_id: UUID,
    client_id: UUID,
    list_name: ListName,
    *,
    after: Place | None = None,
    limit: int = 1000,
) -> tuple[Sequence[Sequence[Any]], Place | None]:
    """The next rows of a list, for reading all of it in pieces while it may change.

    Args:
        session: Any session.
        practice_id: The practice that asks; a client of another practice has empty lists here.
        client_id: The client.
        list_name: Which list.
        after: Where the piece before ended; None for the first.
        limit: How many rows at most.

    Returns:
        The rows with the values of ``columns_of``, and where to go on; None at the end.
    """
    connection = await _connection(session, practice_id, client_id)
    connection_id = connection[0] if connection else None
    kind = KIND_OF[list_name]
    table = TABLE_OF[kind]
    place = (func.lower(func.coalesce(_column(table, _SEARCHED[kind][0]), "")), col(table.key))
    wanted = [*_of_list(connection_id, list_name), col(table.gone_at).is_(None)]
    if after is not None:
        wanted.append(tuple_(*place) > tuple_(*after))
    values = [_IS_UNUSED if name == "is_unused" else getattr(table, name) for name in columns_of(list_name)]
    query: Any = select(*place, *values)
    rows: Sequence[Any] = (await session.exec(query.where(*wanted).order_by(*place).limit(limit))).all()
    ended = (rows[-1][0], rows[-1][1]) if len(rows) == limit else None
    return [row[len(place) :] for row in rows], ended


def _of_list(connection_id: UUID | None, list_name: ListName) -> list[ColumnElement[bool]]:
    table = TABLE_OF[KIND_OF[list_name]]
    wanted: list[ColumnElement[bool]] = [col(table.connection_id) == connection_id]
    if flag := MEMBER_FLAGS.get(list_name):
        wanted.append(_column(table, flag).is_(True))
    return wanted


async def _connection(session: AsyncSession, practice_id: UUID, client_id: UUID) -> tuple[UUID, str] | None:
    query = select(Connection.id, Connection.provider).where(
        Connection.practice_id == practice_id, Connection.client_id == client_id, col(Connection.is_current)
    )
    return (await session.exec(query)).one_or_none()


def _column(table: type[StandardRow], name: str) -> ColumnElement[str]:
    return cast("ColumnElement[str]", getattr(table, name))
