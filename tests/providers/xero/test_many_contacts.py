"""More contacts than are given in any order, and more pages than a minute has calls: all are read, or it is said."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from contracts.words.causes import Cause
from contracts.words.standard_information import Row
from providers.port.errors import NeedsPerson, RateLimited, TooSmall
from providers.xero import feeds
from providers.xero.provider import Xero
from tests.providers.clock import HandClock
from tests.providers.conftest import Tokens
from tests.providers.stand_in import StandIn
from tests.providers.xero.test_reads import SINCE, contacts, pages, path, rows

PATH = path(feeds.CONTACTS)
TOO_MANY = {"ErrorNumber": 51, "Type": "HighVolumeException", "Message": "Use an optimised order."}
BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
MOMENTS = [n // 40 for n in range(150)]
"""Of 150 contacts, the second of the last change: forty at a time share one, and a page holds ten."""


def by_change(moments: list[int], size: int = 10, edit: Callable[[int], None] = lambda _: None) -> object:
    """A server that refuses any order but by change, with pages of ``size``."""
    asked = 0

    def answer(request: Request) -> Response:
        nonlocal asked
        if request.query_params.get("order") != "UpdatedDateUTC ASC":
            return JSONResponse(TOO_MANY, 400)
        since = request.headers.get("if-modified-since")
        after = datetime.fromisoformat(since).replace(tzinfo=UTC) if since else BEGINNING - timedelta(days=1)
        at = [(BEGINNING + timedelta(seconds=moment), n) for n, moment in enumerate(moments)]
        found = sorted(one for one in at if one[0] > after)
        page = int(request.query_params["page"])
        records = [
            {
                "ContactID": f"c-{n}",
                "Name": str(moments[n]),
                "UpdatedDateUTC": moment.isoformat(),
            }
            for moment, n in found[(page - 1) * size : page * size]
        ]
        pagination = {"page": page, "pageCount": -(-len(found) // size), "itemCount": len(found)}
        asked += 1
        edit(asked)
        return JSONResponse({"Contacts": records, "pagination": pagination})

    return answer


async def test_too_many_for_the_usual_order_are_read_by_change(xero: Xero, server: StandIn) -> None:
    server.answer(PATH, by_change(MOMENTS))
    found = await rows(xero, feeds.CONTACTS)
    assert sorted(row.key for row in found) == sorted(f"c-{n}" for n in range(150))
    assert server.seen(PATH)[0].query["order"] == "ContactID ASC"
    assert all(call.query["includeArchived"] == "true" for call in server.calls)


async def test_what_is_edited_meanwhile_hides_nobody(xero: Xero, server: StandIn) -> None:
    """Each time a page was given, the contact that changed longest ago is changed: all others move up by one."""
    moments = [*range(60)]
    server.answer(PATH, by_change(moments, edit=lambda asked: moments.__setitem__(asked, 1000 + asked)))
    found = await rows(xero, feeds.CONTACTS)
    assert {row.key for row in found} == {f"c-{n}" for n in range(60)}


async def test_only_what_changed_is_asked_for_by_change_too(xero: Xero, server: StandIn) -> None:
    server.answer(PATH, by_change(MOMENTS))
    read = await pages(xero, feeds.CONTACTS, since=BEGINNING + timedelta(seconds=2))
    assert len([row for page in read for row in page.rows]) == sum(moment > 2 for moment in MOMENTS)
    assert not any(page.is_unmodified for page in read)
    (nothing,) = await pages(xero, feeds.CONTACTS, since=BEGINNING + timedelta(days=1))
    assert nothing.is_unmodified


async def test_by_change_a_short_answer_is_refused_as_well(xero: Xero, server: StandIn) -> None:
    refused = JSONResponse(TOO_MANY, 400)
    server.answer(PATH, refused, contacts(0, 90, pageCount=1, itemCount=100))
    with pytest.raises(TooSmall):
        await pages(xero, feeds.CONTACTS)


async def test_a_server_that_repeats_its_page_by_change_ends_the_walk(xero: Xero, server: StandIn) -> None:
    server.answer(PATH, JSONResponse(TOO_MANY, 400), contacts(0, 5, pageCount=1_000_000))
    assert len(await rows(xero, feeds.CONTACTS)) == 5
    assert len(server.calls) < 20


@pytest.mark.parametrize("since", [None, SINCE])
async def test_what_no_order_gives_has_a_cause_of_its_own(xero: Xero, server: StandIn, since: datetime | None) -> None:
    server.answer(PATH, JSONResponse(TOO_MANY, 400))
    with pytest.raises(NeedsPerson) as caught:
        await pages(xero, feeds.CONTACTS, since=since)
    assert caught.value.cause is Cause.TOO_MANY_RECORDS
    assert len(server.calls) == 2


async def gone_on_with(xero: Xero, clock: HandClock) -> list[Row]:
    """All rows of a walk of which each page is asked for alone, at the cursor of the one before."""
    found: list[Row] = []
    cursor: str | None = None
    while True:
        try:
            page = await anext(xero.read(Tokens("t"), "o-1", feeds.CONTACTS, None, cursor))
        except RateLimited:
            clock.move(60)
            continue
        found += page.rows
        if page.is_last:
            return found
        cursor = page.cursor
        assert cursor is not None


async def test_a_walk_goes_on_at_its_page(xero: Xero, server: StandIn, clock: HandClock) -> None:
    count = 150
    server.answer(PATH, *(contacts(n * 3, 3, page=n + 1, pageCount=count, itemCount=count * 3) for n in range(count)))
    found = await gone_on_with(xero, clock)
    assert len({row.key for row in found}) == len(found) == count * 3
    assert [int(call.query["page"]) for call in server.calls] == [*range(1, count + 1)]


async def test_a_walk_by_change_goes_on_where_it_was(xero: Xero, server: StandIn, clock: HandClock) -> None:
    server.answer(PATH, by_change(MOMENTS))
    whole = len(await pages(xero, feeds.CONTACTS))
    server.calls.clear()
    found = await gone_on_with(xero, clock)
    assert {row.key for row in found} == {f"c-{n}" for n in range(150)}
    assert len(server.calls) in {whole, whole + 1}  # the order that is refused is asked for once


async def test_a_walk_that_goes_on_counts_what_came_before(xero: Xero, server: StandIn) -> None:
    of = {"pageCount": 2, "itemCount": 6}
    server.answer(PATH, contacts(0, 3, page=1, **of), contacts(3, 2, page=2, **of))
    first = await anext(xero.read(Tokens("t"), "o-1", feeds.CONTACTS))
    with pytest.raises(TooSmall):
        await anext(xero.read(Tokens("t"), "o-1", feeds.CONTACTS, None, first.cursor))
    server.answer(PATH, contacts(3, 3, page=2, **of))
    last = await anext(xero.read(Tokens("t"), "o-1", feeds.CONTACTS, None, first.cursor))
    assert (last.is_last, last.expected, last.cursor) == (True, 6, None)


async def test_a_list_that_shrinks_while_it_is_read_may_have_moved_a_record_past_us(
    xero: Xero, server: StandIn
) -> None:
    server.answer(
        PATH,
        contacts(0, 3, page=1, pageCount=2, itemCount=6),
        contacts(4, 2, page=2, pageCount=2, itemCount=5),
    )
    with pytest.raises(TooSmall):
        await pages(xero, feeds.CONTACTS)


async def test_a_cursor_that_cannot_be_read_begins_at_the_first_page(xero: Xero, server: StandIn) -> None:
    server.answer(PATH, contacts(0, 3, page=1, pageCount=2))
    for cursor in ("", "{}", "page 7", '{"page": null}'):
        await anext(xero.read(Tokens("t"), "o-1", feeds.CONTACTS, None, cursor))
    assert {call.query["page"] for call in server.calls} == {"1"}


async def test_a_day_that_is_used_up_is_not_waited_for(xero: Xero, server: StandIn) -> None:
    limited = Response("", 429, {"X-Rate-Limit-Problem": "day", "Retry-After": "45461"})
    server.answer(PATH, *(contacts(n, 1, pageCount=90) for n in range(30)), limited)
    with pytest.raises(RateLimited):
        await pages(xero, feeds.CONTACTS)


async def test_a_short_walk_leaves_the_minute_to_whoever_plans(xero: Xero, server: StandIn) -> None:
    limited = Response("", 429, {"X-Rate-Limit-Problem": "minute", "Retry-After": "30"})
    server.answer(PATH, contacts(0, 1, pageCount=9), limited)
    with pytest.raises(RateLimited):
        await pages(xero, feeds.CONTACTS)
