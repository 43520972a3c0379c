"""A long list that is interrupted goes on at its next page, reads none twice, and is stored as if it was not.

Where there is room in memory, a list of a few pages is kept there and stored just the same; a kill costs its pages.
"""

from collections.abc import AsyncIterator, Callable, Hashable
from contextlib import asynccontextmanager, nullcontext
from datetime import timedelta
from typing import Any, cast

import pytest
import pytest_asyncio
from temporalio.exceptions import ApplicationError

from activities.pulls import long_lists
from activities.pulls.kept_rows import Room
from activities.pulls.long_lists import LongLists, WantedFeed
from activities.pulls.readings import Besides, Claimed, Readings
from activities.shared.progress import LastProgress, begin
from contracts.payloads.sync_client import BUSY
from contracts.words.causes import Cause
from contracts.words.connections import ContactsChoice
from contracts.words.lists import KIND_OF, PROFILE, RowKind
from models.kit.database import Database
from models.kit.sealing import Sealer
from models.lists import stagings
from models.lists.stagings import Place
from providers.kit.fair_semaphore import FairSemaphore
from providers.port.credential import CredentialSource
from providers.port.errors import NeedsPerson, ProviderError, RateLimited, Unavailable
from providers.port.provider import Page, Provider
from rules.lists.staging import KEPT_PAGES, RESUMED_WITHIN
from tests.activities.pulls.long_books import PAGES, SIZE, Books, BooksOfItems, Killed, Pulls
from tests.models.conftest import LATER, House, a_connection


@pytest_asyncio.fixture
async def pulls(database: Database, sealer: Sealer, house: House, monkeypatch: pytest.MonkeyPatch) -> Pulls:
    """Of a process without room in memory."""
    has_room(monkeypatch, 0)
    return Pulls(database, sealer, house)


