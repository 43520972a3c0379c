"""Decides one client's move to another colleague on locked rows, and writes it together with its outcome.

The caller first finds out whether the new login reads the organisation, before anything is locked.
"""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.causes import Cause
from contracts.words.connections import ConnectionStatus
from contracts.words.runs import Outcome
from models.clients.tables import Client
from models.connections import writes as connections
from models.connections.tables import Connection
from models.practices.tables import Colleague
from models.runs import reassignments
from models.runs import writes as runs
from models.runs.tables import Run, RunOrganisation
from providers.port.errors import ProviderError


class Move:
    """The move of one client whose row in the run is locked.

    Args:
        session: The transaction in which the move and its outcome are written.
        run: The run.
        row: The client's row in it.
        at: This moment.
        keeps_login: Whether the owner changes even where the new login cannot read the organisation.
    """

    def __init__(
        self, session: AsyncSession, run: Run, row: RunOrganisation, at: datetime, *, keeps_login: bool
    ) -> None:
        self._session, self._run, self._row, self._at = session, run, row, at
        self._keeps_login = keeps_login

    async def settle(self, refused: ProviderError | None, *, has_read: bool) -> None:
        """Move the client, or record why it was not moved.

        Args:
            refused: Why the new login cannot read the organisation; None when it can.
            has_read: Whether the new login has just read it.
        """
        session, row = self._session, self._row
        client = await session.get_one(Client, row.client_id, with_for_update={"key_share": True})
        connection = await session.get_one(Connection, row.connection_id, with_for_update={"key_share": True})
        owner = await session.get_one(Colleague, client.owner_id)
        new_owner = await session.get_one(Colleague, row.owner_id)
        if changed := self._changed(client, connection, owner, new_owner):
            await self._end(Outcome.CHANGED_MEANWHILE, f"{changed} Nothing was changed.")
        elif refused is not None and not self._keeps_login:
            message = f"Your login cannot open it now, so nothing was changed. {refused.cause.sentence}"
            await self._end(Outcome.UNREACHABLE, message, refused.cause)
        else:
            await reassignments.move_owner(session, client, new_owner, owner, self._run, self._at)
            if has_read and connection.is_living:
                await connections.move_to_login(session, connection.id, row.grant_id, self._at)
                await connections.record_reachable(session, connection.id, self._at)
            await self._session.refresh(connection)  # its health was written around it
            own = has_read or await reassignments.holds(session, new_owner, connection.grant_id)
            await self._end(Outcome.REASSIGNED, f"Before: {owner.name}.{'' if own else _keeps(connection, new_owner)}")

    def _changed(self, client: Client, connection: Connection, owner: Colleague, new_owner: Colleague) -> str | None:
        if client.owner_id != self._row.shown_owner_id:
            return f"Looked after by {owner.name} by now."
        if new_owner.deactivated_at is not None:
            return f"{new_owner.name} has left meanwhile."
        if not self._keeps_login and not connection.is_living:
            return "It was disconnected meanwhile."
        return None

    async def _end(self, outcome: Outcome, message: str, cause: Cause | None = None) -> None:
        await runs.settle(self._session, self._row, outcome, self._at, cause=cause, message=message)


def _keeps(connection: Connection, new_owner: Colleague) -> str:
    """A sentence on a connection that keeps a login which is not the new owner's."""
    if connection.status is ConnectionStatus.NEEDS_RECONNECT:
        return f" It needs reconnecting: {new_owner.name} can do that with an own login."
    if connection.status is ConnectionStatus.NEEDS_CLIENT and connection.cause is not None:
        return f" No sign-in repairs its connection. {connection.cause.sentence} {connection.cause.next_step}"
    return f" It keeps the login that it had; {new_owner.name} can reconnect it with an own one."
