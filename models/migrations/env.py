"""Alembic's environment; it works on the connection that ``models.schema`` hands to it.

Alembic's own command line, which writes new versions, takes the URL from ``-x url=…``.
"""

import asyncio
from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection
from sqlmodel import AutoString, SQLModel

from models import tables  # noqa: F401  # fills the metadata
from models.kit.database import engine_for


def rendered(kind: str, item: object, _: AutogenContext) -> str | Literal[False]:
    """How a new version spells a column type: SQLModel's text type is written as SQLAlchemy's."""
    if kind == "type" and isinstance(item, AutoString):
        return f"sa.String(length={item.length})" if item.length else "sa.String()"
    return False


def migrate(connection: Connection) -> None:
    """Bring a database to the wanted version, in one transaction."""
    context.configure(connection=connection, target_metadata=SQLModel.metadata, compare_type=True, render_item=rendered)
    with context.begin_transaction():
        context.run_migrations()


async def migrate_url(url: str) -> None:
    """Bring the database at this URL to the wanted version, in one transaction."""
    engine = engine_for(url, pool_size=1)
    async with engine.begin() as connection:
        await connection.run_sync(migrate)
    await engine.dispose()


given: Connection | None = context.config.attributes.get("connection")
if given is not None:
    migrate(given)
else:
    asyncio.run(migrate_url(context.get_x_argument(as_dictionary=True)["url"]))
