"""Closes what the database calls open but no workflow works on; it compares the database with the Temporal server.

It comes by every ten minutes, and so it also deletes the lists of clients that were uploaded and not imported.
"""

from collections.abc import Callable
from datetime import datetime

from temporalio import activity

from contracts.payloads.settle_lost_work import LostWorkSettled, SettleLostWorkInput
from models.clients import kept_imports
from models.kit.columns import now as this_moment
from models.kit.database import Database
from models.runs.lost_work import IsAtWork, LostWork


class SettlingActivities:
    """Activities that close lost work.

    Args:
        database: The product's database.
        is_at_work: Asks the Temporal server whether a workflow is running.
        now: The clock.
    """

    def __init__(self, database: Database, is_at_work: IsAtWork, now: Callable[[], datetime] = this_moment) -> None:
        self._database = database
        self._is_at_work = is_at_work
        self._now = now

    @activity.defn
    async def settle_lost_work(self, asked: SettleLostWorkInput) -> LostWorkSettled:  # noqa: ARG002  # nothing to say yet
        """Close the lost work of every practice, and delete old uploads; repeating it is harmless."""
        async with self._database.transaction() as session:
            await kept_imports.delete_old(session, self._now())
        closed = await LostWork(self._database, self._is_at_work, self._now).close_all()
        return LostWorkSettled(**closed._asdict())
