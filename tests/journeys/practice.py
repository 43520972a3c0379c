"""A practice to begin a journey with."""

from contracts.words.practices import Plan, Role
from models.access import tokens as api_tokens
from models.kit.database import Database
from models.practices import writes as practices
from starter.actor import Actor
from starter.operations import Operations


async def make_practice(
    operations: Operations,
    database: Database,
    *,
    allowance: int = 500,
    plan: Plan = Plan.ADVANCED,
    name: str = "Harbour Lane",
) -> tuple[Actor, str]:
    """A practice with an admin: who that is, and a bearer token."""
    email, named = f"admin@{name.lower().replace(' ', '-')}.example.com", f"Admin of {name}"
    async with database.transaction() as session:
        practice = await practices.create_practice(session, name, plan=plan, client_allowance=allowance)
        admin = await practices.create_colleague(session, practice.id, email=email, name=named, role=Role.ADMIN)
        token, _ = await api_tokens.issue(session, admin.id)
    return await operations.colleagues.by_email(email), token
