"""Decides one client's move to another colleague on locked rows, and writes it together with its outcome.

The caller first finds out whether the new login reads the organisation, before anything is locked.
"""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.causes import Cause
from contracts.words.runs import Outcome
from models.clients.tables import Client
from models.connections import writes as connections
from models.connections.tables import Connection
from models.practices.tables import Colleague
from models.runs import reassignments
from models.runs import writes as runs
from models.runs.tables import Run, RunOrganisation
from providers.port.errors import ProviderError
from rules.runs.moving import Taker, ToMove, changed_meanwhile, kept_login, not_opened


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
        found, taker = ToMove(owner.id, owner.name, connection.is_living), Taker(new_owner.name, _has_left(new_owner))
        if changed := changed_meanwhile(found, taker, row.shown_owner_id, keeps_login=self._keeps_login):
            await self._end(Outcome.CHANGED_MEANWHILE, f"{changed} Nothing was changed.")
        elif refused is not None and not self._keeps_login:
            cause, login = refused.cause, row.grant_id
            # Where a sign-in takes over, the connection has no other: then it does not work any more, whoever owns it.
            await connections.record_trouble(
                session, connection.id, cause, refused.detail, self._at, until=None, login=login
            )
            await self._end(Outcome.UNREACHABLE, not_opened(cause, is_in_use=login == connection.grant_id), cause)
        else:
            await reassignments.move_owner(session, client, new_owner, owner, self._run, self._at)
            if has_read and connection.is_living:
                await connections.move_to_login(session, connection.id, row.grant_id, self._at)
                await connections.record_reachable(session, connection.id, self._at)
            await self._session.refresh(connection)  # its health was written around it
            own = has_read or await reassignments.holds(session, new_owner, connection.grant_id)
            keeps = "" if own else f" {kept_login(connection.status, connection.cause, new_owner.name)}"
            await self._end(Outcome.REASSIGNED, f"Before: {owner.name}.{keeps}")

    async def _end(self, outcome: Outcome, message: str, cause: Cause | None = None) -> None:
        await runs.settle(self._session, self._row, outcome, self._at, cause=cause, message=message)


def _has_left(colleague: Colleague) -> bool:
    return colleague.deactivated_at is not None
