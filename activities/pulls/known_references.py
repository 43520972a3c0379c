"""What the rows of clients that are pulled together can refer to, asked of the database once for all of them."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from models.kit.database import Database
from models.lists.references import stored_references
from rules.lists.references import Reference


class KnownReferences:
    """The tax rates and currencies that are stored of some connections; nothing is asked until one is wanted.

    Args:
        database: Where they are stored.
        connections: All that may be asked for; the pull holds their leases, so that nobody else stores their lists.
    """

    def __init__(self, database: Database, connections: Sequence[UUID]) -> None:
        self._database = database
        self._connections = connections
        self._lock = asyncio.Lock()
        self._known: Mapping[UUID, Collection[Reference]] | None = None

    async def of(self, connection_id: UUID) -> Collection[Reference]:
        """What the rows of one connection can refer to."""
        async with self._lock:
            if self._known is None:
                async with self._database.session() as session:
                    self._known = await stored_references(session, self._connections)
        return self._known[connection_id]
