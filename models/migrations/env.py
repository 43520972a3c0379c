"""Alembic's environment: works on the connection it is handed by ``models.schema``.

From Alembic's own command line, for writing a new version, the URL comes from ``-x url=…``.
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
    """How a new version spells a type: SQLModel's text type as SQLAlchemy's, which it is."""
    if kind == "type" and isinstance(item, AutoString):
        return f"sa.String(length={item.length})" if item.length else "sa.String()"
    return False


def migrate(connection: Connection) -> None:
    """Bring the connection's database to the wanted version, in one transaction."""
    context.configure(connection=connection, target_metadata=SQLModel.metadata, compare_type=True, render_item=rendered)
    with context.begin_transaction():
        context.run_migrations()


async def migrate_url(url: str) -> None:
    """The same, on a database by its URL."""
    engine = engine_for(url, pool_size=1)
    async with engine.begin() as connection:
        await connection.run_sync(migrate)
    await engine.dispose()


given: Connection | None = context.config.attributes.get("connection")
if given is not None:
    migrate(given)
else:
    asyncio.run(migrate_url(context.get_x_argument(as_dictionary=True)["url"]))
