"""The archive: clients that are kept for the record alone. They are not connected, and no allowance counts them.

Who archives a connected client ends its connection with it: nobody goes on reading the books of somebody who left.
"""

from uuid import UUID

from contracts.words.connections import ConnectionStatus
from contracts.words.refusals import RefusalCode, Refused
from models.clients import accounts
from models.clients import writes as clients
from models.connections import reads as managed_connections
from models.events import writes as events
from models.kit.columns import now
from models.kit.database import Database
from starter.actor import Actor
from starter.clients.accounts import FULL
from starter.clients.finding import locked_or_refused
from starter.connections.disconnecting import Disconnecting
from starter.people.may_add_clients import check_may_add

MERGED = "{name} was merged into another account, which has its lists and timeline. Go on with that one."


class Archive:
    """The operations that put clients into the archive, and take them out.

    Args:
        database: The product's.
        disconnecting: Ends connections.
    """

    def __init__(self, database: Database, disconnecting: Disconnecting) -> None:
        self._database = database
        self._disconnecting = disconnecting

    async def archive(self, actor: Actor, client_id: UUID) -> None:
        """Archive a client and start to end its connection, if it has one; one that is archived stays so.

        Raises:
            Refused: There is no such client in the practice, or no server. Nothing was changed.
        """
        async with self._database.transaction() as session:
            client = await locked_or_refused(session, actor, client_id)
            if client.archived_at is not None:
                return
            client.archived_at = at = now()
            session.add(client)
            await session.flush()
            whose = {"colleague_id": actor.colleague_id}
            await events.changed(session, actor.practice_id, client.id, "client.archived", at, **whose)
            found = await managed_connections.managed(session, actor.practice_id, client.id, is_locked=True)
            if found is not None and found.connection.status is not ConnectionStatus.DISCONNECTED:
                await self._disconnecting.begin(session, actor, found)

    async def restore(self, actor: Actor, client_id: UUID) -> None:
        """Take a client out of the archive, without a connection; one that is not in it stays as it is.

        Raises:
            Refused: There is no such client in the practice, it was merged into another, the actor may not add any, or
                the allowance is used up.
        """
        async with self._database.transaction() as session:
            practice = await accounts.locked_practice(session, actor.practice_id)
            client = await locked_or_refused(session, actor, client_id)
            if client.archived_at is None:
                return
            if client.merged_into_id is not None:
                raise Refused(RefusalCode.WRONG_STAGE, MERGED.format(name=client.name))
            await check_may_add(session, actor)
            if await clients.count_clients(session, practice.id) >= practice.client_allowance:
                raise Refused(RefusalCode.OVER_ALLOWANCE, FULL.format(allowance=practice.client_allowance))
            await accounts.restore(session, client.id)
            whose = {"colleague_id": actor.colleague_id}
            await events.changed(session, practice.id, client.id, "client.restored", now(), **whose)
