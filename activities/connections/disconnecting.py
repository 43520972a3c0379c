"""Removes one connection at the provider: this login's pair with this organisation, and nothing else.

A provider that cannot end one alone keeps it: it ends here only, and the last one of a login ends the login there.
Run again after a crash it finds the pair gone, which counts as done. That it is gone is told by the provider's list;
that nothing can be read through it any more, by the end of its sign-in. A refusal alone says neither.
"""

import logging
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession
from temporalio import activity

from activities.shared.failures import application_error
from activities.shared.grant_reader import ReachActivities
from contracts.payloads.disconnect_client import KeepConnectionInput, RemoveConnectionInput, RemovedConnection
from models.connections import disconnections
from models.connections import reads as managed_connections
from models.connections.tables import Connection
from models.night.endings import LastConnection
from providers.port.errors import ProviderError, SignedOut, Unavailable
from providers.port.provider import Kept, Removed

logger = logging.getLogger(__name__)

NOTHING_TO_DO = "The connection is not being disconnected any more; nothing was done."

SHARED = "The accounting software keeps the connection: the same login uses it for somebody else too."
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
        title = self._reach.provider(connection.provider).title
        try:
            removed = None if uses.shares_books else await self._remove(connection)
            if isinstance(removed, Kept) and await self._end_with_login(connection, _with_login(title)):
                return RemovedConnection(message=_with_login(title))
        except ProviderError as error:
            raise application_error(error, self._now()) from None
        note = SHARED if removed is None else _note(removed, title)
        async with self._database.transaction() as session:
            if not await self._finish(session, connection.id, note):
                return RemovedConnection(message=NOTHING_TO_DO)
        await self._end_login(connection.grant_id)
        return RemovedConnection(message=note)

    async def _remove(self, connection: Connection) -> Removed | Kept | SignedOut:
        try:
            return await self._reach.remove(connection.grant_id, connection.organisation_id)
        except SignedOut as dead:
            return dead

    async def _end_with_login(self, connection: Connection, note: str) -> bool:
        """End the login, and the connection with it, if nothing else uses the login; returns whether it was ended.

        Both are recorded in one transaction. A repeat after the provider's answer and before this transaction ends
        the login once more, or finds that its sign-in has ended.

        Raises:
            ProviderError: The login may still be there.
        """

        async def record(session: AsyncSession) -> None:
            await self._finish(session, connection.id, note)

        try:
            return await self._reach.end_if_unused(connection.grant_id, LastConnection(connection.id, record))
        except TimeoutError:
            raise Unavailable("no answer in time to the end of the login") from None

    async def _finish(self, session: AsyncSession, connection_id: UUID, note: str) -> bool:
        """Record that a connection has ended; False if somebody has stopped its disconnecting."""
        leaving = await disconnections.locked_if_leaving(session, connection_id)
        if leaving is not None:
            await disconnections.finish(session, leaving, note, self._now())
        return leaving is not None

    async def _end_login(self, grant_id: UUID) -> None:
        """End the login with its last connection. The disconnecting is done whatever comes of it: the night ends it."""
        try:
            await self._reach.end_if_unused(grant_id)
        except (ProviderError, TimeoutError) as error:
            logger.warning("login %s is ended by the night: %s", grant_id, type(error).__name__)

    @activity.defn
    async def keep_connection(self, asked: KeepConnectionInput) -> None:
        """Stop disconnecting: the connection is again what it was, unless it is gone already."""
        async with self._database.transaction() as session:
            connection = await disconnections.locked_if_leaving(session, asked.connection_id)
            if connection is not None:
                await disconnections.give_up(session, connection, asked.status, self._now())


def _note(removed: Removed | Kept | SignedOut, title: str) -> str:
    """What was done at the provider, for people."""
    if isinstance(removed, SignedOut):
        return SIGNED_OUT
    if isinstance(removed, Removed):
        return f"The connection was removed at {title}." if removed.was_there else GONE
    kept = f"It ended only here: at {title} it ends with the last client of this login."
    others = len(removed.siblings)
    if not others:
        return kept
    return f"{kept} Ending it there now would cut off {others} other organisation{'' if others == 1 else 's'}."


def _with_login(title: str) -> str:
    return f"It was the last client of its login, which was ended at {title}, and the connection with it."
