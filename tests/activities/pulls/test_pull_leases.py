"""A pull keeps its lease while it reads, and stores nothing once that is somebody else's."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.pulls.standard_information import StandardInformationActivities
from activities.shared.token_store import TokenStore
from contracts.payloads.sync_client import BUSY, PullClientInput, PullClientsInput, PullClientsResult
from contracts.words.lists import RowKind
from contracts.words.runs import Action, RunKind, Stage, Verdict
from contracts.words.standard_information import Row
from models.clients.tables import Client
from models.connections import leases
from models.connections.leases import LEASE
from models.connections.tables import Connection
from models.kit.database import Database
from models.kit.sealing import Sealer
from models.runs.tables import Run, RunOrganisation
from providers.port.feeds import Feed
from providers.port.provider import Page
from providers.xero import feeds
from tests.models.conftest import NOON, HandClock, House, a_connection
from tests.models.rows import account, contact, profile
from tests.second_provider import A_PERSONS

OTHER = "somebody-else"
RUN = "a-run"
SOURCES = (RowKind.ACCOUNTS, RowKind.CONTACTS)
MADE: dict[Feed, Callable[[str, str], Row]] = {feeds.ACCOUNTS: account, feeds.CONTACTS: contact}


class Books:
    """Accounting software with two pages of each feed; something may happen while the first is on its way."""

    name, title, feeds, capabilities = "xero", "Xero", feeds.FEEDS, A_PERSONS

    def __init__(self) -> None:
        self.meanwhile: Callable[[str], Awaitable[None]] | None = None

    async def read(
        self, _tokens: object, organisation_id: str, feed: Feed, _since: object, *_more: object, **_named: object
    ) -> AsyncIterator[Page]:
        if self.meanwhile is not None:
            await self.meanwhile(organisation_id)
        if feed is feeds.ORGANISATION:
            yield Page([profile(organisation_id)])
            return
        for number in range(2):
            yield Page([MADE[feed](f"{number}", f"No {number}")], is_last=number == 1)


class Pulls:
    """A client, who may read it, and a clock that stands still."""

    def __init__(self, database: Database, sealer: Sealer, house: House) -> None:
        self.database, self.house, self.clock, self.books = database, house, HandClock(), Books()
        providers: Any = {"xero": self.books}
        tokens = TokenStore(database, sealer, now=self.clock)
        self.activities = StandardInformationActivities(database, providers, tokens, self.clock)

    async def pull(self, sources: tuple[RowKind, ...] = SOURCES) -> None:
        asked = PullClientInput(connection_id=self.house.connection_id, pull_id="a-pull", sources=sources)
        await ActivityEnvironment().run(self.activities.pull_client, asked)

    async def other_takes(self, connection_id: UUID) -> bool:
        async with self.database.transaction() as session:
            return bool(await leases.claim(session, (connection_id,), OTHER, self.clock.at))

    async def stored(self) -> list[tuple[str, int]]:
        async with self.database.engine.connect() as connection:
            found = await connection.exec_driver_sql(
                "SELECT organisation_id, count(a.key) FROM connections c LEFT JOIN accounts a ON a.connection_id = c.id"
                " WHERE practice_id = $1 GROUP BY organisation_id ORDER BY organisation_id",
                (self.house.practice.id,),
            )
            return [(row["organisation_id"], row["count"]) for row in found.mappings()]

    async def lease(self) -> tuple[str | None, datetime | None]:
        async with self.database.session() as session:
            connection = await session.get_one(Connection, self.house.connection_id)
            return connection.pull_holder, connection.pull_until


@pytest_asyncio.fixture
async def pulls(database: Database, sealer: Sealer, house: House) -> Pulls:
    return Pulls(database, sealer, house)


async def test_a_long_reading_keeps_its_lease(pulls: Pulls, monkeypatch: pytest.MonkeyPatch):
    taken: list[bool] = []

    async def long(
        _tokens: object, _organisation_id: str, feed: Feed, _since: object, *_more: object, **_named: object
    ) -> AsyncIterator[Page]:
        for number in range(20):
            pulls.clock.at += LEASE / 3
            yield Page([MADE[feed](f"{number}", "No")], is_last=number == 19)
            taken.append(await pulls.other_takes(pulls.house.connection_id))

    monkeypatch.setattr(pulls.books, "read", long)
    await pulls.pull((RowKind.ACCOUNTS,))  # of two, one would move the clock on while the other's renewal is under way
    assert len(taken) == 20
    assert not any(taken)
    assert await pulls.stored() == [("org-1", 20)]
    assert await pulls.lease() == (None, None)


async def test_a_pull_that_was_silent_for_too_long_stores_nothing_over_somebody_else_s(pulls: Pulls):
    silent = asyncio.Lock()  # the feeds are read at once, and whichever goes on renews the lease

    async def silence(_: str) -> None:
        async with silent:
            if pulls.clock.at == NOON:
                pulls.clock.at += LEASE + timedelta(seconds=1)
                assert await pulls.other_takes(pulls.house.connection_id)

    pulls.books.meanwhile = silence
    with pytest.raises(ApplicationError) as told:
        await pulls.pull()
    assert told.value.type == BUSY
    assert not told.value.non_retryable
    assert await pulls.stored() == [("org-1", 0)]
    async with pulls.database.engine.connect() as connection:
        read = await connection.exec_driver_sql("SELECT count(*) FROM receipts WHERE pulled_at IS NOT NULL")
        assert read.scalar_one() == 0
    assert await pulls.lease() == (OTHER, pulls.clock.at + LEASE)


async def test_a_lease_that_ran_out_is_good_while_nobody_takes_it(pulls: Pulls):
    async def silence(_: str) -> None:
        pulls.clock.at = NOON + LEASE + timedelta(seconds=1)

    pulls.books.meanwhile = silence
    await pulls.pull()
    assert await pulls.stored() == [("org-1", 2)]


async def test_a_client_that_is_limited_gives_its_lease_back(pulls: Pulls):
    async with pulls.database.engine.begin() as connection:
        limited = "UPDATE connections SET limited_until = '2099-01-01' WHERE practice_id = $1"
        await connection.exec_driver_sql(limited, (pulls.house.practice.id,))
    with pytest.raises(ApplicationError) as told:
        await pulls.pull()
    assert told.value.type == "rate_limited"
    assert await pulls.lease() == (None, None)


async def test_a_group_stores_those_whose_lease_it_has(pulls: Pulls):
    house = pulls.house
    async with pulls.database.transaction() as session:
        client = Client(practice_id=house.practice.id, name="Jones", code="JONE0002", owner_id=house.colleague.id)
        session.add(client)
        session.add(
            Run(
                id=RUN,
                practice_id=house.practice.id,
                colleague_id=house.colleague.id,
                provider="xero",
                kind=RunKind.ADD_CLIENTS,
                stage=Stage.PULLING,
            )
        )
        await session.flush()
        second = a_connection(house.practice.id, client.id, house.grant_id, "org-2")
        session.add(second)
        await session.flush()
        for place, connection_id in enumerate((house.connection_id, second.id)):
            session.add(
                RunOrganisation(
                    run_id=RUN,
                    organisation_id=f"org-{place + 1}",
                    position=place,
                    name="Smith",
                    grant_id=house.grant_id,
                    connection_id=connection_id,
                    verdict=Verdict.NEW,
                    action=Action.CREATE,
                )
            )

    silent = asyncio.Lock()  # the clients are read at once, and whichever goes on renews the lease on all

    async def silence(_: str) -> None:
        async with silent:
            if pulls.clock.at == NOON:
                pulls.clock.at += LEASE + timedelta(seconds=1)
                assert await pulls.other_takes(house.connection_id)

    pulls.books.meanwhile = silence
    async with pulls.database.engine.begin() as connection:
        chosen = "UPDATE connections SET list_names = '{accounts}' WHERE practice_id = $1"
        await connection.exec_driver_sql(chosen, (house.practice.id,))
    asked = PullClientsInput(connection_ids=(house.connection_id, second.id), pull_id="a-pull", run_id=RUN)
    pulled: PullClientsResult = await ActivityEnvironment().run(pulls.activities.pull_clients, asked)
    assert pulled.left == (house.connection_id,)
    assert await pulls.stored() == [("org-1", 0), ("org-2", 2)]
    assert await pulls.lease() == (OTHER, pulls.clock.at + LEASE)
