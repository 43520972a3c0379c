"""Which calls a read takes, what is asked for in them, and what their answers become."""

import json
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from starlette.responses import JSONResponse, Response

from contracts.words.causes import Cause
from contracts.words.runs import Mark
from providers.kit.json_values import Record
from providers.port.credential import OneCredential
from providers.port.errors import NeedsPerson, RateLimited, TooSmall, Unavailable
from providers.port.provider import Kept
from providers.quickbooks.feeds import (
    ACCOUNTS,
    COMPANY,
    CURRENCIES,
    CUSTOMERS,
    FEEDS,
    ITEMS,
    TAX_CODES,
    TRACKING,
    VENDORS,
)
from providers.quickbooks.provider import QuickBooks
from tests.providers.clock import HandClock
from tests.providers.conftest import Tokens
from tests.providers.quickbooks.books import AT, Books, Read, written
from tests.providers.quickbooks.conftest import REALM, Intuit, held
from tests.providers.quickbooks.test_errors import PAGE, gateway, service
from tests.providers.quickbooks.test_rows import INFO


@pytest.fixture
def books(server: Intuit) -> Books:
    return Books(server)


@pytest.fixture
def read(quickbooks: QuickBooks, clock: HandClock) -> Read:
    return Read(quickbooks, clock)


EVERYTHING = {
    COMPANY: [REALM],
    ACCOUNTS: ["1", "2"],
    TAX_CODES: ["5", "TAX", "NON"],
    TRACKING: ["Class", "Department"],
    ITEMS: ["7"],
    VENDORS: ["vendor-1"],
    CUSTOMERS: ["customer-1"],
    CURRENCIES: ["EUR", "USD"],
}


async def test_a_first_pull_takes_eight_calls(books: Books, read: Read) -> None:
    assert {feed: await read.keys(feed) for feed in FEEDS} == EVERYTHING
    # Classes and locations come in one, and items refer to the accounts that were read.
    assert books.calls == ["/batch"] * 8
    (page,) = await read.pages(ITEMS)
    assert page.rows[0].sales_account_code == "4000"  # type: ignore[union-attr]  # an item


async def test_what_lists_have_in_common_is_of_one_pull(books: Books, read: Read) -> None:
    await read.keys(ITEMS)
    books.lists["Account"] = [{"Id": "1", "AcctNum": "4999"}]
    read.pull = OneCredential(held(read.clock))  # seconds later
    (page,) = await read.pages(ITEMS)
    assert page.rows[0].sales_account_code == "4999"  # type: ignore[union-attr]  # an item


async def test_a_night_in_which_nothing_changed_takes_three_calls(books: Books, read: Read) -> None:
    since = read.recently()
    for feed in FEEDS:
        (page,) = await read.pages(feed, since)
        assert page.is_unmodified is feed.tells_changes, feed.name
    assert sorted(books.calls) == ["/batch", "/batch", "/cdc"]
    (asked,) = [call.query for call in books.server.seen(f"{AT}/cdc")]
    assert asked["entities"] == "Account,Item,Vendor,Customer,Class,Department,CompanyCurrency"
    assert asked["changedSince"] == since.isoformat(timespec="seconds")


async def test_only_what_changed_is_read_and_what_is_deleted_is_told(books: Books, read: Read) -> None:
    gone: Record = {"Id": "9", "status": "Deleted"}
    books.changes = {
        "Account": [{"Id": "2", "Name": "Fuel"}],
        "Vendor": [{"Id": "1", "DisplayName": "Beech"}, gone],
        "Item": [{"Id": "7", "Name": "Pump"}],
        "Class": [{"Id": "1", "Name": "North"}],
    }
    since = read.recently()
    assert await read.keys(ACCOUNTS, since) == ["2"]
    (page,) = await read.pages(VENDORS, since)
    assert ([row.key for row in page.rows], page.deleted) == (["vendor-1"], ["vendor-9"])
    (page,) = await read.pages(CUSTOMERS, since)
    assert page.is_unmodified
    (page,) = await read.pages(TRACKING, since)
    assert ([row.key for row in page.rows], page.is_unmodified) == (["Class"], False)
    (page,) = await read.pages(ITEMS, since)
    assert page.rows[0].code == "P-7", "a change may lack the code"  # type: ignore[union-attr]  # an item
    asked, counted = [one for one in books.asked if "Item" in one]
    assert counted.startswith("SELECT COUNT(*) FROM Item WHERE Active IN (true,false) AND MetaData")
    assert (
        f"Item WHERE Active IN (true,false) AND MetaData.LastUpdatedTime >= '{since:%Y-%m-%dT%H:%M:%S}+00:00'" in asked
    )
    assert books.calls.count("/cdc") == 1


