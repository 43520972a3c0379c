"""Answers that are known again: by their records and counts, never by what is other in each call."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from starlette.responses import Response

from providers.port.errors import ProviderError
from providers.port.feeds import Feed
from providers.port.provider import LastAnswer, Page
from providers.xero import feeds
from providers.xero.envelope import fingerprint_of
from providers.xero.feeds import COLLECTIONS
from providers.xero.provider import Xero
from tests.providers.conftest import Tokens
from tests.providers.stand_in import StandIn
from tests.providers.xero.test_reads import path
from tests.providers.xero.test_schemas import KEYS

FINGERPRINTED = [feed for feed in feeds.FEEDS if feed.fingerprinted]
UNKNOWN = LastAnswer("a salt")


def answer(feed: Feed, *records: Any, call: int = 1, **counts: int) -> Response:
    """As Xero writes it."""
    of_the_call = {"Id": f"id-{call}", "Status": "OK", "ProviderName": 'An "app"', "DateTimeUTC": f"/Date({call})/"}
    pagination = {"pagination": counts} if counts else {}
    return Response(orjson.dumps({**of_the_call, **pagination, COLLECTIONS[feed].plural: records}))


async def pages(xero: Xero, feed: Feed, last: LastAnswer | None, **more: Any) -> Sequence[Page]:
    return [page async for page in xero.read(Tokens("t"), "o-1", feed, **more, last=last)]


async def told(xero: Xero, server: StandIn, feed: Feed, given: Response, last: LastAnswer) -> Page:
    server.answer(path(feed), given)
    (page,) = await pages(xero, feed, last)
    return page


def test_the_profile_is_read_each_time_and_every_list_may_be_known_again() -> None:
    assert {feed.name for feed in feeds.FEEDS} - {feed.name for feed in FINGERPRINTED} == {"organisation"}


@pytest.mark.parametrize("feed", FINGERPRINTED)
async def test_the_same_records_are_known_again_in_another_call(xero: Xero, server: StandIn, feed: Feed) -> None:
    record = {KEYS[feed]: "k", "Name": "Ash"}
    first = await told(xero, server, feed, answer(feed, record), UNKNOWN)
    assert ([row.key for row in first.rows], first.is_unmodified) == (["k"], False)
    assert first.fingerprint
    known = LastAnswer("a salt", first.fingerprint)
    again = await told(xero, server, feed, answer(feed, record, call=2), known)
    assert (again.rows, again.is_unmodified, again.is_last) == ((), True, True)
    assert again.fingerprint == first.fingerprint
    for other in ({**record, "Name": "Elm"}, {**record, "Unknown": 1}):
        changed = await told(xero, server, feed, answer(feed, other), known)
        assert (len(changed.rows), changed.is_unmodified) == (1, False)
        assert changed.fingerprint not in {None, first.fingerprint}
    elsewhere = await told(xero, server, feed, answer(feed, record), LastAnswer("another salt", first.fingerprint))
    assert (len(elsewhere.rows), elsewhere.is_unmodified) == (1, False)


async def test_who_gives_no_last_answer_is_told_no_fingerprint(xero: Xero, server: StandIn) -> None:
    server.answer(path(feeds.CONTACTS), answer(feeds.CONTACTS, {"ContactID": "c"}))
    (page,) = await pages(xero, feeds.CONTACTS, None)
    assert (len(page.rows), page.fingerprint) == (1, None)


async def test_changes_and_answers_of_several_pages_have_no_fingerprint(xero: Xero, server: StandIn) -> None:
    record = {"ContactID": "c"}
    server.answer(path(feeds.CONTACTS), answer(feeds.CONTACTS, record))
    (changes,) = await pages(xero, feeds.CONTACTS, UNKNOWN, modified_since=datetime(2026, 11, 1, tzinfo=UTC))
    assert (len(changes.rows), changes.fingerprint) == (1, None)
    given = [answer(feeds.CONTACTS, {"ContactID": f"c-{page}"}, page=page, pageCount=2, itemCount=2) for page in (1, 2)]
    server.answer(path(feeds.CONTACTS), *given)
    several = await pages(xero, feeds.CONTACTS, UNKNOWN)
    assert [(len(page.rows), page.fingerprint) for page in several] == [(1, None), (1, None)]
    server.answer(path(feeds.CONTACTS), given[1])
    (rest,) = await pages(xero, feeds.CONTACTS, UNKNOWN, cursor=several[0].cursor)
    assert (len(rest.rows), rest.fingerprint) == (1, None)


async def test_a_first_page_that_was_all_is_not_known_again_where_another_follows(xero: Xero, server: StandIn) -> None:
    record = {"ContactID": "c"}
    whole = answer(feeds.CONTACTS, record, page=1, pageCount=1, itemCount=1)
    first = await told(xero, server, feeds.CONTACTS, whole, UNKNOWN)
    server.answer(
        path(feeds.CONTACTS),
        answer(feeds.CONTACTS, record, page=1, pageCount=2, itemCount=2),
        answer(feeds.CONTACTS, {"ContactID": "d"}, page=2, pageCount=2, itemCount=2),
    )
    came = await pages(xero, feeds.CONTACTS, LastAnswer("a salt", first.fingerprint))
    assert [row.key for page in came for row in page.rows] == ["c", "d"]


async def test_an_answer_that_is_none_gives_no_fingerprint(xero: Xero, server: StandIn) -> None:
    cut = bytes(answer(feeds.CONTACTS, {"ContactID": "c"}).body)[:-3]
    server.answer(path(feeds.CONTACTS), Response(cut))
    with pytest.raises(ProviderError):
        await pages(xero, feeds.CONTACTS, UNKNOWN)


@pytest.mark.parametrize(
    "body",
    [
        b'{"Contacts":[]}',
        b'{"Id":"1","Status":"OK","ProviderName":"P","Contacts":[],"DateTimeUTC":"/Date(1)/"}',
        b'{"Id":"1","Status":"ERROR","ProviderName":"P","DateTimeUTC":"/Date(1)/","Contacts":[]}',
        b'{"Id":"a \\" quote","Status":"OK","ProviderName":"P","DateTimeUTC":"/Date(1)/","Contacts":[]}',
        b"",
    ],
)
def test_an_answer_that_begins_otherwise_is_taken_apart_each_time(body: bytes) -> None:
    assert fingerprint_of(body, "") is None


def test_white_space_between_the_words_of_the_call_is_fine() -> None:
    body = b'{\n "Id": "1",\n "Status": "OK",\n "ProviderName": "P",\n "DateTimeUTC": "\\/Date(1)\\/",\n "Items": []}'
    assert fingerprint_of(body, "") == fingerprint_of(body.replace(b"Date(1)", b"Date(2)"), "") is not None