def has_room(monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    monkeypatch.setattr(long_lists, "Room", lambda: Room(rows))


room = pytest.mark.parametrize("rows", [0, PAGES * SIZE - 1, PAGES * SIZE], ids=["no-room", "nearly", "room"])


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


async def test_a_long_list_of_items_goes_on_at_its_page_too(
    database: Database, sealer: Sealer, house: House, monkeypatch: pytest.MonkeyPatch
):
    has_room(monkeypatch, 0)
    pulls = Pulls(database, sealer, house, BooksOfItems())
    assert await pulls.interrupted(3, Killed()) == [0, 1, 2]
    assert (await pulls.stored(), await pulls.waiting()) == ([], 3 * SIZE)
    await pulls.pull()
    assert pulls.books.asked == [3, 4]
    assert await pulls.stored() == pulls.expected()
    assert await pulls.waiting() == 0
    assert (await pulls.receipt()).rows == PAGES * SIZE


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


@room
async def test_who_comes_on_two_pages_counts_once_and_who_is_missing_is_asked_for(
    pulls: Pulls, rows: int, monkeypatch: pytest.MonkeyPatch
):
    has_room(monkeypatch, rows)
    pulls.books.pages[4][0] = pulls.books.one(0, 0)._replace(name="Renamed")
    with pytest.raises(ApplicationError):  # one fewer than the provider counts, twice
        await pulls.pull()
    assert pulls.books.asked == [0, 1, 2, 3, 4] * 2
    assert await pulls.stored() == []
    pulls.books.expected = PAGES * SIZE - 1
    await pulls.pull("another-pull")
    assert await pulls.stored() == pulls.expected()
    assert [row[1] for row in await pulls.stored() if row[0] == "0-0"] == ["Renamed"]


@room
async def test_a_list_that_lost_many_is_read_twice_before_it_is_believed(
    pulls: Pulls, rows: int, monkeypatch: pytest.MonkeyPatch
):
    has_room(monkeypatch, rows)
    await pulls.pull("first")
    del pulls.books.pages[1:3]
    pulls.books.expected = None
    pulls.clock.at = LATER
    await pulls.pull("second")
    assert pulls.books.asked == [0, 1, 2] * 2
    assert await pulls.stored() == pulls.expected()
    assert (await pulls.receipt()).gone == SIZE


@room
async def test_suppliers_alone_are_counted_among_all(pulls: Pulls, rows: int, monkeypatch: pytest.MonkeyPatch):
    has_room(monkeypatch, rows)
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
            if len(pulls.books.asked) == 2 and not more["cursor"]:
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
    items, refused = RowKind.ITEMS.lists, NeedsPerson(Cause.ROLE_TOO_LOW, "no")
    assert {*contacts, *items} <= {*Readings(errors={PROFILE: wrong, contacts: away}).given_up}
    assert not Readings(errors={accounts: refused, contacts: away}).given_up
    assert {*Readings(errors={items: refused, contacts: away}).given_up} == {*items}, "contacts go on at their page"


async def test_heartbeats_tell_how_far_it_has_got_and_no_record(pulls: Pulls):
    told = LastProgress()
    begin(told)
    await pulls.pull()
    assert told.where == f"contacts of {pulls.house.connection_id}: page {PAGES}"


class Kept:
    """A lease that is never lost."""

    async def keep(self) -> None:
        pass


class Turns(FairSemaphore):
    """Remembers whether it was asked for a turn."""

    asked = False

    @asynccontextmanager
    async def of(self, caller: Hashable, place: int = 0) -> AsyncIterator[None]:
        type(self).asked = True
        async with super().of(caller, place):
            yield


async def test_whether_pages_wait_for_a_turn_is_known_by_what_came_last_of_their_kind(
    database: Database, house: House, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(long_lists, "FairSemaphore", Turns)
    process = LongLists(database)
    connection = a_connection(house.practice.id, house.client_id, house.grant_id, "org-3")
    claimed = Claimed(connection, (), house.grant_id, "a-pull")
    lease: Any = Kept()

    async def waits(books: Books, rows: int) -> bool:
        books.pages, books.expected, Turns.asked = [[books.one(0, n) for n in range(rows)]], rows, False
        wanted = WantedFeed(claimed, KIND_OF[books.feed.fills[0]].lists, books.feed, None)
        await process.read(
            cast("Provider", books), cast("CredentialSource", None), wanted, lease, Besides(), LATER, is_again=False
        )
        return Turns.asked

    contacts, items = Books(), BooksOfItems()
    assert not await waits(items, 8), "few have many"
    assert [await waits(contacts, 8) for _ in range(6)] == [True] * 5 + [False]
    assert not await waits(items, 3_000)
    assert await waits(items, 8)
    assert not await waits(contacts, 8)


async def test_a_list_of_few_pages_is_kept_and_a_kill_costs_them(pulls: Pulls, monkeypatch: pytest.MonkeyPatch):
    has_room(monkeypatch, PAGES * SIZE)
    assert await pulls.interrupted(PAGES - 1, Killed()) == [0, 1, 2, 3]
    assert await pulls.waiting() == 0
    await pulls.pull()
    assert pulls.books.asked == [0, 1, 2, 3, 4]
    assert await pulls.stored() == pulls.expected()
    assert (await pulls.receipt()).rows == PAGES * SIZE // 2


async def test_of_a_list_that_finds_no_more_room_all_pages_wait(pulls: Pulls, monkeypatch: pytest.MonkeyPatch):
    has_room(monkeypatch, 3 * SIZE)
    assert await pulls.interrupted(3, Killed()) == [0, 1, 2]
    assert await pulls.waiting() == 0
    assert await pulls.interrupted(4, Killed()) == [0, 1, 2, 3]
    assert await pulls.waiting() == 4 * SIZE
    await pulls.pull()
    assert pulls.books.asked == [4]
    assert await pulls.stored() == pulls.expected()


async def test_a_list_whose_pages_wait_leaves_its_room_to_others(pulls: Pulls, monkeypatch: pytest.MonkeyPatch):
    room, free = Room(3 * SIZE), list[bool]()
    monkeypatch.setattr(long_lists, "Room", lambda: room)
    pulls.books.before = lambda _: free.append(room.share().holds(3 * SIZE))
    await pulls.pull()
    assert free == [True, False, False, False, True]


async def test_of_a_list_of_many_pages_all_wait_whatever_room_there_is(pulls: Pulls, monkeypatch: pytest.MonkeyPatch):
    has_room(monkeypatch, 100 * SIZE)
    pulls.books.pages = [[pulls.books.one(page, n) for n in range(SIZE)] for page in range(KEPT_PAGES + 2)]
    pulls.books.expected = len(pulls.books.pages) * SIZE
    assert await pulls.interrupted(KEPT_PAGES + 1, Killed()) == [*range(KEPT_PAGES + 1)]
    assert await pulls.waiting() == (KEPT_PAGES + 1) * SIZE
    await pulls.pull()
    assert pulls.books.asked == [KEPT_PAGES + 1]
    assert await pulls.stored() == pulls.expected()
