"""Who takes part in the demo: a practice on the advanced plan, three colleagues and two teams."""

from dataclasses import dataclass, field
from uuid import UUID

from contracts.words.practices import Plan, Role
from starter.access.tokens import Tokens
from starter.first_look import ADA, BEN, CLEO
from starter.people.colleagues import Colleagues


@dataclass(frozen=True, slots=True)
class Cast:
    """The practice's people and teams.

    Attributes:
        ada_token: Bearer token of Ada, the admin, who starts the run.
        ben_token: Bearer token of Ben, who has a client already.
        teams: Ids of the two teams.
    """

    ada_token: str = field(repr=False)
    ben_token: str = field(repr=False)
    teams: tuple[UUID, UUID]


async def set_up(colleagues: Colleagues, tokens: Tokens, *, practice: str, allowance: int) -> Cast:
    """Create the practice with its people.

    Args:
        colleagues: Operations on an empty database.
        tokens: Operations on the same database.
        practice: Its name.
        allowance: How many clients the practice may have.

    Raises:
        Refused: They are there already.
    """
    await colleagues.create_practice(
        name=practice,
        plan=Plan.ADVANCED,
        allowance=allowance,
        time_zone="Europe/London",
        admin_email=ADA,
        admin_name="Ada Harbour",
    )
    await colleagues.create(practice=practice, email=BEN, name="Ben Quay", role=Role.MEMBER)
    await colleagues.create(practice=practice, email=CLEO, name="Cleo Pier", role=Role.MEMBER)
    return Cast(
        ada_token=(await tokens.create_for(ADA, name="For the API")).secret,
        ben_token=(await tokens.create_for(BEN, name="For the API")).secret,
        teams=(
            await colleagues.create_team(practice=practice, name="Bookkeeping", members=[ADA, BEN]),
            await colleagues.create_team(practice=practice, name="Year end", members=[ADA, CLEO]),
        ),
    )
