"""A practice with one connected client, and a second practice beside it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from activities.shared.token_store import credential_of
from models.clients.tables import Client
from models.connections.tables import Connection
from models.events.tables import Event
from models.grants import fresh_tokens as refreshing
from models.grants import leases as grant_leases
from models.grants.fresh_tokens import fresh_tokens
from models.grants.tables import Grant
from models.grants.writes import upsert_grant
from models.kit.database import Database
from models.kit.sealing import Sealer, open_secret
from models.practices.tables import Colleague, Practice
from models.practices.writes import create_colleague, create_practice
from providers.port.credential import Credential
from tests.models.neighbours import NOON as NOON
from tests.models.neighbours import a_life, rows_of

LATER = NOON + timedelta(days=1)


def a_secret(number: int) -> bytes:
    return f"secret-{number}".encode()


def credential(
    number: int,
    expires_at: datetime = NOON + timedelta(minutes=30),
    *,
    account_key: str = "user-1",
    label: str = "Ada",
) -> Credential:
    return Credential(account_key, account_key, label, a_secret(number), expires_at)


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
        grant, client, connection = await a_client(session, sealer, colleague)
    return House(practice, colleague, other, other_colleague, grant.id, client.id, connection.id)


@pytest_asyncio.fixture
async def next_door(database: Database, sealer: Sealer, house: House) -> AsyncIterator[None]:
    """A third practice with the same books and a life of its own, of which nothing may have changed in the end."""
    async with database.transaction() as session:
        practice = await create_practice(session, "Quay Row")
        colleague = await create_colleague(session, practice.id, email="cy@quay.test", name="Cy")
        await a_life(session, await a_client(session, sealer, colleague, "user-next-door"), colleague)
    before = await rows_of(database, practice.id)
    yield
    assert await rows_of(database, practice.id) == before


async def a_client(
    session: AsyncSession, sealer: Sealer, colleague: Colleague, person: str = "user-1"
) -> tuple[Grant, Client, Connection]:
    grant = await upsert_grant(
        session,
        sealer,
        provider="xero",
        credential=credential(1, account_key=person),
        practice_id=colleague.practice_id,
        colleague_id=colleague.id,
        at=NOON,
    )
    client = Client(practice_id=colleague.practice_id, name="Smith Ltd", code="SMIT0001", owner_id=colleague.id)
    session.add(client)
    await session.flush()
    connection = a_connection(client.practice_id, client.id, grant.id, "org-1")
    session.add(connection)
    await session.flush()
    return grant, client, connection


def a_connection(practice_id: UUID, client_id: UUID, grant_id: UUID, organisation_id: str) -> Connection:
    return Connection(
        id=UUID(int=uuid4().int // 168 * 168),  # whose turn to be read whole is on Mondays at midnight
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
    async with asyncio.timeout(60), database.engine.connect() as connection:
        while not unless() and not (await connection.exec_driver_sql(waiting)).scalar_one():
            await connection.rollback()


class HandClock:
    """A clock that stands still until it is set."""

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at


AFTER_EXPIRY = NOON + timedelta(minutes=30)


class DeadError(Exception):
    pass


class Provider:
    """Rotates refresh tokens as a provider does: each is good once. Its answer arrives when it is let."""

    def __init__(self) -> None:
        self.good = b"secret-1"
        self.asked = 0
        self.refreshes = 0
        self.called = asyncio.Event()
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def refresh(self, old: Credential) -> Credential:
        self.asked += 1
        is_good = old.secret == self.good
        if is_good:
            self.refreshes += 1
            self.good = a_secret(self.refreshes + 1)
        answer = credential(self.refreshes + 1, LATER)
        self.called.set()
        await self.may_answer.wait()
        if not is_good:
            raise DeadError("used before")
        return answer


@pytest_asyncio.fixture
async def provider() -> Provider:
    return Provider()


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def fresh(house: House, sealer, provider: Provider, clock: HandClock):
    def ask(database: Database, rejected: bytes | None = None):
        return fresh_tokens(
            database,
            sealer,
            house.grant_id,
            provider.refresh,
            opened=credential_of,
            dead=DeadError,
            rejected=rejected,
            now=clock,
            leeway=timedelta(minutes=1),
        )

    return ask


async def stored(database: Database, house: House) -> Grant:
    async with database.session() as session:
        return await session.get_one(Grant, house.grant_id)


async def kinds_of_events(database: Database) -> list[str]:
    async with database.session() as session:
        return list((await session.exec(select(Event.kind).order_by(col(Event.id)))).all())


async def sign_in(database: Database, sealer, house: House, number: int, **more) -> Grant:
    asked = {"practice_id": house.practice.id, "colleague_id": house.colleague.id, "at": LATER, **more}
    async with database.transaction() as session:
        return await upsert_grant(
            session,
            sealer,
            provider="xero",
            credential=credential(number, LATER, label="Ada L"),
            **asked,
        )


async def kept_by(database: Database, sealer, house: House) -> Credential:
    grant = await stored(database, house)
    return credential_of(grant, open_secret(sealer, grant.id, grant.sealed_secret))


SOON = timedelta(milliseconds=20)


@pytest.fixture
def looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (grant_leases, refreshing):
        monkeypatch.setattr(module, "LOOKED_EVERY", SOON)


@pytest.fixture
def expired(clock: HandClock) -> None:
    clock.at = AFTER_EXPIRY
