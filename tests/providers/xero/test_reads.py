"""Calls to Xero's APIs: what is sent, how lists end, and what becomes of refusals."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone

import httpx2
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from contracts.words.causes import Cause
from contracts.words.standard_information import Row
from providers.port.errors import NeedsPerson, ProviderError, RateLimited, Unavailable
from providers.port.feeds import Feed
from providers.port.provider import Page, Removed
from providers.xero import feeds
from providers.xero.feeds import COLLECTIONS
from providers.xero.provider import Xero
from tests.providers.clock import HandClock
from tests.providers.conftest import Tokens, paired
from tests.providers.stand_in import StandIn
from tests.providers.xero.test_errors import EXPIRED, FAILED, NO_SCOPE, NOT_MINE
from tests.providers.xero.test_schemas import KEYS

ACCOUNTING = "/api.xro/2.0"
SINCE = datetime(2026, 11, 20, 13, 0, 0, 999_999, tzinfo=timezone(timedelta(hours=13)))
TOKEN = Tokens("token-1")


async def pages(xero: Xero, feed: Feed, tokens: Tokens = TOKEN, since: datetime | None = None) -> Sequence[Page]:
    return [page async for page in xero.read(tokens, "o-1", feed, since)]


async def rows(xero: Xero, feed: Feed) -> Sequence[Row]:
    return [row for page in await pages(xero, feed) for row in page.rows]


def path(feed: Feed) -> str:
    return ACCOUNTING + COLLECTIONS[feed].path


def contacts(first: int, count: int, **pagination: int) -> dict[str, object]:
    listed: dict[str, object] = {"Contacts": [{"ContactID": f"c-{n}"} for n in range(first, first + count)]}
    return {**listed, "pagination": pagination} if pagination else listed


@pytest.mark.parametrize("feed", list(feeds.FEEDS))
async def test_each_source_is_read_as_json_of_its_organisation(xero: Xero, server: StandIn, feed: Feed) -> None:
    plural = COLLECTIONS[feed].plural
    server.answer(path(feed), {"Status": "OK", plural: [{KEYS[feed]: "k"}, {"Name": "no key"}]})
    (page,) = await pages(xero, feed)
    assert [row.key for row in page.rows] == ["k"]
    assert (page.is_last, page.is_unmodified) == (True, False)
    (call,) = server.seen(path(feed))
    assert call.headers["accept"] == "application/json"
    assert call.headers["authorization"] == "Bearer token-1"
    assert call.headers["xero-tenant-id"] == "o-1"
    assert "if-modified-since" not in call.headers


@pytest.mark.parametrize("feed", list(feeds.FEEDS))
async def test_only_some_sources_are_asked_for_changes(xero: Xero, server: StandIn, feed: Feed) -> None:
    plural = COLLECTIONS[feed].plural
    can = feed in {feeds.ACCOUNTS, feeds.ITEMS, feeds.CONTACTS}
    server.answer(path(feed), {"Status": "OK", plural: [] if can else [{KEYS[feed]: "k"}]})
    (page,) = await pages(xero, feed, since=SINCE)
    (call,) = server.seen(path(feed))
    assert call.headers.get("if-modified-since") == ("2026-11-20T00:00:00" if can else None)
    assert (page.is_unmodified, page.is_last) == (can, True)


SIGNED = {"Xero-Correlation-Id": "1b4a0c52-6b1e-4d0b-8a0e-3d2f8b8a7f11"}


@pytest.mark.parametrize("answer", [Response(None, 304), Response(None, 200, SIGNED), Response(None, 204, SIGNED)])
async def test_no_change_may_come_without_a_body(xero: Xero, server: StandIn, answer: Response) -> None:
    server.answer(path(feeds.CONTACTS), answer)
    (page,) = await pages(xero, feeds.CONTACTS, since=SINCE)
    assert page == Page(rows=(), is_last=True, is_unmodified=True)


async def test_an_empty_body_is_no_empty_list(xero: Xero, server: StandIn) -> None:
    server.answer(path(feeds.CONTACTS), Response(status_code=200))
    with pytest.raises(Unavailable):
        await pages(xero, feeds.CONTACTS)


async def test_a_list_without_records_is_one_empty_page(xero: Xero, server: StandIn) -> None:
    server.answer(path(feeds.CONTACTS), contacts(0, 0))
    assert await pages(xero, feeds.CONTACTS) == [Page(rows=[])]


async def test_contacts_are_walked_by_the_page_count(xero: Xero, server: StandIn) -> None:
    server.answer(
        path(feeds.CONTACTS),
        contacts(0, 1000, page=1, pageSize=1000, pageCount=2, itemCount=1500),
        contacts(1000, 500, page=2, pageSize=1000, pageCount=2, itemCount=1500),
    )
    read = await pages(xero, feeds.CONTACTS)
    assert [(len(page.rows), page.is_last) for page in read] == [(1000, False), (500, True)]
    calls = server.seen(path(feeds.CONTACTS))
    assert [call.query["page"] for call in calls] == ["1", "2"]
    assert all(call.query["pageSize"] == "1000" and call.query["includeArchived"] == "true" for call in calls)


@pytest.mark.parametrize(
    ("sizes", "calls"),
    [([1000, 3], 2), ([1000, 0], 2), ([999], 1), ([100, 100, 40], 3), ([100, 0], 2)],
)
async def test_contacts_are_walked_without_a_count_to_the_page_that_is_not_full(
    xero: Xero, server: StandIn, sizes: list[int], calls: int
) -> None:
    server.answer(path(feeds.CONTACTS), *(contacts(sum(sizes[:n]), size) for n, size in enumerate(sizes)))
    assert len(await rows(xero, feeds.CONTACTS)) == sum(sizes)
    assert len(server.seen(path(feeds.CONTACTS))) == calls


async def test_a_server_that_repeats_its_page_ends_the_walk(xero: Xero, server: StandIn) -> None:
    server.answer(path(feeds.CONTACTS), contacts(0, 1000))
    assert len(await rows(xero, feeds.CONTACTS)) == 1000
    assert len(server.seen(path(feeds.CONTACTS))) == 2
    server.answer(path(feeds.CONTACTS), contacts(0, 5, pageCount=1_000_000))
    assert len(await rows(xero, feeds.CONTACTS)) == 5


async def test_a_record_that_moves_to_a_later_page_is_one_row(xero: Xero, server: StandIn) -> None:
    server.answer(path(feeds.CONTACTS), contacts(0, 1000), contacts(999, 10))
    read = await rows(xero, feeds.CONTACTS)
    assert len({row.key for row in read}) == len(read) == 1009


async def test_an_expired_token_is_replaced_once(xero: Xero, server: StandIn) -> None:
    tokens = Tokens("old", "new")
    server.answer(path(feeds.CURRENCIES), Response(EXPIRED, 401), {"Currencies": [{"Code": "GBP"}]})
    assert [row.key for page in await pages(xero, feeds.CURRENCIES, tokens) for row in page.rows] == ["GBP"]
    assert tokens.refused == ["old"]
    sent = [call.headers["authorization"] for call in server.seen(path(feeds.CURRENCIES))]
    assert sent == ["Bearer old", "Bearer new"]


async def test_a_missing_scope_is_not_worth_a_new_token(xero: Xero, server: StandIn) -> None:
    tokens = Tokens("old", "new")
    server.answer(path(feeds.CONTACTS), Response(NO_SCOPE, 401, {"WWW-Authenticate": "insufficient_scope"}))
    with pytest.raises(NeedsPerson) as caught:
        await pages(xero, feeds.CONTACTS, tokens)
    assert caught.value.cause is Cause.PERMISSION_MISSING
    assert tokens.refused == []


def dropped(request: Request) -> Response:
    raise httpx2.ReadError("secret token-1")


def slow(request: Request) -> Response:
    raise httpx2.ReadTimeout("secret token-1")


@pytest.mark.parametrize(
    ("answer", "kind", "cause"),
    [
        (Response(NOT_MINE, 403), NeedsPerson, Cause.ACCESS_LOST),
        (PlainTextResponse("not found", 404), Unavailable, Cause.PROVIDER_UNAVAILABLE),
        (Response(FAILED, 412), NeedsPerson, Cause.UNKNOWN),
        (PlainTextResponse("Organisation offline", 503), Unavailable, Cause.PROVIDER_UNAVAILABLE),
        (PlainTextResponse('{"Contacts":[{"Con'), Unavailable, Cause.PROVIDER_UNAVAILABLE),
        (Response(b"\x1f\x8bnot gzip", 200, {"content-encoding": "gzip"}), Unavailable, Cause.PROVIDER_UNAVAILABLE),
        (dropped, Unavailable, Cause.PROVIDER_UNAVAILABLE),
        (slow, Unavailable, Cause.PROVIDER_UNAVAILABLE),
    ],
)
async def test_a_refusal_has_its_cause_and_is_not_tried_again(
    xero: Xero, server: StandIn, answer: object, kind: type[ProviderError], cause: Cause
) -> None:
    server.answer(path(feeds.CONTACTS), answer)
    with pytest.raises(kind) as caught:
        await pages(xero, feeds.CONTACTS)
    assert caught.value.cause is cause
    assert "token-1" not in str(caught.value)
    assert len(server.seen(path(feeds.CONTACTS))) == 1


async def test_a_day_limit_is_run_into_once(xero: Xero, server: StandIn, clock: HandClock) -> None:
    headers = {"X-Rate-Limit-Problem": "day", "Retry-After": "45461"}
    server.answer(path(feeds.CONTACTS), PlainTextResponse("", 429, headers))
    for feed in (feeds.CONTACTS, feeds.ITEMS):
        with pytest.raises(RateLimited) as caught:
            await pages(xero, feed)
        assert caught.value.is_long
        assert caught.value.retry_at == clock() + timedelta(seconds=45_461)
    assert len(server.calls) == 1


async def test_the_last_call_of_a_minute_is_noticed(xero: Xero, server: StandIn) -> None:
    spent = JSONResponse({"Currencies": []}, headers={"X-MinLimit-Remaining": "0"})
    server.answer(path(feeds.CURRENCIES), spent)
    await pages(xero, feeds.CURRENCIES)
    with pytest.raises(RateLimited) as caught:
        await pages(xero, feeds.CURRENCIES)
    assert caught.value.limit == "minute"
    assert len(server.calls) == 1


CONNECTIONS = [
    {
        "id": f"connection-{n}",
        "authEventId": "event",
        "tenantId": f"o-{n}",
        "tenantType": "ORGANISATION",
        "tenantName": "Marsh",
        "createdDateUtc": "2019-11-20T20:01:39.7131130",
    }
    for n in range(3)
]


def by_event(request: Request) -> Response:
    return JSONResponse(CONNECTIONS[:1] if request.query_params.get("authEventId") == "e-1" else CONNECTIONS)


async def test_the_organisations_of_a_consent_are_marked(xero: Xero, server: StandIn) -> None:
    server.answer("/connections", by_event)
    found = await xero.organisations(TOKEN, "e-1")
    assert [o.is_from_this_consent for o in found] == [True, False, False]
    assert found[0].provider_connection_id == "connection-0"
    assert len(server.calls) == 2
    assert all("xero-tenant-id" not in call.headers for call in server.calls)


async def test_a_consent_that_chose_nothing_new_marks_none_and_reaches_all(xero: Xero, server: StandIn) -> None:
    def nothing(request: Request) -> Response:
        return JSONResponse([] if "authEventId" in request.query_params else CONNECTIONS)

    server.answer("/connections", nothing)
    found = await xero.organisations(TOKEN, "e-1")
    assert [o.is_from_this_consent for o in found] == [False] * 3


async def test_without_a_consent_one_call_is_enough(xero: Xero, server: StandIn) -> None:
    server.answer("/connections", by_event)
    assert len(await xero.organisations(TOKEN)) == 3
    assert len(server.calls) == 1


async def test_a_list_of_connections_that_is_none_is_not_an_empty_one(xero: Xero, server: StandIn) -> None:
    server.answer("/connections", PlainTextResponse(""))
    with pytest.raises(Unavailable):
        await xero.organisations(TOKEN)


async def test_disconnecting_is_by_connection(xero: Xero, server: StandIn) -> None:
    server.answer("/connections/connection-1", Response(status_code=204))
    assert await xero.disconnect(TOKEN, paired("connection-1")) == Removed()
    assert [call.method for call in server.calls] == ["DELETE"]


async def test_an_id_cannot_leave_its_place_in_the_path(xero: Xero, server: StandIn) -> None:
    server.answer("/connections", [])
    await xero.disconnect(TOKEN, paired("../api.xro/2.0/Contacts?x=1"))
    assert server.calls[0].query == {}


async def test_a_modified_time_is_sent_in_utc_to_the_second(xero: Xero, server: StandIn) -> None:
    server.answer(path(feeds.ITEMS), {"Items": []})
    await pages(xero, feeds.ITEMS, since=datetime(2026, 1, 2, 3, 4, 5, 600_000, tzinfo=UTC))
    assert server.calls[0].headers["if-modified-since"] == "2026-01-02T03:04:05"


async def test_each_refusal_of_a_token_brings_a_newer_one_before_anything_is_declared(
    xero: Xero, server: StandIn
) -> None:
    """The first newer token may be one that another call got long ago, and be refused too."""
    tokens = Tokens("old", "another's", "new")
    expired = Response(EXPIRED, 401)
    server.answer(path(feeds.CURRENCIES), expired, expired, {"Currencies": [{"Code": "GBP"}]})
    assert [row.key for page in await pages(xero, feeds.CURRENCIES, tokens) for row in page.rows] == ["GBP"]
    assert tokens.refused == ["old", "another's"]


async def test_a_token_that_stays_refused_signs_nobody_out(xero: Xero, server: StandIn) -> None:
    server.answer(path(feeds.CURRENCIES), *[Response(EXPIRED, 401)] * 3)
    with pytest.raises(Unavailable):
        await pages(xero, feeds.CURRENCIES, Tokens("old", "newer", "newest", "never asked for"))
