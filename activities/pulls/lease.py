"""The lease that an activity holds on connections: who it is, and how a long reading keeps it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from temporalio import activity

from models.connections import leases
from models.kit.database import Database


def holder() -> str:
    """Who holds the leases of this activity: its workflow. After a lost group its clients are pulled alone by it."""
    return str(activity.info().workflow_id)


class Lease:
    """What this activity has claimed, just now.

    Args:
        database: Where leases are.
        connection_ids: What it has claimed.
        now: The clock.
    """

    def __init__(self, database: Database, connection_ids: Sequence[UUID], now: Callable[[], datetime]) -> None:
        self._database, self._connection_ids, self._now = database, connection_ids, now
        self._holder, self._since = holder(), now()

    async def keep(self) -> None:
        """Renew it, unless that was done a moment ago. To be called from progress, never from a timer.

        Whether it was kept is told when something is stored: ``leases.hold``.
        """
        if (at := self._now()) - self._since >= leases.RENEWED_AFTER:
            self._since = at  # before anything else is awaited: the sources of many connections come here at once
            async with self._database.transaction() as session:
                await leases.renew(session, self._connection_ids, self._holder, at)
