"""Tells a client's owner how many new suppliers a refresh brought; never their names."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.lists import ListName
from contracts.words.practices import Role
from models.clients.tables import Client
from models.connections.tables import Connection, Receipt
from models.events import writes as events
from models.notices import writes as notices
from models.notices.letters import notice_of
from models.practices.tables import Colleague, Practice
from rules.lists.list_changes import Changes
from rules.night.digesting import Letter

KIND = "supplier.new"


async def tell(
    session: AsyncSession, connection_id: UUID, changes: Mapping[ListName, Changes], *, pull_id: str, at: datetime
) -> None:
    """Write an event and a notice when a pull added suppliers to a list that was pulled before.

    Call it before the receipts are written, in the transaction that stores the lists. The first pull of a list adds all
    rows, and tells nobody.
    """
    counted = changes.get(ListName.SUPPLIERS)
    if counted is None or not counted.added:
        return
    receipt = await session.get(Receipt, (connection_id, ListName.SUPPLIERS))
    if receipt is None or receipt.pulled_at is None:
        return
    connection = await session.get_one(Connection, connection_id)
    client = await session.get_one(Client, connection.client_id)
    number = f"{counted.added:,} new contact{'' if counted.added == 1 else 's'}"
    await events.changed(
        session, client.practice_id, client.id, KIND, at, connection_id=connection_id, after=str(counted.added)
    )
    practice = await session.get_one(Practice, client.practice_id)
    letter = Letter(
        f"{number} among the suppliers of {client.name}",
        f"The last refresh of {client.name} ({client.code}) brought {number} to its list of suppliers, where those "
        "that are not used yet are marked. Look at them there.",
    )
    rows = [
        notice_of(letter, practice, one, kind=KIND, key=f"{KIND}/{connection_id}/{one}/{pull_id}"[:200], at=at)
        for one in await _who_can_act(session, client)
    ]
    await notices.write(session, rows)


async def _who_can_act(session: AsyncSession, client: Client) -> list[UUID]:
    """The client's owner, or the practice's admins when the owner has left."""
    owner = await session.get_one(Colleague, client.owner_id)
    if owner.deactivated_at is None:
        return [owner.id]
    admins = select(Colleague.id).where(
        Colleague.practice_id == client.practice_id,
        Colleague.role == Role.ADMIN,
        col(Colleague.deactivated_at).is_(None),
    )
    return list((await session.exec(admins)).all())
