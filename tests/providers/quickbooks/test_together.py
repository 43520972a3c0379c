"""What several feeds of a pull want at the same moment comes in one call, and each has its own answer."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable

import httpx2
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from contracts.words.causes import Cause
from providers.port.errors import NeedsPerson, ProviderError, Unavailable
from providers.port.feeds import Feed
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
from tests.providers.conftest import Allowance
from tests.providers.kit.test_turns import one_round
from tests.providers.quickbooks.books import AT, Books, Read
from tests.providers.quickbooks.conftest import REALM, SETTINGS, Intuit


async def a_moment(_: float) -> None:
    """Time enough for whoever waits for the same answer to take it and go on."""
    for _ in range(100):
        await one_round()


class Network(httpx2.ASGITransport):
    """An answer takes longer than others are waited for."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        for _ in range(10):
            await a_moment(0)
        return await super().handle_async_request(request)


@pytest.fixture
def books(server: Intuit) -> Books:
    return Books(server)


@pytest.fixture
async def read(server: Intuit, allowance: Allowance, clock: HandClock) -> AsyncIterator[Read]:
    http = httpx2.AsyncClient(transport=Network(server.app))
    provider = QuickBooks(SETTINGS, http, allowance, clock, a_moment)
    yield Read(provider, clock)
    await provider.close()


def refusing(books: Books, entity: str, code: str) -> Callable[[Request], Response]:
    """Batches in which one list has a fault."""

    def answered(request: Request) -> Response:
        answer = json.loads(bytes(books.batch(request).body))
        asked = json.loads(books.server.bodies[-1])["BatchItemRequest"]
        for place, one in enumerate(asked):
            if f"FROM {entity}" in one["Query"]:
                fault = {"Error": [{"Message": "no", "code": code}], "type": "ValidationFault"}
                answer["BatchItemResponse"][place] = {"bId": one["bId"], "Fault": fault}
        return JSONResponse(answer)

    return answered


async def test_a_first_pull_takes_six_calls(books: Books, read: Read) -> None:
    keys = await asyncio.gather(*(read.keys(feed) for feed in FEEDS))
    assert dict(zip(FEEDS, keys, strict=True)) == {
        COMPANY: [REALM],
        ACCOUNTS: ["1", "2"],
        TAX_CODES: ["5", "TAX", "NON"],
        TRACKING: ["Class", "Department"],
        ITEMS: ["7"],
        VENDORS: ["vendor-1"],
        CUSTOMERS: ["customer-1"],
        CURRENCIES: ["EUR", "USD"],
    }
    assert books.calls == ["/batch"] * 6


async def test_a_night_in_which_everything_changed_takes_three_calls(books: Books, read: Read) -> None:
    """With the look at the login, four of the month's."""
    books.changes = {entity: records for entity, records in books.lists.items() if entity not in {"TaxCode", "TaxRate"}}
    since = read.recently()
    keys = await asyncio.gather(*(read.keys(feed, since) for feed in FEEDS))
    assert keys[2:5] == [["5", "TAX", "NON"], ["Class", "Department"], ["7"]]
    assert sorted(books.calls) == ["/batch", "/batch", "/cdc"]


@pytest.mark.parametrize("path", ["/batch", "/cdc"])
async def test_an_answer_that_several_wait_for_and_that_fails_is_not_asked_for_by_each(
    books: Books, read: Read, path: str
) -> None:
    """One that never comes would be waited for by one after the other, and with them by every client of the group."""
    books.server.answer(f"{AT}{path}", Response(status_code=503))
    asking = [feed for feed in FEEDS if feed.tells_changes or path == "/batch"]
    since = read.recently()
    came = await asyncio.gather(*(read.keys(feed, since) for feed in asking), return_exceptions=True)
    assert [type(one) for one in came] == [Unavailable] * len(asking)
    assert books.calls.count(path) == 1


async def test_a_list_that_is_refused_is_refused_alone(books: Books, read: Read) -> None:
    books.server.answer(f"{AT}/batch", refusing(books, "Class", "5030"))
    tracking, codes, currencies = await asyncio.gather(
        *(read.keys(feed) for feed in (TRACKING, TAX_CODES, CURRENCIES)), return_exceptions=True
    )
    assert isinstance(tracking, NeedsPerson)
    assert tracking.cause is Cause.NOT_ON_PLAN
    assert (codes, currencies) == (["5", "TAX", "NON"], ["EUR", "USD"])


async def test_each_hears_of_a_call_that_fails_and_may_ask_again(books: Books, read: Read) -> None:
    await read.keys(COMPANY)
    books.server.answer(f"{AT}/batch", lambda _: Response("down", 503))
    feeds: tuple[Feed, ...] = (TRACKING, TAX_CODES, CURRENCIES)
    failed = await asyncio.gather(*(read.keys(feed) for feed in feeds), return_exceptions=True)
    assert [type(one) for one in failed] == [Unavailable] * 3
    assert books.calls == ["/batch"] * 2
    books.server.answer(f"{AT}/batch", books.batch)
    assert await asyncio.gather(*(read.keys(feed) for feed in feeds)) == [
        ["Class", "Department"],
        ["5", "TAX", "NON"],
        ["EUR", "USD"],
    ]


async def test_who_stops_waiting_takes_nothing_from_the_others(books: Books, read: Read) -> None:
    await read.keys(COMPANY)
    first, second = (asyncio.create_task(read.keys(feed)) for feed in (TAX_CODES, CURRENCIES))
    for _ in range(20):
        await one_round()
    first.cancel()
    assert await second == ["EUR", "USD"]
    with pytest.raises(asyncio.CancelledError):
        await first
    assert not [one for one in books.asked if "TaxCode" in one]


async def test_two_pulls_of_a_company_ask_each_for_itself(books: Books, read: Read, clock: HandClock) -> None:
    other = Read(read.quickbooks, clock)
    both: list[list[str] | ProviderError] = list(await asyncio.gather(read.keys(TAX_CODES), other.keys(TAX_CODES)))
    assert both == [["5", "TAX", "NON"]] * 2
    assert books.calls == ["/batch"] * 4
