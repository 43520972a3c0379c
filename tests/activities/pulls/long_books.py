"""A client with a long list of contacts or items, and pulls of it that something interrupts."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Any

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.pulls.standard_information import StandardInformationActivities
from activities.shared.token_store import TokenStore
from contracts.payloads.sync_client import PullClientInput, PullClientsInput
from contracts.words.connections import ContactsChoice
from contracts.words.lists import KIND_OF, RowKind
from contracts.words.standard_information import Contact, Item, Row
from models.connections import receipts
from models.connections.settings import change_settings
from models.connections.tables import Connection, Receipt
from models.kit.database import Database
from models.kit.sealing import Sealer
from providers.port.feeds import Feed
from providers.port.provider import Page
from providers.xero import feeds
from rules.lists.staging import SHORT
from tests.models.conftest import HandClock, House
from tests.models.rows import contact, item

PAGES, SIZE = 5, SHORT


class Killed(BaseException):
    """The worker's process is gone."""


class Books:
    """Accounting software with a long list of contacts; something may happen before a page is given."""

    name, title, feed, feeds = "xero", "Xero", feeds.CONTACTS, feeds.FEEDS

    def __init__(self) -> None:
        self.pages: list[list[Row]] = [[self.one(page, n) for n in range(SIZE)] for page in range(PAGES)]
        self.asked: list[int] = []
        self.before: Callable[[int], None] = lambda _: None
        self.expected: int | None = PAGES * SIZE

    @staticmethod
    def one(page: int, number: int) -> Contact | Item:
        is_supplier = number % 2 == 0
        return contact(f"{page}-{number}", f"No {number}", supplier=is_supplier, customer=not is_supplier)

    async def read(
        self,
        _tokens: object,
        _of: str,
        feed: Feed,
        _since: datetime | None,
        cursor: str | None = None,
        last: object = None,
    ) -> AsyncIterator[Page]:
        assert feed is self.feed
        for place in range(int(cursor or 0), len(self.pages)):
            self.before(place)
            self.asked.append(place)
            is_last = place == len(self.pages) - 1
            following = None if is_last else str(place + 1)
            yield Page(self.pages[place], is_last, cursor=following, expected=self.expected if is_last else None)


class BooksOfItems(Books):
    """The same with a long list of items."""

    feed = feeds.ITEMS

    @staticmethod
    def one(page: int, number: int) -> Item:
        return item(f"{page}-{number}", f"No {number}", number)


class Pulls:
    """A client with such books, and a clock that stands still."""

    def __init__(self, database: Database, sealer: Sealer, house: House, books: Books | None = None) -> None:
        self.database, self.house, self.clock, self.books = database, house, HandClock(), books or Books()
        (self.kind,) = {KIND_OF[name] for name in self.books.feed.fills}
        self.sources: tuple[RowKind, ...] = (self.kind,)
        providers: Any = {"xero": self.books}
        self._make = lambda: StandardInformationActivities(
            database, providers, TokenStore(database, sealer, now=self.clock), self.clock
        )

    async def pull(self, pull_id: str = "a-pull", *, is_incremental: bool = False) -> None:
        """By a worker that has just begun."""
        asked = PullClientInput(
            connection_id=self.house.connection_id,
            pull_id=pull_id,
            sources=self.sources,
            is_incremental=is_incremental,
        )
        self.books.asked.clear()
        await ActivityEnvironment().run(self._make().pull_client, asked)

    async def pull_in_group(self) -> None:
        """The same, together with others, of which there are none."""
        asked = PullClientsInput(connection_ids=(self.house.connection_id,), pull_id="a-pull")
        self.books.asked.clear()
        await ActivityEnvironment().run(self._make().pull_clients, asked)

    async def interrupted(self, at: int, error: BaseException) -> list[int]:
        def happens(page: int) -> None:
            if page == at:
                raise error

        self.books.before = happens
        with pytest.raises((ApplicationError, Killed, BaseExceptionGroup)):
            await self.pull()
        self.books.before = lambda _: None
        return [*self.books.asked]

    async def stored(self) -> list[tuple[Any, ...]]:
        async with self.database.engine.connect() as connection:
            asked = f"SELECT {self._columns} FROM {self.kind} WHERE gone_at IS NULL ORDER BY 1"  # noqa: S608  # our own
            return [tuple(row) for row in await connection.exec_driver_sql(asked)]

    async def waiting(self) -> int:
        async with self.database.engine.connect() as connection:
            asked = f"SELECT count(*) FROM staged_{self.kind}"  # noqa: S608  # our own name
            found: int = (await connection.exec_driver_sql(asked)).scalar_one()
        return found

    async def receipt(self) -> Receipt:
        async with self.database.session() as session:
            return (await receipts.receipts_of(session, self.house.connection_id))[self.kind.lists[0]]

    async def change(self, **values: object) -> None:
        async with self.database.transaction() as session:
            connection = await session.get_one(Connection, self.house.connection_id)
            for name, value in values.items():
                setattr(connection, name, value)
            session.add(connection)

    async def choose(self, contacts: ContactsChoice) -> None:
        async with self.database.transaction() as session:
            connection = await session.get_one(Connection, self.house.connection_id, with_for_update=True)
            wanted = {"contacts": contacts}
            by = self.house.colleague.id
            await change_settings(session, connection, wanted, colleague_id=by, at=self.clock.at)

    def expected(self) -> list[tuple[Any, ...]]:
        rows = {row.key: row for page in self.books.pages for row in page}
        return sorted(tuple(getattr(row, name) for name in self._columns.split(", ")) for row in rows.values())

    @property
    def _columns(self) -> str:
        own = "is_supplier, in_customers" if self.kind is RowKind.CONTACTS else "code, quantity_on_hand"
        return f"key, name, {own}, record"
