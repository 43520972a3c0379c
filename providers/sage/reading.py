"""Reads every feed of a business, page by page."""

from collections.abc import AsyncIterator, Awaitable
from datetime import datetime
from typing import TypeVar

from contracts.words.causes import Cause
from contracts.words.standard_information import Currency
from providers.kit.json_bodies import read_object
from providers.kit.json_values import Record
from providers.kit.reads.lists_for_all import ListForAll
from providers.kit.reads.shared_reads import SharedReads
from providers.port.credential import CredentialSource
from providers.port.errors import NeedsPerson
from providers.port.feeds import Feed
from providers.port.provider import Page
from providers.sage import books, feeds
from providers.sage.api import Calls
from providers.sage.businesses import Businesses
from providers.sage.feeds import Listed
from providers.sage.fields import Chart, key_of
from providers.sage.walk import Walk

Value = TypeVar("Value")


class Reading:
    """Reads feeds. There is one in each process, because it keeps what is the same for several of them."""

    def __init__(self, api: Calls, businesses: Businesses, currencies: ListForAll[Currency]) -> None:
        self._api, self._businesses, self._currencies = api, businesses, currencies
        self._charts = SharedReads[Chart]()
        self._on_their_own = {
            feeds.ORGANISATION: self._profile,
            feeds.ANALYSIS_TYPES: self._dimensions,
            feeds.CURRENCIES: self._fixed_currencies,
        }

    async def pages(
        self, tokens: CredentialSource, business_id: str, feed: Feed, since: datetime | None, cursor: str | None
    ) -> AsyncIterator[Page]:
        """The pages of a feed. Records without an id are left out, with a warning that counts them."""
        if (read := self._on_their_own.get(feed)) is not None:
            yield await read(tokens, business_id)
        elif feed == feeds.LEDGER_ACCOUNTS and since is None:
            yield Page(tuple((await self._chart(tokens, business_id, is_told=True)).values()))
        else:
            async for page in self._collection(tokens, business_id, feeds.COLLECTIONS[feed], since, cursor):
                yield page

    async def _collection(
        self, tokens: CredentialSource, business_id: str, where: Listed, since: datetime | None, cursor: str | None
    ) -> AsyncIterator[Page]:
        found, deleted = 0, list[str]()
        if since is not None and where.tells_deleted:
            records = await self._api.whole(Walk(where, {"deleted_since": since}), tokens, business_id)
            deleted = [key_of(record) for record in records]
        changed = None if since is None else {"updated_or_created_since": since}
        walk = Walk(where, changed) if cursor is None else Walk.at(where, changed, cursor)
        async for records, is_last in self._api.pages(walk, tokens, business_id):
            found += len(records)
            # Records refer to no account where the login may not read the chart.
            chart = await _if_allowed(self._chart(tokens, business_id), {}) if records and where.names_accounts else {}
            rows = [row for record in records if (row := where.parse(record, chart)) is not None]
            is_unmodified = is_last and since is not None and not found and not deleted and cursor is None
            follows = (None, walk.expected) if is_last else (walk.cursor, None)
            yield Page(rows, is_last, is_unmodified, deleted, *follows)

    async def _chart(self, tokens: CredentialSource, business_id: str, *, is_told: bool = False) -> Chart:
        """A business's accounts, read once for its own feed and for those whose records refer to them."""

        async def load() -> Chart:
            return books.chart_of(await self._api.whole(Walk(feeds.CHART), tokens, business_id))

        return await self._charts.get(tokens, business_id, load, is_told=is_told)

    async def _profile(self, tokens: CredentialSource, business_id: str) -> Page:
        business = await self._businesses.profile(tokens, business_id)
        # The settings are an area of their own, which many may not see.
        asked = self._api.get("/financial_settings", tokens, feeds.SINGLE, business_id=business_id)
        return Page((books.organisation(business, read_object(await _if_allowed(asked, b"{}"))),))

    async def _dimensions(self, tokens: CredentialSource, business_id: str) -> Page:
        types = await self._api.whole(Walk(feeds.DIMENSIONS), tokens, business_id)
        categories = await self._api.whole(Walk(feeds.CATEGORIES), tokens, business_id) if types else []
        return Page([books.tracking_category(record, categories) for record in types])

    async def _fixed_currencies(self, tokens: CredentialSource, business_id: str) -> Page:
        async def load() -> list[Record]:
            return await self._api.whole(Walk(feeds.FIXED_CURRENCIES), tokens, business_id)

        return Page(await self._currencies.rows(load))


async def _if_allowed(read: Awaitable[Value], otherwise: Value) -> Value:
    """What is read, or something else where the login's role is too low for it."""
    try:
        return await read
    except NeedsPerson as error:
        if error.cause is not Cause.ROLE_TOO_LOW:
            raise
        return otherwise
