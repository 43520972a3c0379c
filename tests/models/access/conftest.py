"""Another colleague of the practice, for what is one person's own."""

from uuid import UUID

import pytest_asyncio

from models.kit.database import Database
from models.practices.writes import create_colleague
from tests.models.conftest import House


@pytest_asyncio.fixture
async def lee(database: Database, house: House) -> UUID:
    async with database.transaction() as session:
        return (await create_colleague(session, house.practice.id, email="lee@harbour.test", name="Lee")).id
