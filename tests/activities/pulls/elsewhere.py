"""A client with books elsewhere, arranged otherwise than the first provider's, and pulls of them by a clock."""

from collections.abc import Iterable
from datetime import timedelta

import pytest_asyncio
from sqlmodel import select
from temporalio.testing import ActivityEnvironment

from activities.pulls.standard_information import StandardInformationActivities
from activities.shared.token_store import TokenStore
from contracts.payloads.sync_client import PullClientInput, PullClientResult
from contracts.words.lists import ListName, RowKind
from models.connections import receipts
from models.connections.tables import Connection, Receipt
from models.events.tables import Event
from models.kit.database import Database
from models.kit.sealing import Sealer
from models.lists.reads import read_list
from tests.models.conftest import LATER, NOON, HandClock, House
from tests.models.rows import account, contact, item, profile
from tests.second_provider import BANKS, BUYERS, COMPANY, GOODS, LEDGER, STOCK, VENDORS, Second

BEFORE = NOON - timedelta(days=30)


class Pulls:
    """A client with books elsewhere, who may read them, and a clock that stands still."""

    def __init__(self, database: Database, sealer: Sealer, house: House) -> None:
        self.database, self.house, self.clock, self.second = database, house, HandClock(), Second()
        tokens = TokenStore(database, sealer, now=self.clock)
        self.activities = StandardInformationActivities(database, {"second": self.second}, tokens, self.clock)
        self._pulls = 0

    async def pull(self, sources: Iterable[RowKind] = (), *, is_incremental: bool = False) -> PullClientResult:
        self._pulls += 1
        self.second.asked.clear()
        asked = PullClientInput(
            connection_id=self.house.connection_id,
            pull_id=f"pull-{self._pulls}",
            sources=tuple(sources),
            is_incremental=is_incremental,
        )
        pulled: PullClientResult = await ActivityEnvironment().run(self.activities.pull_client, asked)
        return pulled

    async def night(self) -> PullClientResult:
        self.clock.at = LATER
        return await self.pull(is_incremental=True)

    async def names(self, name: ListName) -> list[str]:
        async with self.database.session() as session:
            of = self.house.practice.id, self.house.client_id, name
            page = await read_list(session, *of, limit=100, offset=0)
        assert page.receipt is None or page.receipt.rows == page.total
        return [row.model_dump()["name"] for row in page.rows]

    async def receipts(self) -> dict[ListName, Receipt]:
        async with self.database.session() as session:
            return await receipts.receipts_of(session, self.house.connection_id)

    async def connection(self) -> Connection:
        async with self.database.session() as session:
            return await session.get_one(Connection, self.house.connection_id)

    async def told(self) -> int:
        """How many events tell that lists were read, after the first pull."""
        query = select(Event).where(Event.kind == "connection.refreshed")
        async with self.database.session() as session:
            return len((await session.exec(query)).all()) - 1

    async def change(self, **values: object) -> None:
        async with self.database.transaction() as session:
            connection = await session.get_one(Connection, self.house.connection_id)
            for name, value in values.items():
                setattr(connection, name, value)
            session.add(connection)


@pytest_asyncio.fixture
async def pulls(database: Database, sealer: Sealer, house: House) -> Pulls:
    made = Pulls(database, sealer, house)
    await made.change(provider="second")
    second = made.second
    second.keep(COMPANY, profile("org-1"), BEFORE)
    second.keep(LEDGER, account("sales", "Sales"), BEFORE)
    second.keep(LEDGER, account("current", "Poorer"), BEFORE)
    second.keep(BANKS, account("current", "Current", bank=True), BEFORE)
    for key in ("apples", "pears"):
        second.keep(GOODS, item(key, key), BEFORE)
    for key, name in (("pears", "pears in stock"), ("plums", "plums in stock")):
        second.keep(STOCK, item(key, name, 3), BEFORE)
    second.keep(VENDORS, contact("v-1", "Vera"), BEFORE)
    second.keep(BUYERS, contact("b-1", "Bert", supplier=False, customer=True), BEFORE)
    return made
