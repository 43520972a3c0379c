"""Creates the practices with their colleagues, each with a login at the stand-in, as an operator would."""

from dataclasses import dataclass, field

from cli.operate.schedules import apply_schedules
from contracts.words.practices import Plan, Role
from models.kit.database import Database
from runtime.settings.settings import Settings
from starter.access.tokens import Tokens
from starter.bootstrap import open_database
from starter.people.colleagues import Colleagues
from torture.stack.platform import Platform

COLLEAGUES = 2
"""Of each practice; the second one reaches the second half of the practice's organisations and a few of the first."""


@dataclass(frozen=True, slots=True)
class Colleague:
    """A colleague who takes part.

    Attributes:
        name: For reports, and as a seed for their random choices.
        colleague_id: Their id in the product.
        slug: The practice's name in ids.
        token: Their token for the API.
        email: Their address at the stand-in.
        person_id: Their id at the stand-in.
        is_admin: Whether they are the practice's admin.
    """

    name: str
    colleague_id: str
    slug: str
    token: str = field(repr=False)
    email: str
    person_id: str
    is_admin: bool


async def cast(settings: Settings, platform: Platform, practices: int) -> list[Colleague]:
    """Create the practices, and divide the stand-in's organisations among them.

    Args:
        settings: The product's settings.
        platform: The stand-in.
        practices: How many practices.
    """
    people = list(platform.people)
    share = len(platform.organisations) // practices
    found: list[Colleague] = []
    async with open_database(settings) as database:
        for place in range(practices):
            ours = platform.organisations[place * share : (place + 1) * share]
            admin, member = people[place * COLLEAGUES : (place + 1) * COLLEAGUES]
            await platform.reaches(admin, ours)
            await platform.reaches(member, ours[len(ours) // 3 :])
            found += await _practice(
                database, f"Practice {place + 1}", {one: platform.people[one] for one in (admin, member)}
            )
    await apply_schedules(settings)
    return found


async def _practice(database: Database, name: str, logins: dict[str, str]) -> list[Colleague]:
    colleagues, tokens, slug = Colleagues(database), Tokens(database), name.lower().replace(" ", "-")
    admin, member = (f"{role}@{slug}.example" for role in ("admin", "member"))
    _, admin_id = await colleagues.create_practice(
        name=name, plan=Plan.ADVANCED, allowance=500, time_zone="Europe/London", admin_email=admin
    )
    member_id = await colleagues.create(practice=name, email=member, name="Member", role=Role.ADMIN)
    ids = {admin: admin_id, member: member_id}
    return [
        Colleague(
            name=f"{name}, {email.partition('@')[0]}",
            colleague_id=str(ids[email]),
            slug=slug,
            token=(await tokens.create_for(email, name="Torture")).secret,
            email=at_platform,
            person_id=person,
            is_admin=email == admin,
        )
        for email, (person, at_platform) in zip(ids, logins.items(), strict=True)
    ]
