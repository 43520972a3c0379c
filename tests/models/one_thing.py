"""Asks a query again and again while one thing at a time is otherwise; all of it in one transaction, never committed.

A query with a condition too few answers as if nothing were otherwise, and the test shows which statement it was.
"""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from models.kit.database import Database

Ask = Callable[[AsyncSession], Awaitable[Any]]


async def after_each(database: Database, ask: Ask, changes: Iterable[str], **values: object) -> dict[str, Any]:
    """What is answered after each change alone, by its statement.

    Args:
        database: Where the scene is, which stays as it is.
        ask: The question, in a session that has nothing in its memory.
        changes: SQL statements; each is undone before the next one.
        values: What the statements name.
    """
    found: dict[str, Any] = {}
    async with database.session() as session:
        for change in changes:
            point = await session.begin_nested()
            await run(session, change, **values)
            found[change] = await ask(session)
            await point.rollback()
            session.expunge_all()
    return found


def setting(table: str, *assignments: str) -> list[str]:
    """The statements that set one thing each, in every row of a table."""
    return [f"UPDATE {table} SET {assignment}" for assignment in assignments]  # noqa: S608  # ours


async def run(session: AsyncSession, statement: str, **values: object) -> list[Any]:
    """Run a statement, and return the first column of what it gives."""
    result = await (await session.connection()).execute(text(statement), values)
    return list(result.scalars()) if result.returns_rows else []
