"""The lease that an activity holds on connections: who holds it, and how a long read renews it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from temporalio import activity

from models.connections import leases
from models.kit.database import Database


def holder() -> str:
    """The name under which this activity holds leases: its workflow's id.

    A later activity of the same workflow, such as the pull of one client after its group was lost, has the same name.
    """
    return str(activity.info().workflow_id)


class Lease:
    """The lease that this activity has just claimed.

    Args:
        database: Where leases are stored.
        connection_ids: The claimed connections.
        now: The clock.
    """

    def __init__(self, database: Database, connection_ids: Sequence[UUID], now: Callable[[], datetime]) -> None:
        self._database, self._connection_ids, self._now = database, connection_ids, now
        self._holder, self._since = holder(), now()

    async def keep(self) -> None:
        """Renew the lease, unless that was done a moment ago.

        Call it when a read has made progress, never from a timer.

        It does not tell whether the lease was lost: ``leases.hold`` checks that when something is stored.
        """
        if (at := self._now()) - self._since >= leases.RENEWED_AFTER:
            self._since = at  # before anything else is awaited: the feeds of many connections come here at once
            async with self._database.transaction() as session:
                await leases.renew(session, self._connection_ids, self._holder, at)
