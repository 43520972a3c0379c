"""What PostgreSQL's planner is told for a transaction that looks up a few rows by their keys."""

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

_BY_INDEX = text("SET LOCAL enable_seqscan = off")


async def by_index(session: AsyncSession) -> None:
    """Look everything up by index in this transaction; call it before anything is looked up.

    All that a pull looks up is a few connections' rows. In a database that was never analysed, as in an installation's
    first hour, a group seems to be a twelfth of each table, whatever its size, and reading all of it hardly dearer. A
    plan that was made while a table was empty goes on reading all of it, too: a prepared statement keeps its plan until
    the table is analysed.

    Args:
        session: In a transaction.
    """
    await (await session.connection()).execute(_BY_INDEX)
