"""A practice to begin a journey with."""

from contracts.words.practices import Plan, Role
from models.access import tokens as api_tokens
from models.kit.database import Database
from models.practices import writes as practices
from starter.actor import Actor
from starter.operations import Operations

NAME = "Harbour Lane"


def address(name: str, practice: str = NAME) -> str:
    """The e-mail address of somebody in a practice."""
    return f"{name.lower()}@{practice.lower().replace(' ', '-')}.example.com"


async def make_practice(
    operations: Operations,
    database: Database,
    *,
    allowance: int = 500,
    plan: Plan = Plan.ADVANCED,
    name: str = NAME,
) -> tuple[Actor, str]:
    """A practice with an admin: who that is, and a bearer token."""
    async with database.transaction() as session:
        practice = await practices.create_practice(session, name, plan=plan, client_allowance=allowance)
        named = f"Admin of {name}"
        email = address("admin", name)
        await practices.create_colleague(session, practice.id, email=email, name=named, role=Role.ADMIN)
    return await admitted(operations, database, email)


async def admitted(operations: Operations, database: Database, email: str) -> tuple[Actor, str]:
    """A colleague who is there: who that is, and a new bearer token."""
    actor = await operations.colleagues.by_email(email)
    async with database.transaction() as session:
        token, _ = await api_tokens.issue(session, actor.colleague_id)
    return actor, token
