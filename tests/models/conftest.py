"""A practice with one connected client, and a second practice beside it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest_asyncio

from models.client import Client
from models.connection import Connection
from models.database import Database
from models.encryption import Sealer, StoredTokens
from models.grants import upsert_grant
from models.practice import Colleague, Practice
from models.practices import create_colleague, create_practice

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LATER = NOON + timedelta(days=1)


def tokens(number: int, expires_at: datetime = NOON + timedelta(minutes=30)) -> StoredTokens:
    return StoredTokens(
        access_token=f"access-{number}",
        refresh_token=f"refresh-{number}",
        expires_at=expires_at,
        scope=("openid", "offline_access"),
    )


@dataclass(frozen=True)
class House:
    practice: Practice
    colleague: Colleague
    other_practice: Practice
    other_colleague: Colleague
    grant_id: UUID
    client_id: UUID
    connection_id: UUID


@pytest_asyncio.fixture
async def house(database: Database, sealer: Sealer) -> House:
    async with database.transaction() as session:
        practice = await create_practice(session, "Harbour Lane")
        colleague = await create_colleague(session, practice.id, email="ada@harbour.test", name="Ada")
        other = await create_practice(session, "Mill Street")
        other_colleague = await create_colleague(session, other.id, email="bo@mill.test", name="Bo")
        grant = await upsert_grant(
            session,
            sealer,
            provider="xero",
            provider_user_id="user-1",
            display_name="Ada",
            tokens=tokens(1),
            practice_id=practice.id,
            colleague_id=colleague.id,
            at=NOON,
        )
        client = Client(practice_id=practice.id, name="Smith Ltd", code="SMIT0001", owner_id=colleague.id)
        session.add(client)
        await session.flush()
        connection = a_connection(practice.id, client.id, grant.id, "org-1")
        session.add(connection)
    return House(practice, colleague, other, other_colleague, grant.id, client.id, connection.id)


def a_connection(practice_id: UUID, client_id: UUID, grant_id: UUID, organisation_id: str) -> Connection:
    return Connection(
        practice_id=practice_id,
        client_id=client_id,
        provider="xero",
        organisation_id=organisation_id,
        organisation_name="Smith Ltd",
        grant_id=grant_id,
    )


async def until_blocked(database: Database, unless: Callable[[], bool]) -> None:
    """Wait until some transaction waits for another's lock, or something happened that makes it pointless."""
    waiting = """
        SELECT count(*) FROM pg_stat_activity
        WHERE wait_event_type = 'Lock' AND datname = current_database()
    """
    async with asyncio.timeout(20), database.engine.connect() as connection:
        while not unless() and not (await connection.exec_driver_sql(waiting)).scalar_one():
            await connection.rollback()


class HandClock:
    """A clock that stands still until it is set."""

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at
