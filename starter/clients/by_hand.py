"""A client account that somebody types in: a name and a number, and no connection."""

from uuid import UUID

from models.clients import writes as clients
from models.clients.tables import Client
from models.kit.database import Database
from models.practices.tables import Practice


async def add_by_hand(database: Database, practice_id: UUID, owner_id: UUID, *, name: str, company_number: str) -> UUID:
    """Make the account; gives its id.

    Args:
        database: The product's.
        practice_id: Whose client it is.
        owner_id: A colleague of the practice.
        name: The client's.
        company_number: By which an organisation is found to be theirs.
    """
    async with database.transaction() as session:
        practice = await session.get_one(Practice, practice_id, with_for_update={"key_share": True})
        client = Client(
            practice_id=practice_id,
            name=name,
            code=clients.client_code(name, practice.next_client_number),
            owner_id=owner_id,
            company_number=company_number,
        )
        practice.next_client_number += 1
        session.add_all([client, practice])
        return client.id
