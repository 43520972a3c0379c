"""Tests of migrations have a database each: they take tables apart, and what they put together again differs."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest_asyncio

from tests.conftest import administer, migrated_database


@pytest_asyncio.fixture
async def database_url(migrated_server: str) -> AsyncIterator[str]:
    """A database of the test's own, with every table and no rows."""
    name = f"migrations_{uuid4().hex}"
    yield await migrated_database(migrated_server, name)
    await administer(migrated_server, f"DROP DATABASE {name} WITH (FORCE)")