async def test_items_that_changed_come_in_one_call_with_the_accounts_to_which_they_refer(
    books: Books, read: Read
) -> None:
    books.changes = {"Item": [{"Id": "7", "Name": "Pump"}]}
    (page,) = await read.pages(ITEMS, read.recently())
    assert (page.rows[0].sales_account_code, page.is_last) == ("4000", True)  # type: ignore[union-attr]  # an item
    assert books.calls == ["/batch", "/cdc", "/batch"]
    read.pull = OneCredential(held(read.clock))
    assert await read.keys(ACCOUNTS) == ["1", "2"]
    books.asked.clear()
    assert await read.keys(ITEMS, read.recently()) == ["7"]
    assert not [one for one in books.asked if "Account" in one], "the chart was read"
    books.lists["Account"] = []
    read.pull = OneCredential(held(read.clock))
    with pytest.raises(TooSmall):
        await read.keys(ITEMS, read.recently())


async def test_a_record_is_the_same_row_as_part_of_a_list_and_as_a_change(books: Books, read: Read) -> None:
    records: dict[str, list[Record]] = {
        "Account": [{"Id": "2", "CurrentBalance": 0.5}],
        "Vendor": [{"Id": "1", "Balance": 0.5}],
        "Customer": [{"Id": "1", "Balance": 0.5}],
    }
    books.lists |= records
    books.changes = records
    written(books, "0.50")
    for feed in (ACCOUNTS, VENDORS, CUSTOMERS):
        (whole,), (changed,) = await read.pages(feed), await read.pages(feed, read.recently())
        assert list(whole.rows) == list(changed.rows)


async def test_prices_and_rates_keep_every_digit(books: Books, read: Read) -> None:
    details = {"TaxRateDetail": [{"TaxRateRef": {"value": "3"}}]}
    books.lists |= {
        "Item": [{"Id": "7", "UnitPrice": 0.5}],
        "TaxRate": [{"Id": "3", "RateValue": 0.5}],
        "TaxCode": [{"Id": "5", "Name": "GST", "SalesTaxRateList": details}],
    }
    exact = "0.12345678901234567891"
    written(books, exact)
    (items,), (rates,) = await read.pages(ITEMS), await read.pages(TAX_CODES)
    assert items.rows[0].sales_price == Decimal(exact)  # type: ignore[union-attr]  # an item
    assert rates.rows[0].display_rate == Decimal(exact)  # type: ignore[union-attr]  # a tax rate


async def test_a_currency_that_is_not_in_use_any_more_is_gone(books: Books, read: Read) -> None:
    books.changes = {"CompanyCurrency": [{"Id": "1", "Code": "EUR", "Active": False}, {"Id": "2", "Code": "GBP"}]}
    (page,) = await read.pages(CURRENCIES, read.recently())
    assert ([row.key for row in page.rows], page.deleted) == (["GBP"], ["EUR"])


@pytest.mark.parametrize("why", ["older than it reaches", "cut", "refused", "a fault in it", "asked again"])
async def test_where_changes_are_not_complete_a_list_is_read_whole(books: Books, read: Read, why: str) -> None:
    since = read.recently()
    if why == "older than it reaches":
        since = read.clock() - timedelta(days=29, seconds=1)
    elif why == "cut":
        books.changes = {"Customer": [{"Id": str(number)} for number in range(1000)]}
    elif why == "refused":
        books.server.answer(f"{AT}/cdc", JSONResponse(json.loads(service("4001")), 400))
    elif why == "a fault in it":
        books.server.answer(f"{AT}/cdc", {"CDCResponse": [{"QueryResponse": [json.loads(service("5030"))]}]})
    else:
        assert await read.keys(VENDORS, since) == []
    assert await read.keys(VENDORS, since) == ["vendor-1"]


