"""Removes one connection at the provider: this login's pair with this organisation, and nothing else.

Run again after a crash it finds the pair gone, which counts as done.
"""

from temporalio import activity

from activities.failures import application_error
from activities.reach import ReachActivities
from contracts.causes import Cause
from contracts.disconnect_client import KeepConnectionInput, RemoveConnectionInput, RemovedConnection
from models import disconnections, managed_connections
from models.connection import Connection
from providers.errors import ProviderError

NOTHING_TO_DO = "The connection is not being disconnected any more; nothing was done."

_GONE = {
    Cause.ACCESS_LOST: "The login could not open the organisation any more: the connection was gone already.",
    Cause.DISCONNECTED_AT_PROVIDER: "The connection was gone already.",
    Cause.SUBSCRIPTION_ENDED: "The organisation's subscription has ended; nothing can be read through the connection.",
    Cause.SIGNED_OUT: "The sign-in had ended already, so that nothing can be read through the connection; the "
    "accounting software may go on showing it in its list of connected apps.",
}
"""Answers that mean that there is nothing left to remove, and what to tell people."""


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
        return RemovedConnection(message=note)

    async def _remove(self, connection: Connection) -> str:
        try:
            was_there = await self._reach.remove(connection.grant_id, connection.organisation_id)
        except ProviderError as error:
            if error.cause in _GONE:
                return _GONE[error.cause]
            raise application_error(error, self._now()) from None
        if not was_there:
            return _GONE[Cause.DISCONNECTED_AT_PROVIDER]
        return f"The connection was removed at {self._reach.provider(connection.provider).title}."

    @activity.defn
    async def keep_connection(self, asked: KeepConnectionInput) -> None:
        """Stop disconnecting: the connection is again what it was, unless it is gone already."""
        async with self._database.transaction() as session:
            connection = await disconnections.locked_if_leaving(session, asked.connection_id)
            if connection is not None:
                await disconnections.give_up(session, connection, asked.status, self._now())
