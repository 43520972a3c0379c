"""Shared fixtures: a real PostgreSQL for the whole run, a fresh database for each test, a key ring."""

from collections.abc import AsyncIterator
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio
from sqlalchemy import make_url

from models import schema
from models.database import Database
from models.encryption import Sealer
from runtime.embedded_postgres import start_postgres
from runtime.keyring import KeyRing
from runtime.ports import Ports
from runtime.processes import Supervisor

THROWN_AWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@pytest_asyncio.fixture(scope="session")
async def postgres_url(tmp_path_factory) -> AsyncIterator[str]:
    """A server of its own, with no tables in the database that this names."""
    directory = tmp_path_factory.mktemp("postgres")
    async with Supervisor(directory / "logs") as supervisor:
        _, url = await start_postgres(supervisor, Ports(directory / "ports.json"), directory, THROWN_AWAY)
        yield url


async def administer(postgres_url: str, statement: str) -> None:
    connection = await asyncpg.connect(postgres_url.replace("+asyncpg", ""))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest_asyncio.fixture(scope="session")
async def migrated(postgres_url) -> str:
    """The name of a database that the migrations made; it is copied, never used."""
    await administer(postgres_url, "CREATE DATABASE migrated")
    await schema.upgrade(sibling(postgres_url, "migrated"))
    return "migrated"


def sibling(postgres_url: str, name: str) -> str:
    """The URL of another database on the same server."""
    return make_url(postgres_url).set(database=name).render_as_string(hide_password=False)


@pytest_asyncio.fixture
async def database_url(postgres_url, migrated) -> AsyncIterator[str]:
    """A database with every table and no rows, for one test."""
    name = f"test_{uuid4().hex}"
    await administer(postgres_url, f"CREATE DATABASE {name} TEMPLATE {migrated}")
    yield sibling(postgres_url, name)
    await administer(postgres_url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest_asyncio.fixture
async def database(database_url) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    await database.close()


@pytest_asyncio.fixture
async def second_database(database_url) -> AsyncIterator[Database]:
    """The same database through a pool of its own, as another process has it."""
    database = Database(database_url)
    yield database
    await database.close()


@pytest.fixture(scope="session")
def sealer() -> Sealer:
    return KeyRing.parse(f"only:{KeyRing.generate_key()}")