async def test_a_change_that_cannot_be_asked_for_now_is_not_read_whole(books: Books, read: Read) -> None:
    throttled = json.loads(gateway("3001", "SERVICE"))
    for answer in (JSONResponse(throttled, 429), {"CDCResponse": [{"QueryResponse": [throttled]}]}):
        books.server.answer(f"{AT}/cdc", answer)
        with pytest.raises(RateLimited):
            await read.keys(VENDORS, read.recently())
        read.clock.move(61)
    assert books.calls == ["/batch", "/cdc", "/cdc"]


async def test_what_a_company_does_not_use_is_not_asked_for(books: Books, read: Read) -> None:
    books.lists["Preferences"] = [{"CurrencyPrefs": {"HomeCurrency": {"value": "CAD"}}}]
    books.lists["CompanyInfo"] = [{"CompanyName": "Cedar", "Country": "CA"}]
    assert await read.keys(TRACKING) == []
    assert await read.keys(CURRENCIES) == ["CAD"]
    assert await read.keys(TAX_CODES) == ["5"]
    assert await read.keys(ITEMS) == ["7"]
    assert not [one for one in books.asked if re.search(r"Class|Department|CompanyCurrency|Account", one)]


async def test_an_edition_without_tracking_is_told(books: Books, read: Read) -> None:
    sku = {"Name": "OfferingSku", "Value": "QuickBooks Online Simple Start"}
    books.lists |= {"Preferences": [{}], "CompanyInfo": [{"CompanyName": "Cedar", "NameValue": [sku]}]}
    with pytest.raises(NeedsPerson) as caught:
        await read.keys(TRACKING)
    assert caught.value.cause is Cause.NOT_ON_PLAN


async def test_a_list_of_several_pages_is_counted(books: Books, read: Read) -> None:
    books.lists["Customer"] = [{"Id": str(number)} for number in range(2500)]
    pages = await read.pages(CUSTOMERS)
    assert [(len(page.rows), page.is_last) for page in pages] == [(1000, False), (1000, False), (500, True)]
    assert books.asked[1] == "SELECT COUNT(*) FROM Customer WHERE Active IN (true,false)"
    assert books.calls == ["/batch", "/query", "/batch"]
    books.counts["Customer"] = 2501
    with pytest.raises(TooSmall):
        await read.pages(CUSTOMERS)


async def test_more_tax_codes_than_a_page_are_read_in_pages(books: Books, read: Read) -> None:
    books.lists["TaxCode"] = [{"Id": str(number)} for number in range(1200)]
    assert len(await read.keys(TAX_CODES)) == 1202


async def test_the_end_of_a_subscription_is_told_and_the_lists_are_read(books: Books, read: Read) -> None:
    ended = {**INFO, "NameValue": [{"Name": "SubscriptionStatus", "Value": "EXPIRED"}]}
    books.lists["CompanyInfo"] = [ended]
    with pytest.raises(NeedsPerson) as caught:
        await read.pages(COMPANY)
    assert caught.value.cause is Cause.SUBSCRIPTION_ENDED
    assert await read.keys(VENDORS) == ["vendor-1"]
    books.server.answer(f"{AT}/companyinfo/{REALM}", {"CompanyInfo": ended})
    (listed,) = await read.quickbooks.organisations(OneCredential(held(read.clock)))
    assert listed.marks == {Mark.ENDED}


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        (json.loads(service("6190")), Cause.SUBSCRIPTION_ENDED),
        (json.loads(service("120", "AuthorizatonFault")), Cause.ACCESS_LOST),
        (JSONResponse(json.loads(service("5030")), 400), Cause.NOT_ON_PLAN),
        (Response(PAGE), Cause.PROVIDER_UNAVAILABLE),
        (Response(b'{"QueryResponse": {"Vendor": ['), Cause.PROVIDER_UNAVAILABLE),
        ({"time": "now"}, Cause.PROVIDER_UNAVAILABLE),
        ({"BatchItemResponse": [{"bId": "0", "QueryResponse": {}}]}, Cause.PROVIDER_UNAVAILABLE),
        ({"BatchItemResponse": [{"bId": one, "QueryResponse": {}} for one in "01"]}, Cause.PROVIDER_UNAVAILABLE),
        ({"BatchItemResponse": [{"bId": one, "QueryResponse": []} for one in "01"]}, Cause.PROVIDER_UNAVAILABLE),
    ],
)
async def test_what_is_no_list_is_not_an_empty_one_and_is_told_with_its_id(
    books: Books, read: Read, caplog: pytest.LogCaptureFixture, answer: Response | Record, cause: Cause
) -> None:
    caplog.set_level("INFO", "providers")
    said = answer if isinstance(answer, Response) else JSONResponse(answer)
    said.headers["intuit_tid"] = "1-abc"
    books.server.answer(f"{AT}/batch", said)
    with pytest.raises((NeedsPerson, Unavailable)) as caught:
        await read.keys(VENDORS)
    assert caught.value.cause is cause
    assert "intuit_tid 1-abc" in caught.value.detail
    assert "intuit_tid 1-abc" in caplog.text


