"""Who takes part in the demo: a practice on the advanced plan, three colleagues, two teams, and an old client."""

from dataclasses import dataclass, field
from uuid import UUID

from contracts.words.practices import Plan, Role
from models.clients import writes as clients
from models.clients.tables import Client
from models.kit.database import Database
from models.practices import writes as practices
from starter.access.tokens import Tokens
from starter.first_look import ADA, BEN, CLEO, PRACTICE
from starter.people.colleagues import Colleagues


@dataclass(frozen=True, slots=True)
class Cast:
    """The people and teams.

    Attributes:
        practice_id: Theirs.
        ada_token: Bearer token of Ada, the admin, whose run this is.
        ben_token: Bearer token of Ben, who has a client already.
        ben_id: Ben.
        teams: The two teams.
    """

    practice_id: UUID
    ada_token: str = field(repr=False)
    ben_token: str = field(repr=False)
    ben_id: UUID
    teams: tuple[UUID, UUID]


async def set_up(database: Database, *, allowance: int) -> Cast:
    """Make the practice with its people.

    Args:
        database: Empty, but migrated.
        allowance: How many clients the practice may have.

    Raises:
        Refused: They are there already.
    """
    colleagues = Colleagues(database)
    practice_id, _ = await colleagues.create_practice(
        name=PRACTICE,
        plan=Plan.ADVANCED,
        allowance=allowance,
        time_zone="Europe/London",
        admin_email=ADA,
        admin_name="Ada Harbour",
    )
    ben_id = await colleagues.create(practice=PRACTICE, email=BEN, name="Ben Quay", role=Role.MEMBER)
    await colleagues.create(practice=PRACTICE, email=CLEO, name="Cleo Pier", role=Role.MEMBER)
    return Cast(
        practice_id=practice_id,
        ada_token=(await Tokens(database).create_for(ADA, name="For the API")).secret,
        ben_token=(await Tokens(database).create_for(BEN, name="For the API")).secret,
        ben_id=ben_id,
        teams=(
            await colleagues.create_team(practice=PRACTICE, name="Bookkeeping", members=[ADA, BEN]),
            await colleagues.create_team(practice=PRACTICE, name="Year end", members=[ADA, CLEO]),
        ),
    )


async def add_unconnected_client(database: Database, cast: Cast, *, name: str, company_number: str) -> UUID:
    """Give Ben a client that was typed in by hand long ago: a name and a company number, and no connection."""
    async with database.transaction() as session:
        practice = await practices.find_practice(session, PRACTICE)
        client = Client(
            practice_id=cast.practice_id,
            name=name,
            code=clients.client_code(name, practice.next_client_number),
            owner_id=cast.ben_id,
            company_number=company_number,
        )
        practice.next_client_number += 1
        session.add_all([client, practice])
        return client.id
