"""Sage's client against its stand-in, over HTTP: what Sage's documents leave open, and what is its own."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from contracts.words.causes import Cause
from contracts.words.runs import Mark
from contracts.words.standard_information import Account, Contact, Item, OrganisationProfile, Row
from emulators.kit.control.words import RecordWords
from emulators.kit.server import DroppableProtocol
from emulators.sage.control.control import Control
from emulators.sage.control.words import OrganisationWords, SettingWords
from emulators.sage.faults import Kind
from providers.port.errors import ConsentFailed, NeedsPerson, ProviderError, SignedOut, TooSmall, Unavailable
from providers.sage.feeds import (
    ANALYSIS_TYPES,
    BANK_ACCOUNTS,
    CONTACTS,
    CURRENCIES,
    LEDGER_ACCOUNTS,
    ORGANISATION,
    PRODUCTS,
    SERVICES,
    STOCK_ITEMS,
    TAX_RATES,
)
from tests.contract.sage import SageSubject, stand_in
from tests.journeys.serving import listening, serving

PLACE, OTHER = 2, 1


@pytest_asyncio.fixture(scope="module")
async def served() -> AsyncIterator[tuple[Control, str]]:
    app, control = stand_in()
    socket, address = listening()
    async with serving(app, socket, http=DroppableProtocol):
        yield control, address


@pytest_asyncio.fixture
async def sage(served: tuple[Control, str]) -> AsyncIterator[SageSubject]:
    made = SageSubject(*served)
    yield made
    await made.provider.close()


async def everything(sage: SageSubject) -> dict[str, list[Row]]:
    held = await sage.signed_in(PLACE, OTHER)
    assert set(await sage.reached(held)) == {sage.ids[PLACE], sage.ids[OTHER]}
    return {
        feed.name: [row for page in await sage.pages(held, PLACE, feed) for row in page.rows]
        for feed in sage.provider.feeds
    }


def keyed(rows: list[Row]) -> list[tuple[object, ...]]:
    """What of rows must not depend on how Sage writes it."""
    return [tuple(row)[:-1] for row in sorted(rows, key=lambda row: row.key)]


@pytest.mark.thorough
@pytest.mark.parametrize(
    "switches",
    [
        {"country_in_callback": False, "state_on_errors": False},
        {"user_is_requester": True},
        {"missing_business_refused": True},
        {"businesses_per_page": 1, "absolute_next": True},
        {"businesses_with_attributes": True},
        {"amounts_as_numbers": True, "percentages_as_numbers": True},
        {"bare_errors": True, "unknown_business": 401},
    ],
    ids=lambda switches: " ".join(switches),
)
async def test_both_answers_to_what_is_left_open_are_fine(sage: SageSubject, switches: dict[str, object]) -> None:
    usual = await everything(sage)
    sage.control.change_settings(SettingWords(**switches))
    otherwise = await everything(sage)
    assert usual[PRODUCTS.name]
    for name, rows in usual.items():
        assert keyed(otherwise[name]) == keyed(rows), name


@pytest.mark.parametrize("status", [401, 403, 404])
async def test_a_business_that_is_reached_no_more_is_access_lost(sage: SageSubject, status: int) -> None:
    sage.control.change_settings(SettingWords(unknown_business=status))
    held = await sage.signed_in(PLACE, OTHER)
    sage.happens(Kind.ACCESS_REMOVED, organisation_id=sage.ids[PLACE])
    for feed in (ORGANISATION, LEDGER_ACCOUNTS, CONTACTS, ANALYSIS_TYPES):
        with pytest.raises(NeedsPerson) as caught:
            await sage.keys(held, PLACE, feed)
        assert caught.value.cause is Cause.ACCESS_LOST, feed.name
    assert await sage.keys(held, OTHER, LEDGER_ACCOUNTS)


async def test_a_plan_that_ended_is_no_dead_sign_in(sage: SageSubject) -> None:
    held = await sage.signed_in(PLACE, OTHER)
    sage.happens(Kind.SUBSCRIPTION_ENDED, organisation_id=sage.ids[PLACE])
    with pytest.raises(NeedsPerson) as caught:
        await sage.keys(held, PLACE, CONTACTS)
    assert caught.value.cause is Cause.SUBSCRIPTION_ENDED
    assert held.refreshes == 0


async def test_a_role_that_is_too_low_is_that_list_s_own_state(sage: SageSubject) -> None:
    held = await sage.signed_in(PLACE)
    sage.happens(Kind.ROLE_TOO_LOW, organisation_id=sage.ids[PLACE], path="/v3.1/bank_accounts")
    with pytest.raises(NeedsPerson) as caught:
        await sage.keys(held, PLACE, BANK_ACCOUNTS)
    assert caught.value.cause is Cause.ROLE_TOO_LOW
    assert await sage.keys(held, PLACE, TAX_RATES)


async def test_a_profile_without_the_right_to_see_settings(sage: SageSubject) -> None:
    held = await sage.signed_in(PLACE)
    (whole,) = (await sage.pages(held, PLACE, ORGANISATION))[0].rows
    sage.happens(Kind.ROLE_TOO_LOW, organisation_id=sage.ids[PLACE], path="/v3.1/financial_settings")
    (partly,) = (await sage.pages(held, PLACE, ORGANISATION))[0].rows
    assert isinstance(whole, OrganisationProfile)
    assert isinstance(partly, OrganisationProfile)
    assert whole.base_currency
    assert (partly.name, partly.base_currency) == (whole.name, None)


@pytest.mark.parametrize("status", [401, 403, 404])
async def test_what_the_plan_lacks_is_not_the_login_s_fault(sage: SageSubject, status: int) -> None:
    sage.control.change_organisation(sage.ids[PLACE], OrganisationWords(plan="START", country="GB"))
    sage.control.change_settings(SettingWords(off_plan=status, items_on_start=False))
    held = await sage.signed_in(PLACE)
    for feed in (STOCK_ITEMS, PRODUCTS, SERVICES, ANALYSIS_TYPES):
        before = held.refreshes
        with pytest.raises(NeedsPerson) as caught:
            await sage.keys(held, PLACE, feed)
        assert caught.value.cause is Cause.NOT_ON_PLAN, feed.name
        assert held.refreshes - before == (status == 401)  # one newer token tells
    assert await sage.keys(held, PLACE, TAX_RATES)


async def test_a_plan_that_has_dimensions_asks_for_a_role(sage: SageSubject) -> None:
    sage.control.change_organisation(sage.ids[PLACE], OrganisationWords(plan="PLUS", country="GB"))
    held = await sage.signed_in(PLACE)
    sage.happens(Kind.ROLE_TOO_LOW, organisation_id=sage.ids[PLACE], path="/v3.1/analysis_types")
    with pytest.raises(NeedsPerson) as caught:
        await sage.keys(held, PLACE, ANALYSIS_TYPES)
    assert caught.value.cause is Cause.ROLE_TOO_LOW


async def test_the_lead_business_is_marked_for_whoever_chooses(sage: SageSubject) -> None:
    held = await sage.signed_in(PLACE, OTHER)
    marked = {one.organisation_id: one.marks for one in await sage.provider.organisations(held, is_to_choose=True)}
    assert sorted(map(len, marked.values())) == [0, 1]
    assert {mark for marks in marked.values() for mark in marks} == {Mark.LEAD}
    assert not any(one.marks for one in await sage.provider.organisations(held))
    sage.happens(Kind.SERVER_ERROR, path="/v3.1/businesses/lead", status=500)
    assert len(await sage.provider.organisations(held, is_to_choose=True)) == 2


async def test_items_and_contacts_have_the_codes_of_their_accounts(sage: SageSubject) -> None:
    held = await sage.signed_in(PLACE)
    chart = [row for page in await sage.pages(held, PLACE, LEDGER_ACCOUNTS) for row in page.rows]
    codes = {row.code for row in chart if isinstance(row, Account)}
    for feed in (PRODUCTS, CONTACTS):
        rows = [row for page in await sage.pages(held, PLACE, feed) for row in page.rows]
        named = {row.sales_account_code for row in rows if isinstance(row, Item | Contact)} - {None}
        assert named, feed.name
        assert named <= codes
        assert all(code is not None and len(code) >= 4 for code in named)


async def test_what_a_first_pull_costs(sage: SageSubject) -> None:
    sage.control.change_organisation(sage.ids[PLACE], OrganisationWords(plan="PLUS", country="GB"))
    held = await sage.signed_in(PLACE)
    await sage.keys(held, PLACE, CURRENCIES)  # once a day
    before = sage.world.calls.total
    for feed in sage.provider.feeds:
        await sage.keys(held, PLACE, feed)
    assert sage.world.calls.total - before == 11


async def test_changes_tell_what_was_deleted(sage: SageSubject) -> None:
    held = await sage.signed_in(PLACE)
    before = await sage.keys(held, PLACE, CONTACTS)
    since = sage.now()
    sage.later(timedelta(minutes=1))
    sage.control.change_record(sage.ids[PLACE], RecordWords(list="contacts", id=before[0], remove=True))
    pages = [page async for page in sage.provider.read(held, sage.ids[PLACE], CONTACTS, since)]
    assert [key for page in pages for key in page.deleted] == [before[0]]
    assert [row for page in pages for row in page.rows] == []


async def test_an_answer_about_another_business_is_never_stored(sage: SageSubject) -> None:
    held = await sage.signed_in(PLACE, OTHER)
    sage.happens(Kind.OTHER_BUSINESS, organisation_id=sage.ids[PLACE])
    with pytest.raises(ProviderError) as caught:
        await sage.keys(held, PLACE, LEDGER_ACCOUNTS)
    assert caught.value.cause is Cause.WRONG_ORGANISATION


@pytest.mark.parametrize(
    ("kind", "error"),
    [(Kind.SHORT_PAGE, TooSmall), (Kind.EMPTY_LIST, TooSmall), (Kind.ROW_TWICE, None), (Kind.WITHOUT_ECHO, None)],
)
async def test_pages_that_are_not_right(sage: SageSubject, kind: Kind, error: type[Exception] | None) -> None:
    held = await sage.signed_in(sage.long)
    sage.happens(kind, organisation_id=sage.ids[sage.long])
    if error is None:
        assert sorted(await sage.keys(held, sage.long, CONTACTS)) == sorted(sage.kept(sage.long, CONTACTS))
        return
    with pytest.raises(error):
        await sage.keys(held, sage.long, CONTACTS)


async def test_a_second_sign_in_leaves_the_first_credential_dead(sage: SageSubject) -> None:
    first = await sage.signed_in(PLACE)
    second = await sage.signed_in(PLACE)
    assert second.now.account_key == first.now.account_key
    with pytest.raises(SignedOut):
        await sage.provider.refresh(first.now)
    assert await sage.reached(second) == [sage.ids[PLACE]]


@pytest.mark.parametrize("stands_beside", [False, True])
async def test_a_person_s_consents_for_two_countries_are_two_logins(sage: SageSubject, stands_beside: bool) -> None:
    """Where Sage keeps them apart, one that replaced the other would cut the clients of the other country off."""
    sage.control.change_organisation(sage.ids[PLACE], OrganisationWords(country="GB"))
    sage.control.change_organisation(sage.ids[OTHER], OrganisationWords(country="CA"))
    sage.control.change_settings(SettingWords(grant_per_country=stands_beside, country_only=stands_beside))
    british, canadian = await sage.signed_in(PLACE, OTHER), await sage.signed_in(OTHER, PLACE)
    assert british.now.person == canadian.now.person
    assert british.now.account_key != canadian.now.account_key
    if stands_beside:
        renewed = await sage.provider.refresh(british.now)
        assert renewed.account_key == british.now.account_key
        assert (await sage.reached(british), await sage.reached(canadian)) == ([sage.ids[PLACE]], [sage.ids[OTHER]])
    else:
        with pytest.raises(SignedOut):
            await sage.provider.refresh(british.now)
        assert set(await sage.reached(canadian)) == {sage.ids[PLACE], sage.ids[OTHER]}


async def test_a_code_is_good_for_a_minute(sage: SageSubject) -> None:
    came = await sage.went(PLACE)
    assert "/" in came.query["code"]
    sage.later(timedelta(seconds=61))
    with pytest.raises(ConsentFailed):
        await sage.finished(came)


async def test_currencies_are_read_once_a_day(sage: SageSubject) -> None:
    held = await sage.signed_in(PLACE, OTHER)
    keys = await sage.keys(held, PLACE, CURRENCIES)
    sage.world.calls.by_path.clear()
    sage.happens(Kind.SERVER_ERROR, path="/v3.1/currencies", status=500)
    assert await sage.keys(held, OTHER, CURRENCIES) == keys
    assert not sage.world.calls.by_path
    sage.later(timedelta(days=1))
    assert await sage.keys(held, OTHER, CURRENCIES) == keys, "yesterday's are as good while Sage does not answer"
    assert sage.world.calls.by_path.pop("GET /v3.1/currencies")
    sage.later(timedelta(minutes=5))
    assert await sage.keys(held, OTHER, CURRENCIES) == keys
    assert sage.world.calls.by_path["GET /v3.1/currencies"]


async def test_a_process_that_starts_finds_the_currencies_that_another_has_read(sage: SageSubject) -> None:
    held = await sage.signed_in(PLACE, OTHER)
    keys = await sage.keys(held, PLACE, CURRENCIES)
    sage.world.calls.by_path.clear()
    started = sage.make_provider()
    pages = [page async for page in started.read(held, sage.ids[OTHER], CURRENCIES)]
    await started.close()
    assert [row.key for page in pages for row in page.rows] == keys
    assert not sage.world.calls.by_path


async def test_a_business_that_does_not_answer_takes_no_other_s_currencies_along(sage: SageSubject) -> None:
    held = await sage.signed_in(PLACE, OTHER)
    sage.happens(Kind.SERVER_ERROR, organisation_id=sage.ids[PLACE], status=503)
    asking = [sage.keys(held, place, CURRENCIES) for place in (PLACE, OTHER, OTHER)]
    offline, *others = await asyncio.gather(*asking, return_exceptions=True)
    assert isinstance(offline, Unavailable)
    assert others == [await sage.keys(held, OTHER, CURRENCIES)] * 2


async def test_a_stock_item_is_one_record_of_two_feeds(sage: SageSubject) -> None:
    held = await sage.signed_in(sage.long)
    products = {row.key for page in await sage.pages(held, sage.long, PRODUCTS) for row in page.rows}
    stock = [row for page in await sage.pages(held, sage.long, STOCK_ITEMS) for row in page.rows]
    assert stock
    for row in stock:
        assert isinstance(row, Item)
        assert row.is_tracked_as_inventory
        assert row.key in products


async def test_a_bank_account_has_what_the_chart_has_of_it(sage: SageSubject) -> None:
    held = await sage.signed_in(PLACE)
    chart = {row.key: row for page in await sage.pages(held, PLACE, LEDGER_ACCOUNTS) for row in page.rows}
    banks = [row for page in await sage.pages(held, PLACE, BANK_ACCOUNTS) for row in page.rows]
    assert banks
    for bank in banks:
        known = chart[bank.key]
        assert isinstance(bank, Account)
        assert isinstance(known, Account)
        assert bank.is_bank_account
        assert (bank.code, bank.account_type) == (known.code, known.account_type)


async def test_odd_characters_and_a_deleted_contact(sage: SageSubject) -> None:
    held = await sage.signed_in(PLACE)
    before = await sage.keys(held, PLACE, CONTACTS)
    sage.happens(Kind.ODD_CHARACTER, organisation_id=sage.ids[PLACE], oddity="control")
    assert await sage.keys(held, PLACE, CONTACTS) == before
    sage.is_well()
    sage.control.change_record(sage.ids[PLACE], RecordWords(list="contacts", id=before[0], remove=True))
    assert before[0] not in await sage.keys(held, PLACE, CONTACTS)
