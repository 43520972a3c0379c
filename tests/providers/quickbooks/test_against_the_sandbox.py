"""QuickBooks' client against its stand-in, over HTTP: what Intuit's documents leave open, and what is its own."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from contracts.words.causes import Cause
from contracts.words.runs import Mark
from contracts.words.standard_information import Account, Contact, Row
from emulators.kit.control.words import RecordWords
from emulators.kit.server import DroppableProtocol
from emulators.quickbooks.control.control import Control
from emulators.quickbooks.control.words import OrganisationWords, SettingWords
from emulators.quickbooks.faults import Kind
from emulators.quickbooks.records.practice import (
    BRITISH_INDEX,
    ESSENTIALS_INDEX,
    LAPSED_INDEX,
    MANY_CONTACTS_INDEX,
    SIMPLE_START_INDEX,
)
from providers.kit.oauth.token_sets import unpacked
from providers.port.errors import ConsentFailed, NeedsPerson, ProviderError, RateLimited, SignedOut, TooSmall
from providers.quickbooks.feeds import (
    ACCOUNTS,
    COMPANY,
    CURRENCIES,
    CUSTOMERS,
    ITEMS,
    TAX_CODES,
    TRACKING,
    VENDORS,
)
from tests.contract.quickbooks import MANY_CURRENCIES_INDEX, QuickBooksSubject, stand_in
from tests.journeys.serving import listening, serving

AMERICAN = 0
DAY = timedelta(days=1)


@pytest_asyncio.fixture(scope="module")
async def served() -> AsyncIterator[tuple[Control, str]]:
    app, control = stand_in()
    socket, address = listening()
    async with serving(app, socket, http=DroppableProtocol):
        yield control, address


@pytest_asyncio.fixture
async def books(served: tuple[Control, str]) -> AsyncIterator[QuickBooksSubject]:
    made = QuickBooksSubject(*served)
    yield made
    await made.provider.close()


async def everything(books: QuickBooksSubject, place: int) -> dict[str, list[Row]]:
    held = await books.signed_in(place)
    return {
        feed.name: [row for page in await books.pages(held, place, feed) for row in page.rows]
        for feed in books.provider.feeds
    }


def keyed(rows: list[Row]) -> list[tuple[object, ...]]:
    """What of rows must not depend on how QuickBooks writes it."""
    return [tuple(row)[:-1] for row in sorted(rows, key=lambda row: row.key)]


def metered(books: QuickBooksSubject) -> int:
    return sum(books.world.meter.by_month().values())  # type: ignore[attr-defined]  # of this stand-in's world


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("place", "switches"),
    [
        (AMERICAN, {"pseudo_codes": False, "realm_in_id_token": False}),
        (MANY_CURRENCIES_INDEX, {"home_currency_listed": True}),
    ],
)
async def test_both_answers_to_what_is_left_open_are_fine(
    books: QuickBooksSubject, place: int, switches: dict[str, object]
) -> None:
    usual = await everything(books, place)
    books.control.change_settings(SettingWords(**switches))
    changed = await everything(books, place)
    for name, rows in usual.items():
        if name == "tax_codes" or name == "currencies":  # as it is listed, the name of a code of its own is QuickBooks'
            assert {row.key for row in changed[name]} == {row.key for row in rows}
        else:
            assert keyed(changed[name]) == keyed(rows), name


async def night(books: QuickBooksSubject, place: int) -> int:
    """The metered calls of a night in which every list is due and nothing has changed."""
    held = await books.signed_in(place)
    before, since = metered(books), books.now() - timedelta(minutes=1)
    await books.reached(held)
    pages = await asyncio.gather(*[books.pages(held, place, feed, since) for feed in books.provider.feeds])
    telling = [
        page for feed, read in zip(books.provider.feeds, pages, strict=True) if feed.tells_changes for page in read
    ]
    assert all(page.is_unmodified for page in telling)
    return metered(books) - before


@pytest.mark.parametrize("place", [AMERICAN, MANY_CURRENCIES_INDEX, BRITISH_INDEX])
async def test_a_night_without_changes_is_four_metered_calls(books: QuickBooksSubject, place: int) -> None:
    books.later(DAY)
    assert await night(books, place) == 4
    books.control.change_settings(SettingWords(batch_items_metered=True))
    assert await night(books, place) == 8


@pytest.mark.thorough
async def test_a_pull_of_all_lists_at_once_keeps_to_ten_calls_a_second(books: QuickBooksSubject) -> None:
    held = await books.signed_in(MANY_CONTACTS_INDEX)
    before = metered(books)
    await asyncio.gather(*[books.pages(held, MANY_CONTACTS_INDEX, feed) for feed in books.provider.feeds])
    # Profile, taxes, chart, classes, locations, items, perhaps the chart for them, vendors; three pages of customers.
    assert metered(books) - before <= 12


async def test_what_changed_and_what_is_gone_is_told(books: QuickBooksSubject) -> None:
    held = await books.signed_in(AMERICAN)
    books.later(timedelta(hours=2))
    since = books.now() - timedelta(minutes=1)
    books.control.change_settings(SettingWords(deletes_records=True))
    gone, kept = (str(books.world.library.records(books.ids[AMERICAN], "Vendor")[place]["Id"]) for place in (0, 1))
    books.control.change_record(books.ids[AMERICAN], RecordWords(list="Vendor", id=gone, remove=True))
    books.control.change_settings(SettingWords(deletes_records=False))
    books.control.change_record(books.ids[AMERICAN], RecordWords(list="Vendor", id=kept, remove=True))
    before = {row.key: row for page in await books.pages(held, AMERICAN, VENDORS) for row in page.rows}
    (page,) = await books.pages(held, AMERICAN, VENDORS, since)
    assert page.deleted == [f"vendor-{gone}"]
    (row,) = page.rows
    assert isinstance(row, Contact)
    assert (row.key, row.is_archived, row.status) == (f"vendor-{kept}", True, "inactive")
    assert "(deleted)" not in row.name
    assert before[row.key] == row


@pytest.mark.parametrize("capture", ["refused", "cut"])
async def test_changes_of_long_ago_are_read_whole(books: QuickBooksSubject, capture: str) -> None:
    held = await books.signed_in(AMERICAN)
    books.control.change_settings(SettingWords(old_capture=capture))
    since = books.now() - timedelta(days=31)
    assert sorted(await books.keys(held, AMERICAN, CUSTOMERS, since)) == sorted(books.kept(AMERICAN, CUSTOMERS))


@pytest.mark.parametrize("place", [ESSENTIALS_INDEX, SIMPLE_START_INDEX])
async def test_a_plan_without_classes_is_that_list_s_own_state(books: QuickBooksSubject, place: int) -> None:
    held = await books.signed_in(place)
    for off_plan in (5030, 5020, 200):
        books.control.change_settings(SettingWords(off_plan=off_plan))
        with pytest.raises(NeedsPerson) as caught:
            await books.keys(held, place, TRACKING)
        assert caught.value.cause is Cause.NOT_ON_PLAN
        assert await books.keys(held, place, CURRENCIES)
        assert await books.keys(held, place, ACCOUNTS, books.now() - timedelta(minutes=1)) == []


@pytest.mark.parametrize("word", ["EXPIRED", "CANCELED"])
async def test_who_no_longer_pays_is_told_and_read(books: QuickBooksSubject, word: str) -> None:
    books.control.change_settings(SettingWords(lapsed_word=word))
    held = await books.signed_in(LAPSED_INDEX)
    (one,) = (await books.listed(held)).values()
    assert one.marks == {Mark.ENDED}
    with pytest.raises(NeedsPerson) as caught:
        await books.keys(held, LAPSED_INDEX, COMPANY)
    assert caught.value.cause is Cause.SUBSCRIPTION_ENDED
    assert await books.keys(held, LAPSED_INDEX, VENDORS)
    books.control.change_organisation(books.ids[LAPSED_INDEX], OrganisationWords(is_lapsed=False))
    assert await books.keys(held, LAPSED_INDEX, COMPANY) == [books.ids[LAPSED_INDEX]]


@pytest.mark.parametrize(
    ("fault", "cause"),
    [
        ({"kind": Kind.ACCESS_REMOVED}, Cause.ACCESS_LOST),
        ({"kind": Kind.ACCESS_REFUSED}, Cause.ACCESS_LOST),
        ({"kind": Kind.SCOPE_MISSING}, Cause.PERMISSION_MISSING),
        ({"kind": Kind.SUBSCRIPTION_ENDED}, Cause.SUBSCRIPTION_ENDED),
        ({"kind": Kind.NOT_ON_PLAN}, Cause.NOT_ON_PLAN),
        ({"kind": Kind.NOT_ON_PLAN, "problem": "5020"}, Cause.NOT_ON_PLAN),
        ({"kind": Kind.FAULT_IN_200}, Cause.PROVIDER_UNAVAILABLE),
        ({"kind": Kind.XML_ANSWER}, Cause.PROVIDER_UNAVAILABLE),
        ({"kind": Kind.SHORT_PAGE}, Cause.PROVIDER_UNAVAILABLE),
        ({"kind": Kind.EMPTY_LIST}, Cause.PROVIDER_UNAVAILABLE),
        ({"kind": Kind.RATE_LIMITED}, Cause.RATE_LIMITED),
        ({"kind": Kind.RATE_LIMITED, "problem": "xml"}, Cause.RATE_LIMITED),
        ({"kind": Kind.RATE_LIMITED, "problem": "month"}, Cause.RATE_LIMITED),
    ],
)
async def test_each_fault_has_its_cause_and_its_id_in_the_log(
    books: QuickBooksSubject, fault: dict[str, object], cause: Cause, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "providers")
    place = MANY_CONTACTS_INDEX if fault["kind"] == Kind.SHORT_PAGE else AMERICAN
    held = await books.signed_in(place)
    books.happens(organisation_id=books.ids[place], **fault)  # type: ignore[arg-type]  # words of a fault
    feed = CUSTOMERS if place == MANY_CONTACTS_INDEX else ACCOUNTS
    with pytest.raises(ProviderError) as caught:
        await books.keys(held, place, feed)
    assert caught.value.cause is cause
    if fault["kind"] is not Kind.EMPTY_LIST and not isinstance(caught.value, TooSmall):
        tid = re.search(r"intuit_tid [0-9a-f-]+", caught.value.detail)
        assert tid is not None, caught.value.detail
        assert tid[0] in caplog.text


async def test_a_row_that_comes_twice_counts_once(books: QuickBooksSubject) -> None:
    held = await books.signed_in(MANY_CONTACTS_INDEX)
    books.happens(Kind.ROW_TWICE, organisation_id=books.ids[MANY_CONTACTS_INDEX])
    keys = await books.keys(held, MANY_CONTACTS_INDEX, CUSTOMERS)
    assert len(keys) == len(set(keys))


async def test_a_long_list_is_gone_on_with_though_some_that_came_were_edited_meanwhile(
    books: QuickBooksSubject,
) -> None:
    held = await books.signed_in(MANY_CONTACTS_INDEX)
    first, *_ = await books.pages(held, MANY_CONTACTS_INDEX, CUSTOMERS)
    edited = [row.key for row in first.rows[:3]]
    for key in edited:
        words = RecordWords(list="Customer", id=key.removeprefix("customer-"), touch=True)
        books.control.change_record(books.ids[MANY_CONTACTS_INDEX], words)
    left = await books.pages(held, MANY_CONTACTS_INDEX, CUSTOMERS, cursor=first.cursor)
    everything = books.kept(MANY_CONTACTS_INDEX, CUSTOMERS)
    told = [row.key for page in left for row in page.rows]
    assert {*told, *(row.key for row in first.rows)} == set(everything)
    assert (len(told), left[-1].expected) == (len(everything) - len(first.rows) + len(edited), len(everything))


async def test_a_takeover_ends_the_refresh_token_before_it(books: QuickBooksSubject) -> None:
    first = await books.signed_in(AMERICAN)
    newer = await books.signed_in(AMERICAN)
    assert first.now.account_key == newer.now.account_key == books.ids[AMERICAN]
    assert await books.reached(newer) == [books.ids[AMERICAN]]


async def test_a_refresh_token_stays_a_day_and_a_grant_five_years(books: QuickBooksSubject) -> None:
    held = await books.signed_in(AMERICAN)
    ends = held.now.ends_at
    assert ends is not None
    assert abs(ends - books.now() - timedelta(days=5 * 365)) < timedelta(minutes=1)
    same = await books.provider.refresh(held.now)
    assert unpacked(same.secret).refresh_token == unpacked(held.now.secret).refresh_token
    books.later(DAY)
    newer = await books.provider.refresh(same)
    assert unpacked(newer.secret).refresh_token != unpacked(same.secret).refresh_token
    assert newer.ends_at is not None
    assert abs(newer.ends_at - ends) < timedelta(minutes=1)
    for _ in range(19):
        books.later(timedelta(days=95))
        newer = await books.provider.refresh(newer)
    books.later(ends - books.now() + timedelta(minutes=1))
    with pytest.raises(SignedOut):
        await books.provider.refresh(newer)


async def test_another_s_company_in_the_address_gets_no_grant(books: QuickBooksSubject) -> None:
    for is_signed in (True, False):
        books.control.change_settings(SettingWords(realm_in_id_token=is_signed))
        came = await books.went(AMERICAN)
        came.query["realmId"] = books.ids[BRITISH_INDEX]
        with pytest.raises(ConsentFailed):
            await books.finished(came)


async def test_the_month_s_budget_stops_every_company(books: QuickBooksSubject) -> None:
    held = await books.signed_in(AMERICAN)
    books.happens(Kind.MONTH_LIMIT_REACHED)
    with pytest.raises(RateLimited):
        await books.keys(held, AMERICAN, VENDORS)


async def test_an_account_s_number_is_that_of_the_chart(books: QuickBooksSubject) -> None:
    rows = await everything(books, AMERICAN)
    accounts = [row for row in rows["accounts"] if isinstance(row, Account)]
    assert {row.bank_account_type for row in accounts if row.is_bank_account} != {None}
    assert {"TAX", "NON"} <= {row.key for row in rows[TAX_CODES.name]}
    numbers = {row.code for row in accounts if row.code}
    assert {row.sales_account_code for row in rows[ITEMS.name] if row.sales_account_code} <= numbers  # type: ignore[union-attr]  # items
