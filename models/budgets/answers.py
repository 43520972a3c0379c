"""Answers that a platform gives whoever asks, so that one process's is good for all.

What an answer says is its provider's business. None holds anything of a practice, a login or a client.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from models.budgets.tables import AppAnswer
from models.kit.database import Database

KEPT_FOR = timedelta(days=30)
"""An answer that nobody has read anew for so long is of an app, or of a release, that is used no more."""


class SharedAnswers:
    """Keeps one answer for each question of an app.

    Args:
        database: Where they are.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def known(self, key: tuple[str, str, str]) -> tuple[str, datetime] | None:
        """The latest answer, and when it was read; None if there is none.

        Args:
            key: The provider, the app's id there, and what was asked for.
        """
        async with self._database.reading() as session:
            row = (await session.exec(select(AppAnswer).where(*_is(key)))).one_or_none()
        return None if row is None else (row.answer, row.read_at)

    async def keep(self, key: tuple[str, str, str], answer: str, at: datetime) -> None:
        """Keep an answer instead of the one before; of two at the same moment, the later one stays.

        Args:
            key: The provider, the app's id there, and what was asked for.
            answer: A text, in the provider's own form.
            at: When it was read (aware).
        """
        provider, app, name = key
        row = insert(AppAnswer).values(provider=provider, app=app, name=name, answer=answer, read_at=at)
        index = [col(AppAnswer.provider), col(AppAnswer.app), col(AppAnswer.name)]
        async with self._database.transaction() as session:
            await session.exec(row.on_conflict_do_update(index_elements=index, set_={"answer": answer, "read_at": at}))
            await session.exec(delete(AppAnswer).where(col(AppAnswer.read_at) < at - KEPT_FOR))


def _is(key: tuple[str, str, str]) -> tuple[bool, ...]:
    provider, app, name = key
    return AppAnswer.provider == provider, AppAnswer.app == app, AppAnswer.name == name
