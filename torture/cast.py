"""Who takes part: practices with colleagues, each with a login at the platform, made by the product's commands."""

import asyncio
import json
from dataclasses import dataclass, field

from runtime.stack import Stack
from torture.platform import Platform
from torture.stack import run

COLLEAGUES = 2
"""Of each practice; the second one reaches the second half of the practice's organisations and a few of the first."""


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who works.

    Attributes:
        name: For reports, and for their chance.
        colleague_id: In the product.
        practice_id: Their practice in the product.
        slug: The practice's name in ids.
        token: For the API.
        email: At the platform.
        person_id: At the platform.
        is_admin: Whether they are the practice's admin.
    """

    name: str
    colleague_id: str
    practice_id: str
    slug: str
    token: str = field(repr=False)
    email: str
    person_id: str
    is_admin: bool


async def cast(stack: Stack, platform: Platform, practices: int) -> list[Colleague]:
    """Make the practices, and deal the platform's organisations out among them.

    Args:
        stack: Where the product's commands are run.
        platform: Where organisations and people are.
        practices: How many.

    Raises:
        ProcessFailedError: A command failed.
    """
    people = list(platform.people)
    share = len(platform.organisations) // practices
    found: list[Colleague] = []
    for place in range(practices):
        ours = platform.organisations[place * share : (place + 1) * share]
        admin, member = people[place * COLLEAGUES : (place + 1) * COLLEAGUES]
        await platform.reaches(admin, ours)
        await platform.reaches(member, ours[len(ours) // 3 :])
        found += await _practice(
            stack, f"Practice {place + 1}", {person: platform.people[person] for person in (admin, member)}
        )
    for person in people[practices * COLLEAGUES :]:
        await platform.reaches(person, [])
    await run(stack, "schedules", "apply")
    return found


async def _practice(stack: Stack, name: str, people: dict[str, str]) -> list[Colleague]:
    (admin_person, admin_email), (member_person, member_email) = people.items()
    addresses = [f"{role}@{name.lower().replace(' ', '-')}.example" for role in ("admin", "member")]
    made = json.loads(
        await run(
            *(stack, "practice", "create", "--name", name, "--plan", "advanced", "--allowance", "500"),
            *("--time-zone", "Europe/London", "--admin-email", addresses[0], "--json"),
        )
    )
    joined = json.loads(
        await run(
            *(stack, "colleague", "create", "--email", addresses[1], "--name", "Member", "--practice", name),
            *("--role", "admin", "--json"),
        )
    )
    tokens = [
        json.loads(answer)["token"]
        for answer in await asyncio.gather(
            *(run(stack, "token", "create", "--email", address, "--json") for address in addresses)
        )
    ]
    slug = name.lower().replace(" ", "-")
    colleagues = (made["colleague_id"], joined["colleague_id"])
    logins = ((admin_person, admin_email), (member_person, member_email))
    return [
        Colleague(
            f"{name}, {role}",
            colleagues[at],
            made["practice_id"],
            slug,
            tokens[at],
            logins[at][1],
            logins[at][0],
            not at,
        )
        for at, role in enumerate(("admin", "member"))
    ]
