"""The schema's version: brings a database up to date, and lists missing versions. It needs no ini file."""

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, select, text
from sqlmodel import SQLModel

from models.kit.database import engine_for
from models.kit.database_url import for_a_pooler

_MIGRATING = 0x636C69656E74
"""Key of the advisory lock that lets one migrate at a time; the others wait, and then find nothing to do."""


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


async def upgrade(url: str) -> None:
    """Bring the database to the newest version; several processes may do so at once.

    Args:
        url: PostgreSQL's URL.

    Raises:
        ValueError: It is not PostgreSQL's URL.
        SQLAlchemyError: The database could not be reached or a version failed; nothing was changed.
    """
    engine = engine_for(url, pool_size=1)
    try:
        async with engine.begin() as connection:
            await connection.execute(select(func.pg_advisory_xact_lock(_MIGRATING)))
            await connection.run_sync(lambda sync: command.upgrade(_config(sync), "head"))
    finally:
        await engine.dispose()


async def pending(url: str) -> tuple[str, ...]:
    """The versions that the database still lacks, oldest first; empty when it is up to date."""

    def missing(connection: Connection) -> tuple[str, ...]:
        here = MigrationContext.configure(connection).get_current_heads()
        script = ScriptDirectory.from_config(_config())
        wanted = [version.revision for version in script.walk_revisions("base", "heads")]
        reached = {version.revision for head in here for version in script.iterate_revisions(head, "base")}
        return tuple(revision for revision in reversed(wanted) if revision not in reached)

    engine = engine_for(url, pool_size=1)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(missing)
    finally:
        await engine.dispose()


async def shares_connections(url: str) -> bool:
    """Whether a pooler in front of the database shares connections between transactions of different clients.

    Then the transactions of one client run on different connections, or two clients at the same time have the same one.
    """
    asked = text("SELECT pg_backend_pid()")
    engine = engine_for(for_a_pooler(url), pool_size=2)
    try:
        async with engine.connect() as one, engine.connect() as other:
            seen: list[int] = []
            for connection in (one, one, other):
                seen.append(await connection.scalar(asked))
                await connection.commit()
    finally:
        await engine.dispose()
    first, again, others = seen
    return first != again or first == others


async def drift(url: str) -> list[object]:
    """Differences between the tables in code and in the database; a test checks that there are none."""

    def compare(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, SQLModel.metadata))

    engine = engine_for(url, pool_size=1)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(compare)
    finally:
        await engine.dispose()
