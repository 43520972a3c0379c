"""Inserts many rows into one table by COPY, inside the session's transaction and without the object mapper.

It knows no table. Python's column defaults are not applied; the server's are.
"""

from collections.abc import Sequence
from typing import Any, cast

from asyncpg import Connection as PostgresConnection
from sqlmodel.ext.asyncio.session import AsyncSession


async def copy_rows(session: AsyncSession, table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows; if one of them violates a constraint, none is inserted.

    Args:
        session: In a transaction that has executed a statement. SQLAlchemy begins a transaction with the first
            statement that it sends itself; COPY goes around it and would otherwise be committed on its own.
        table: Name of the table.
        columns: Names of the columns.
        rows: Values in the order of the columns.
    """
    connection = await session.connection()
    driver = cast("PostgresConnection[Any]", (await connection.get_raw_connection()).driver_connection)
    await driver.copy_records_to_table(table, columns=columns, records=rows)
