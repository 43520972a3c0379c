"""Closes work of one run on which no workflow works, when somebody looks at the run or acts on it.

``models.runs.lost_work`` does the same for all runs every ten minutes.
"""

from functools import partial

from temporalio.client import Client

from contracts.words.runs import Result, Stage
from models.kit.database import Database
from models.runs.lost_work import LostWork
from models.runs.tables import Run
from runtime.temporal.connection import is_at_work
from starter.support.temporal_faults import explained

CANCELLED = "The run was cancelled. What was already done stays."
NEVER_WAS = "There is no such run."


class Lost:
    """Closes the lost work of one run.

    Args:
        database: The product's database.
        temporal: A client with the product's payload converter.
    """

    def __init__(self, database: Database, temporal: Client) -> None:
        self._is_at_work = partial(is_at_work, temporal)
        self._work = LostWork(database, self._is_at_work)

    async def cancelled(self, run: Run) -> bool:
        """End a run as cancelled if it has no workflow; whether that was so.

        Raises:
            Refused: Temporal does not say.
        """
        return await self._is_lost(run) and await self._work.close_run(run.id, Result.CANCELLED, CANCELLED)

    async def close(self, run: Run) -> None:
        """Close the run if it has no workflow, and its clients that wait for a sync which no longer exists.

        Raises:
            Refused: Temporal does not say.
        """
        if await self._is_lost(run):
            await self._work.close_run(run.id)
        async with explained(NEVER_WAS):
            await self._work.close_waiting(run.id)

    async def _is_lost(self, run: Run) -> bool:
        if run.stage is Stage.FINISHED:
            return False  # else its workflow was there before its row, and its end is written before the workflow's
        async with explained(NEVER_WAS):
            return not await self._is_at_work(run.id)
