"""What nobody works on any more, as people meet it: closed at once when they ask for it, so that no answer is empty."""

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
    """Closes what is lost of one run.

    Args:
        database: The product's.
        temporal: Connected with the product's converter.
    """

    def __init__(self, database: Database, temporal: Client) -> None:
        self._is_at_work = partial(is_at_work, temporal)
        self._work = LostWork(database, self._is_at_work)

    async def cancelled(self, run: Run) -> bool:
        """Close a run as cancelled, if nobody else would; whether it was so.

        Raises:
            Refused: Temporal does not say.
        """
        return await self._is_lost(run) and await self._work.close_run(run.id, Result.CANCELLED, CANCELLED)

    async def settle(self, run: Run) -> None:
        """Close what of a run nobody goes on with: the run itself, and clients that wait for their syncs.

        Raises:
            Refused: Temporal does not say.
        """
        if await self._is_lost(run):
            await self._work.close_run(run.id)
        async with explained(NEVER_WAS):
            await self._work.settle_waiting(run.id)

    async def _is_lost(self, run: Run) -> bool:
        if run.stage is Stage.FINISHED:
            return False  # else its workflow was there before its row, and its end is written before the workflow's
        async with explained(NEVER_WAS):
            return not await self._is_at_work(run.id)
