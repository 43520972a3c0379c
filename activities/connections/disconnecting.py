"""Removes one connection at the provider: this login's pair with this organisation, and nothing else.

Run again after a crash it finds the pair gone, which counts as done. That it is gone is told by the provider's list;
that nothing can be read through it any more, by the end of its sign-in. A refusal alone says neither.
"""

import logging
from uuid import UUID

from temporalio import activity

from activities.shared.failures import application_error
from activities.shared.grant_reader import ReachActivities
from contracts.payloads.disconnect_client import KeepConnectionInput, RemoveConnectionInput, RemovedConnection
from models.connections import disconnections
from models.connections import reads as managed_connections
from models.connections.tables import Connection
from providers.port.errors import ProviderError, SignedOut

logger = logging.getLogger(__name__)

NOTHING_TO_DO = "The connection is not being disconnected any more; nothing was done."

GONE = "The connection was gone already."
SIGNED_OUT = (
    "The sign-in had ended already, so that nothing can be read through the connection; the accounting software may go "
    "on showing it in its list of connected apps."
)


class DisconnectActivities(ReachActivities):
    """Ends connections at the provider."""

    @activity.defn
    async def remove_connection(self, asked: RemoveConnectionInput) -> RemovedConnection:
        """Remove a connection at the provider and record it; already gone counts as removed.

        Raises:
            ApplicationError: With the plain cause as its type; it may still be there.
        """
        async with self._database.transaction() as session:
            connection = await disconnections.locked_if_leaving(session, asked.connection_id)
            if connection is None:
                return RemovedConnection(message=NOTHING_TO_DO)
            uses = await managed_connections.login_uses(session, connection)
        if uses.shares_books:
            note = "The accounting software keeps the connection: the same login uses it for somebody else too."
        else:
            note = await self._remove(connection)
        async with self._database.transaction() as session:
            leaving = await disconnections.locked_if_leaving(session, asked.connection_id)
            if leaving is None:
                return RemovedConnection(message=NOTHING_TO_DO)
            await disconnections.finish(session, leaving, note, self._now())
        await self._end_login(connection.grant_id)
        return RemovedConnection(message=note)

    async def _end_login(self, grant_id: UUID) -> None:
        """End the login with its last connection. The disconnecting is done whatever comes of it: the night ends it."""
        try:
            await self._reach.end_if_unused(grant_id)
        except (ProviderError, TimeoutError) as error:
            logger.warning("login %s is ended by the night: %s", grant_id, type(error).__name__)

    async def _remove(self, connection: Connection) -> str:
        try:
            was_there = await self._reach.remove(connection.grant_id, connection.organisation_id)
        except SignedOut:
            return SIGNED_OUT
        except ProviderError as error:
            raise application_error(error, self._now()) from None
        if not was_there:
            return GONE
        return f"The connection was removed at {self._reach.provider(connection.provider).title}."

    @activity.defn
    async def keep_connection(self, asked: KeepConnectionInput) -> None:
        """Stop disconnecting: the connection is again what it was, unless it is gone already."""
        async with self._database.transaction() as session:
            connection = await disconnections.locked_if_leaving(session, asked.connection_id)
            if connection is not None:
                await disconnections.give_up(session, connection, asked.status, self._now())