@pytest.mark.parametrize(
    ("path", "answer", "kind"),
    [
        ("/companyinfo/" + REALM, {"time": "now"}, Unavailable),
        ("/cdc", {"QueryResponse": {}}, Unavailable),
        ("/query", {"QueryResponse": {}}, TooSmall),
        ("/query", {"QueryResponse": {"maxResults": 3, "Customer": []}}, Unavailable),
    ],
)
async def test_an_answer_that_contradicts_itself_is_told_with_its_id(
    books: Books, read: Read, path: str, answer: Record, kind: type[Unavailable]
) -> None:
    books.lists["Customer"] = [{"Id": str(number)} for number in range(2200)]
    said = JSONResponse(answer)
    said.headers["intuit_tid"] = "1-abc"
    books.server.answer(f"{AT}{path}", said)

    async def asked() -> None:
        if path.startswith("/company"):
            await read.quickbooks.organisations(OneCredential(held(read.clock)))
        await read.pages(CUSTOMERS, read.recently() if path == "/cdc" else None)

    with pytest.raises(Unavailable) as caught:
        await asked()
    assert type(caught.value) is kind
    assert caught.value.detail.endswith("HTTP 200, intuit_tid 1-abc")


async def test_a_fault_in_a_batch_is_its_own_query_s(books: Books, read: Read) -> None:
    fault = json.loads(service("5020"))
    books.server.answer(
        f"{AT}/batch", {"BatchItemResponse": [{"bId": "0", "QueryResponse": {}}, {"bId": "1", **fault}]}
    )
    with pytest.raises(NeedsPerson) as caught:
        await read.keys(COMPANY)
    assert caught.value.cause is Cause.NOT_ON_PLAN
    books.server.answer(f"{AT}/batch", {"BatchItemResponse": [{"bId": "0", "QueryResponse": {}}]})
    with pytest.raises(Unavailable):
        await read.keys(COMPANY)


async def test_a_refused_token_is_replaced_once(books: Books, quickbooks: QuickBooks) -> None:
    refusal = JSONResponse(json.loads(gateway("3200")), 401)
    books.server.answer(f"{AT}/batch", refusal, books.batch)
    tokens = Tokens("old", "new")
    assert [page async for page in quickbooks.read(tokens, REALM, VENDORS)]
    assert tokens.refused == ["old"]
    books.server.answer(f"{AT}/batch", refusal)
    with pytest.raises(Unavailable):
        _ = [page async for page in quickbooks.read(Tokens("a", "b", "c"), REALM, VENDORS)]
    assert len(books.server.seen(f"{AT}/batch")) == 4


async def test_a_limit_of_a_company_closes_it_for_a_minute_and_no_other(
    books: Books, read: Read, clock: HandClock
) -> None:
    books.server.answer(f"{AT}/batch", JSONResponse(json.loads(service("3001", "SERVICE")), 429))
    for _ in range(2):
        with pytest.raises(RateLimited) as caught:
            await read.keys(VENDORS)
        assert caught.value.retry_at == clock() + timedelta(minutes=1)
    assert books.calls == ["/batch"]
    clock.move(61)
    books.server.answer(f"{AT}/batch", books.batch)
    assert await read.keys(VENDORS) == ["vendor-1"]


async def test_a_grant_has_one_company_which_ends_with_it(quickbooks: QuickBooks, clock: HandClock) -> None:
    tokens = OneCredential(held(clock))
    (one,) = await quickbooks.organisations(tokens)
    assert (one.organisation_id, one.name) == (REALM, "Alder & Finch")
    assert await quickbooks.disconnect(tokens, one) == Kept()
    assert not quickbooks.capabilities.ends_one_alone
    assert not quickbooks.capabilities.joins_many
