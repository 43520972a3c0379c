"""New databases for the benchmarks: created, filled with a practice, and counted afterwards."""

import os
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

import asyncpg
from sqlalchemy import make_url

from contracts.words.practices import Plan
from models import schema
from models.grants.tables import Grant
from models.kit.database import Database
from models.lists.tables import TABLE_OF
from starter.access.tokens import Tokens
from starter.people.colleagues import Colleagues

PROVIDER = os.environ.get("BENCH_PROVIDER") or "xero"
"""The accounting software whose stand-in is measured. ``make bench-quick PROVIDER=…`` says another one; processes that
are started for it read it here too."""

COUNTED = ("clients", "connections", "receipts", *(str(table.__tablename__) for table in TABLE_OF.values()))
"""The tables that both kinds of run fill."""

_TEMPLATE = "bench_template"
_ADMIN = "ada@bench.example"


@dataclass(frozen=True, slots=True)
class Practice:
    """The practice of one run, alone in its database.

    Attributes:
        url: Address of its database; contains the password.
        practice_id: The practice.
        colleague_id: Its admin.
        token: The admin's bearer token.
    """

    url: str = field(repr=False)
    practice_id: UUID
    colleague_id: UUID
    token: str = field(repr=False)


class Databases:
    """Databases of one server.

    Args:
        url: Address of any database on the server, as ``start_postgres`` gives it.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._made = 0
        self._name = "bench_0"

    async def prepare(self) -> None:
        """Create the template from which the others are copied."""
        await self._administer(f"CREATE DATABASE {_TEMPLATE}")
        await schema.upgrade(self._sibling(_TEMPLATE))

    async def fresh(self, allowance: int) -> Practice:
        """Create a database with all tables and one practice, and drop the one before.

        If it stayed, PostgreSQL would vacuum it during the next run, which takes a third of its CPU seconds.

        Args:
            allowance: How many clients the practice may have.
        """
        await self._administer(f"DROP DATABASE IF EXISTS {self._name} WITH (FORCE)")
        self._made += 1
        self._name = f"bench_{self._made}"
        await self._administer(f"CREATE DATABASE {self._name} TEMPLATE {_TEMPLATE}")
        return await self._furnish(self._sibling(self._name), f"Bench practice {self._made}", _ADMIN, allowance)

    async def another(self, practice: Practice, allowance: int) -> Practice:
        """Create one more practice in a practice's database."""
        self._made += 1
        admin = f"wilhelm.{self._made}@bench.example"
        return await self._furnish(practice.url, f"Further practice {self._made}", admin, allowance)

    async def _furnish(self, url: str, name: str, admin: str, allowance: int) -> Practice:
        database = Database(url, pool_size=1)
        try:
            colleagues = Colleagues(database)
            practice_id, colleague_id = await colleagues.create_practice(
                # Ids of runs are made of the practice's name; all runs are in one Temporal namespace.
                name=name,
                plan=Plan.ADVANCED,
                allowance=allowance,
                time_zone="Europe/London",
                admin_email=admin,
            )
            return Practice(
                url, practice_id, colleague_id, (await Tokens(database).create_for(admin, name="For the API")).secret
            )
        finally:
            await database.close()

    async def checkpoint(self) -> None:
        """Write all changes to disk (CHECKPOINT), so that the next run is not slowed down by that."""
        await self._administer("CHECKPOINT")

    async def _administer(self, statement: str) -> None:
        connection = await connect(self._url)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    def _sibling(self, name: str) -> str:
        return make_url(self._url).set(database=name).render_as_string(hide_password=False)


async def connect(url: str) -> "asyncpg.Connection[asyncpg.Record]":
    """Connect with asyncpg by a URL that names SQLAlchemy's driver."""
    return await asyncpg.connect(url.replace("+asyncpg", ""))


async def add_grant(practice: Practice) -> UUID:
    """Create a grant for connections, for runs that keep their tokens elsewhere."""
    grant = Grant(
        provider=PROVIDER,
        account_key="bench",
        label="Bench",
        sealed_secret=b"",
        access_expires_at=datetime.now(UTC),
    )
    database = Database(practice.url, pool_size=1)
    try:
        async with database.transaction() as session:
            session.add(grant)
    finally:
        await database.close()
    return grant.id


async def count_rows(practice: Practice) -> dict[str, int]:
    """The number of rows, by table."""
    connection = await connect(practice.url)
    try:
        return {table: await connection.fetchval(f"SELECT count(*) FROM {table}") for table in COUNTED}  # noqa: S608  # our own tables' names
    finally:
        await connection.close()
