"""Creates a client account from a typed name and number; it has no connection."""

from uuid import UUID

from models.clients.tables import Client
from models.kit.database import Database
from models.practices.tables import Practice
from rules.clients.client_codes import client_code


async def add_by_hand(database: Database, practice_id: UUID, owner_id: UUID, *, name: str, company_number: str) -> UUID:
    """Create the account and return its id.

    Args:
        database: The product's database.
        practice_id: The practice.
        owner_id: The colleague who looks after it.
        name: The client's name.
        company_number: The number by which an organisation is recognised as this client's.
    """
    async with database.transaction() as session:
        practice = await session.get_one(Practice, practice_id, with_for_update={"key_share": True})
        client = Client(
            practice_id=practice_id,
            name=name,
            code=client_code(name, practice.next_client_number),
            owner_id=owner_id,
            company_number=company_number,
        )
        practice.next_client_number += 1
        session.add_all([client, practice])
        return client.id
