"""A long list that is interrupted goes on at its next page, reads none twice, and is stored as if it was not."""

from collections.abc import AsyncIterator, Callable
from contextlib import nullcontext
from datetime import datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.pulls.readings import Readings
from activities.pulls.standard_information import StandardInformationActivities
from activities.shared.progress import LastProgress, begin
from activities.shared.token_store import TokenStore
from contracts.payloads.sync_client import BUSY, PullClientInput
from contracts.words.causes import Cause
from contracts.words.connections import ContactsChoice
from contracts.words.lists import PROFILE, ListName, RowKind
from contracts.words.standard_information import Contact
from models.connections import receipts
from models.connections.settings import change_settings
from models.connections.tables import Connection, Receipt
from models.kit.database import Database
from models.kit.sealing import Sealer
from models.lists import stagings
from models.lists.stagings import Place
from providers.port.errors import NeedsPerson, ProviderError, RateLimited, Unavailable
from providers.port.feeds import Feed
from providers.port.provider import Page
from providers.xero import feeds
from rules.lists.staging import RESUMED_WITHIN, STAGED_FROM
from tests.models.conftest import LATER, HandClock, House
from tests.models.rows import contact

PAGES, SIZE = 5, STAGED_FROM
OTHER = "somebody-else"


class Killed(BaseException):
    """The worker's process is gone."""


class Books:
    """Accounting software with a long list of contacts; something may happen before a page is given."""

    name, title, feeds = "xero", "Xero", feeds.FEEDS

    def __init__(self) -> None:
        self.pages = [[self.one(page, n) for n in range(SIZE)] for page in range(PAGES)]
        self.asked: list[int] = []
        self.before: Callable[[int], None] = lambda _: None
        self.expected: int | None = PAGES * SIZE

    @staticmethod
    def one(page: int, number: int) -> Contact:
        is_supplier = number % 2 == 0
        return contact(f"{page}-{number}", f"No {number}", supplier=is_supplier, customer=not is_supplier)

    async def read(
        self, _tokens: object, _of: str, feed: Feed, _since: datetime | None, cursor: str | None = None
    ) -> AsyncIterator[Page]:
        assert feed is feeds.CONTACTS
        for place in range(int(cursor or 0), len(self.pages)):
            self.before(place)
            self.asked.append(place)
            is_last = place == len(self.pages) - 1
            following = None if is_last else str(place + 1)
            yield Page(self.pages[place], is_last, cursor=following, expected=self.expected if is_last else None)


class Pulls:
    """A client with such books, and a clock that stands still."""

    def __init__(self, database: Database, sealer: Sealer, house: House) -> None:
        self.database, self.house, self.clock, self.books = database, house, HandClock(), Books()
        providers: Any = {"xero": self.books}
        self._make = lambda: StandardInformationActivities(
            database, providers, TokenStore(database, sealer, now=self.clock), self.clock
        )

    async def pull(self, pull_id: str = "a-pull", *, is_incremental: bool = False) -> None:
        """By a worker that has just begun."""
        asked = PullClientInput(
            connection_id=self.house.connection_id,
            pull_id=pull_id,
            sources=(RowKind.CONTACTS,),
            is_incremental=is_incremental,
        )
        self.books.asked.clear()
        await ActivityEnvironment().run(self._make().pull_client, asked)

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
            asked = "SELECT key, name, is_supplier, in_customers, record FROM contacts WHERE gone_at IS NULL ORDER BY 1"
            return [tuple(row) for row in await connection.exec_driver_sql(asked)]

    async def waiting(self) -> int:
        async with self.database.engine.connect() as connection:
            found: int = (await connection.exec_driver_sql("SELECT count(*) FROM staged_contacts")).scalar_one()
        return found

    async def receipt(self) -> Receipt:
        async with self.database.session() as session:
            return (await receipts.receipts_of(session, self.house.connection_id))[ListName.SUPPLIERS]

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
        return sorted((row.key, row.name, row.is_supplier, row.in_customers, row.record) for row in rows.values())


@pytest_asyncio.fixture
async def pulls(database: Database, sealer: Sealer, house: House) -> Pulls:
    return Pulls(database, sealer, house)


