"""Answers that are smaller than they can be: none of them is taken for all that there is."""

import pytest

from contracts.words.causes import Cause
from providers.port.errors import TooSmall
from providers.port.feeds import Feed
from providers.xero import feeds
from providers.xero.feeds import COLLECTIONS
from providers.xero.provider import Xero
from tests.providers.stand_in import StandIn
from tests.providers.xero.test_reads import SINCE, contacts, pages, path, rows


@pytest.mark.parametrize("feed", [feeds.ORGANISATION, feeds.ACCOUNTS])
async def test_what_cannot_be_empty_is_not_believed_to_be(xero: Xero, server: StandIn, feed: Feed) -> None:
    server.answer(path(feed), {"Status": "OK", COLLECTIONS[feed].plural: []})
    with pytest.raises(TooSmall):
        await pages(xero, feed)


TWO_PAGES = {"pageSize": 1000, "pageCount": 2, "itemCount": 1200}


@pytest.mark.parametrize(
    "answers",
    [
        [contacts(0, 1000, page=1, **TWO_PAGES), contacts(1000, 0, page=2, **TWO_PAGES)],
        [contacts(0, 1000, page=1, **TWO_PAGES), contacts(1000, 199, page=2, **TWO_PAGES)],
        [contacts(0, 800, page=1, **TWO_PAGES), contacts(1000, 200, page=2, **TWO_PAGES)],
        [contacts(0, 1000, page=1, **TWO_PAGES), contacts(0, 1000, page=1, **TWO_PAGES)],
        [contacts(0, 1000, page=1, pageSize=1000, pageCount=1, itemCount=1200)],
        [contacts(0, 0, page=1, pageSize=1000, pageCount=0, itemCount=1200)],
    ],
)
async def test_fewer_records_than_the_answer_counts_are_no_complete_read(
    xero: Xero, server: StandIn, answers: list[object]
) -> None:
    for since in (None, SINCE):
        server.answer(path(feeds.CONTACTS), *answers)
        with pytest.raises(TooSmall) as caught:
            await pages(xero, feeds.CONTACTS, since=since)
        assert caught.value.cause is Cause.PROVIDER_UNAVAILABLE
        assert "1200 records" in caught.value.detail


async def test_a_record_without_a_key_counts_too(xero: Xero, server: StandIn) -> None:
    records = [{"ContactID": "c-1"}, {"Name": "no key"}]
    server.answer(path(feeds.CONTACTS), {"Contacts": records, "pagination": {"pageCount": 1, "itemCount": 2}})
    assert [row.key for row in await rows(xero, feeds.CONTACTS)] == ["c-1"]
