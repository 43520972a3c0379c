"""Rows by the hundred into one table: by COPY, inside the session's transaction and around the object mapper.

It knows no table. Defaults that Python would fill in are not filled in; the server's are.
"""

from collections.abc import Sequence
from typing import Any, cast

from asyncpg import Connection as PostgresConnection
from sqlmodel.ext.asyncio.session import AsyncSession


async def copy_rows(session: AsyncSession, table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows; a constraint that one of them breaks refuses all, as with INSERT.

    Args:
        session: In a transaction that has executed a statement: SQLAlchemy begins one with the first statement that
            goes through it, and a COPY, which does not, would else be committed by itself.
        table: Its name.
        columns: Names of the values.
        rows: Values in their order.
    """
    connection = await session.connection()
    driver = cast("PostgresConnection[Any]", (await connection.get_raw_connection()).driver_connection)
    await driver.copy_records_to_table(table, columns=columns, records=rows)