def limited(pulls: Pulls) -> ProviderError:
    return RateLimited("minute", pulls.clock.at + timedelta(seconds=30))


@pytest.mark.parametrize("error", [limited, lambda _: Unavailable("HTTP 503"), lambda _: Killed()])
async def test_it_goes_on_at_its_page(pulls: Pulls, error: Callable[[Pulls], BaseException]):
    assert await pulls.interrupted(3, error(pulls)) == [0, 1, 2]
    assert await pulls.stored() == []
    assert await pulls.waiting() == 3 * SIZE
    pulls.clock.at += timedelta(minutes=1)
    await pulls.pull()
    assert pulls.books.asked == [3, 4]
    assert await pulls.stored() == pulls.expected()
    assert await pulls.waiting() == 0
    told = await pulls.receipt()
    assert (told.rows, told.added, told.cause) == (PAGES * SIZE // 2, PAGES * SIZE // 2, None)


async def test_all_that_came_is_not_asked_for_again(pulls: Pulls, monkeypatch: pytest.MonkeyPatch):
    def dies(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr("activities.pulls.long_lists.stagings.finish", dies)
        with pytest.raises((Killed, BaseExceptionGroup)):
            await pulls.pull()
    await pulls.pull()
    assert pulls.books.asked == []
    assert await pulls.stored() == pulls.expected()


async def test_another_pull_and_an_old_staging_begin_anew(pulls: Pulls):
    await pulls.interrupted(2, Killed())
    await pulls.change(pull_holder=None)
    await pulls.pull("another-pull")
    assert pulls.books.asked == [0, 1, 2, 3, 4]
    await pulls.interrupted(2, Killed())
    pulls.clock.at += RESUMED_WITHIN + timedelta(seconds=1)
    await pulls.pull()
    assert pulls.books.asked == [0, 1, 2, 3, 4]
    assert await pulls.stored() == pulls.expected()
    assert await pulls.waiting() == 0


async def test_who_comes_on_two_pages_counts_once_and_who_is_missing_is_asked_for(pulls: Pulls):
    pulls.books.pages[4][0] = pulls.books.one(0, 0)._replace(name="Renamed")
    with pytest.raises(ApplicationError):  # one fewer than the provider counts, twice
        await pulls.pull()
    assert pulls.books.asked == [0, 1, 2, 3, 4] * 2
    assert await pulls.stored() == []
    pulls.books.expected = PAGES * SIZE - 1
    await pulls.pull("another-pull")
    assert await pulls.stored() == pulls.expected()
    assert [row[1] for row in await pulls.stored() if row[0] == "0-0"] == ["Renamed"]


async def test_a_list_that_lost_many_is_read_twice_before_it_is_believed(pulls: Pulls):
    await pulls.pull("first")
    del pulls.books.pages[1:3]
    pulls.books.expected = None
    pulls.clock.at = LATER
    await pulls.pull("second")
    assert pulls.books.asked == [0, 1, 2] * 2
    assert await pulls.stored() == pulls.expected()
    assert (await pulls.receipt()).gone == SIZE


async def test_suppliers_alone_are_counted_among_all(pulls: Pulls):
    await pulls.change(contacts=ContactsChoice.SUPPLIERS)
    await pulls.pull()
    assert len(await pulls.stored()) == PAGES * SIZE // 2
    assert (await pulls.receipt()).rows == PAGES * SIZE // 2


async def test_of_a_list_that_is_short_by_now_no_page_waits(pulls: Pulls):
    await pulls.interrupted(3, Killed())
    pulls.books.pages, pulls.books.expected = [[pulls.books.one(0, 0)]], None
    await pulls.change(pull_holder=None)
    await pulls.pull("another-pull")
    assert (await pulls.stored(), await pulls.waiting()) == (pulls.expected(), 0)
    # Nor where the first answer is long and doubted, and the second is short.
    pulls.books.pages, pulls.books.expected = Books().pages, PAGES * SIZE + 1

    def shrink(page: int) -> None:
        if pulls.books.asked == [0, 1, 2, 3, 4]:
            pulls.books.pages, pulls.books.expected = [[]], None

    pulls.books.before = shrink
    await pulls.pull("a-third")
    assert pulls.books.asked == [0, 1, 2, 3, 4, 0]
    assert (await pulls.stored(), await pulls.waiting()) == ([], 0)


@pytest.mark.parametrize("size", [SIZE, 10])
async def test_a_choice_that_is_changed_while_its_list_is_read_holds(pulls: Pulls, size: int):
    pulls.books.pages = [page[:size] for page in pulls.books.pages]
    pulls.books.expected = PAGES * size
    original = pulls.books.read

    async def slow(*given: Any, **more: Any) -> AsyncIterator[Page]:
        async for page in original(*given, **more):
            if page.is_last:
                await pulls.choose(ContactsChoice.SUPPLIERS)
            yield page

    pulls.books.read = slow  # type: ignore[method-assign]
    with pytest.raises(ApplicationError) as told:
        await pulls.pull()
    assert told.value.type == BUSY
    pulls.books.read = original  # type: ignore[method-assign]
    await pulls.pull()
    assert pulls.books.asked == [0, 1, 2, 3, 4]
    assert len(await pulls.stored()) == PAGES * size // 2
    assert await pulls.waiting() == 0


@pytest.mark.parametrize("is_done", [True, False])
async def test_a_try_that_has_been_replaced_stores_nothing(pulls: Pulls, is_done: bool):
    """It stood still for so long that another worker went on; then it wakes up."""
    original = pulls.books.read

    async def slow(*given: Any, **more: Any) -> AsyncIterator[Page]:
        async for page in original(*given, **more):
            yield page
            if len(pulls.books.asked) == 2 and not more:
                pulls.books.read = original  # type: ignore[method-assign]
                await (pulls.pull() if is_done else pulls.interrupted(3, Killed()))

    pulls.books.read = slow  # type: ignore[method-assign]
    with pytest.raises(ApplicationError) as told:
        await pulls.pull()
    assert told.value.type == BUSY
    if not is_done:
        assert await pulls.stored() == []
        assert await pulls.waiting() == 3 * SIZE
        await pulls.pull()
        assert pulls.books.asked == [3, 4]
    assert await pulls.stored() == pulls.expected()
    assert await pulls.waiting() == 0


async def test_what_another_try_has_changed_at_the_very_moment_is_read_anew(
    pulls: Pulls, monkeypatch: pytest.MonkeyPatch
):
    await pulls.interrupted(3, Killed())
    take_over = stagings.take_over

    async def too_late(*given: Any) -> Place | None:
        await take_over(*given)
        return await take_over(*given)

    with monkeypatch.context() as patched:
        patched.setattr("activities.pulls.long_lists.stagings.take_over", too_late)
        await pulls.pull()
    assert pulls.books.asked == [0, 1, 2, 3, 4]
    assert await pulls.stored() == pulls.expected()
    assert await pulls.waiting() == 0


@pytest.mark.parametrize("cause", [Cause.ROLE_TOO_LOW, Cause.ACCESS_LOST])
async def test_of_what_a_person_has_to_mend_first_no_page_waits(pulls: Pulls, cause: Cause):
    def refused(page: int) -> None:
        if page == 3:
            raise NeedsPerson(cause, "no")

    pulls.books.before = refused
    with nullcontext() if cause.is_of_list else pytest.raises(ApplicationError):
        await pulls.pull()
    assert pulls.books.asked == [0, 1, 2]
    assert (await pulls.receipt()).cause is cause
    assert await pulls.waiting() == 0


async def test_of_other_books_no_page_waits_though_a_list_was_only_interrupted():
    wrong, away = NeedsPerson(Cause.WRONG_ORGANISATION, "no"), Unavailable("HTTP 503")
    contacts, accounts = RowKind.CONTACTS.lists, RowKind.ACCOUNTS.lists
    assert Readings(errors={PROFILE: wrong, contacts: away}).are_given_up
    assert not Readings(errors={accounts: NeedsPerson(Cause.ROLE_TOO_LOW, "no"), contacts: away}).are_given_up


async def test_heartbeats_tell_how_far_it_has_got_and_no_record(pulls: Pulls):
    told = LastProgress()
    begin(told)
    await pulls.pull()
    assert told.where == f"contacts of {pulls.house.connection_id}: page {PAGES}"
