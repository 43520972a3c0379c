"""Receipts: of each list, what the last good pull stored, or why the last try did not."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.causes import Cause
from contracts.lists import ListName
from models.connection import Receipt
from models.list_changes import Changes

_ONE_RECEIPT = ("connection_id", "list_name")


async def write_receipts(
    session: AsyncSession,
    connection_id: UUID,
    changes: Mapping[ListName, Changes],
    *,
    pull_id: str,
    at: datetime,
) -> None:
    """Write what a pull stored, in the transaction that stores it.

    Args:
        session: The caller's transaction.
        connection_id: Whose lists.
        changes: For each list, as ``store_rows`` counted it; of several sources at once, if the caller likes.
        pull_id: The run or sync that stored it, for ``lists_stored_by``.
        at: The moment of the pull (aware, UTC).
    """
    if not changes:
        return
    counted = zip(*changes.values(), strict=True)
    pulled = {
        "connection_id": connection_id,
        "at": at,
        "pull_id": pull_id,
        "names": [name.value for name in changes],
        **{name: list(numbers) for name, numbers in zip(Changes._fields, counted, strict=True)},
    }
    await (await session.connection()).execute(_WRITE, pulled)


_WRITE = text("""
    INSERT INTO receipts (connection_id, list_name, rows, added, changed, gone, pulled_at, attempted_at, pull_id)
    SELECT :connection_id, list.name, list.rows, list.added, list.changed, list.gone, :at, :at, :pull_id
    FROM unnest(CAST(:names AS text[]), CAST(:rows AS int[]), CAST(:added AS int[]), CAST(:changed AS int[]),
                CAST(:gone AS int[])) AS list (name, rows, added, changed, gone)
    ON CONFLICT (connection_id, list_name) DO UPDATE
        SET rows = excluded.rows, added = excluded.added, changed = excluded.changed, gone = excluded.gone,
            pulled_at = excluded.pulled_at, attempted_at = excluded.attempted_at, pull_id = excluded.pull_id,
            cause = NULL, cause_detail = NULL
""")


async def write_failures(
    session: AsyncSession,
    connection_id: UUID,
    lists: Iterable[ListName],
    cause: Cause,
    detail: str,
    *,
    at: datetime,
) -> None:
    """Write why lists could not be pulled; the numbers of the last good pull stay.

    Args:
        session: The caller's transaction.
        connection_id: Whose lists.
        lists: Which of them.
        cause: Why.
        detail: For support staff; cut at 200 characters.
        at: The moment of the try (aware, UTC).
    """
    rows = [
        {
            "connection_id": connection_id,
            "list_name": name,
            "cause": cause,
            "cause_detail": detail[:200] or None,
            "attempted_at": at,
        }
        for name in lists
    ]
    if not rows:
        return
    written = insert(Receipt)
    statement = written.on_conflict_do_update(
        index_elements=_ONE_RECEIPT,
        set_={name: written.excluded[name] for name in ("cause", "cause_detail", "attempted_at")},
    )
    never = dict.fromkeys(Changes._fields, 0)
    await (await session.connection()).execute(statement, [never | row for row in rows])


async def lists_stored_by(session: AsyncSession, connection_id: UUID, pull_id: str) -> set[ListName]:
    """The lists that this run or sync has stored already; a retry of it skips them."""
    stored = await (await session.connection()).execute(_STORED, {"connection": connection_id, "pull": pull_id})
    return {ListName(name) for name in stored.scalars()}


_STORED = select(col(Receipt.list_name)).where(
    col(Receipt.connection_id) == bindparam("connection"),
    col(Receipt.pull_id) == bindparam("pull"),
    col(Receipt.cause).is_(None),
)


async def receipts_of(session: AsyncSession, connection_id: UUID) -> dict[ListName, Receipt]:
    """The receipts of a connection by list; a list that was never tried has none.

    The caller has checked that the connection is its practice's.
    """
    query = select(Receipt).where(Receipt.connection_id == connection_id)
    return {receipt.list_name: receipt for receipt in (await session.exec(query)).all()}
