"""Reads every feed of a business, page by page."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from contracts.words.causes import Cause
from contracts.words.standard_information import Currency
from providers.kit.clock import Clock
from providers.kit.json_values import Record, text
from providers.port.credential import CredentialSource
from providers.port.errors import NeedsPerson, Unavailable
from providers.port.feeds import Feed
from providers.port.provider import Page
from providers.sage import schemas
from providers.sage.api import Calls
from providers.sage.businesses import Businesses
from providers.sage.envelope import envelope, single
from providers.sage.feeds import (
    ANALYSIS_TYPES,
    BANK_ACCOUNTS,
    BANKS,
    CATEGORIES,
    CHART,
    COLLECTIONS,
    CURRENCIES,
    DIMENSIONS,
    FIXED_CURRENCIES,
    ORGANISATION,
    PAGE,
    SINGLE,
    Collection,
    Listed,
)
from providers.sage.walk import Walk

_CURRENCIES_KEPT = timedelta(days=1)
"""Sage asks not to read its fixed lists often; they are the same for every business."""

_CODES_KEPT, _CHARTS_KEPT = timedelta(minutes=10), 200
"""For how long, and of how many businesses, the codes of accounts are kept: those that are read just now."""


@dataclass(slots=True)
class _Chart:
    """A business's codes of accounts, and when they were read; one caller reads them at a time."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    codes: schemas.Codes = field(default_factory=dict)
    read_at: datetime | None = None


class Reading:
    """Reads feeds. There is one in each process, because it keeps what is the same for several of them."""

    def __init__(self, api: Calls, businesses: Businesses, now: Clock) -> None:
        self._api, self._businesses, self._now = api, businesses, now
        self._currencies: tuple[Currency, ...] = ()
        self._currencies_until = now()
        self._charts: dict[str, _Chart] = {}

    async def pages(
        self, tokens: CredentialSource, business_id: str, feed: Feed, since: datetime | None
    ) -> AsyncIterator[Page]:
        """The pages of a feed. Records without an id are left out, with a warning that counts them."""
        if feed == ORGANISATION:
            yield await self._profile(tokens, business_id)
        elif feed == BANK_ACCOUNTS:
            yield await self._banks(tokens, business_id)
        elif feed == ANALYSIS_TYPES:
            yield await self._dimensions(tokens, business_id)
        elif feed == CURRENCIES:
            yield await self._fixed_currencies(tokens, business_id)
        else:
            async for page in self._collection(tokens, business_id, COLLECTIONS[feed], since):
                yield page

    async def _records(
        self, tokens: CredentialSource, business_id: str, where: Listed, changed: Mapping[str, datetime] | None = None
    ) -> AsyncIterator[tuple[list[Record], bool]]:
        walk, is_last = Walk(where, changed), False
        while not is_last:
            body = await self._api.get(where.path, tokens, PAGE, business_id=business_id, params=walk.params)
            fresh, is_last = walk.take(envelope(body))
            yield fresh, is_last

    async def _whole(
        self, tokens: CredentialSource, business_id: str, where: Listed, changed: Mapping[str, datetime] | None = None
    ) -> list[Record]:
        return [record async for records, _ in self._records(tokens, business_id, where, changed) for record in records]

    async def _collection(
        self, tokens: CredentialSource, business_id: str, collection: Collection, since: datetime | None
    ) -> AsyncIterator[Page]:
        where, found, deleted = collection.where, 0, list[str]()
        if since is not None and collection.tells_deleted:
            records = await self._whole(tokens, business_id, where, {"deleted_since": since})
            deleted = [key for record in records if (key := text(record.get("id"))) is not None]
        changed = None if since is None else {"updated_or_created_since": since}
        async for records, is_last in self._records(tokens, business_id, where, changed):
            found += len(records)
            codes = await self._codes(tokens, business_id) if records and collection.names_accounts else {}
            rows = [row for record in records if (row := collection.parse(record, codes)) is not None]
            is_unmodified = is_last and since is not None and not found and not deleted
            yield Page(rows, is_last, is_unmodified, deleted)

    async def _codes(self, tokens: CredentialSource, business_id: str) -> schemas.Codes:
        """The codes of a business's accounts by their ids, which other records only refer to."""
        chart = self._charts.pop(business_id, None) or _Chart()
        self._charts[business_id] = chart  # the last that was asked for comes last
        if len(self._charts) > _CHARTS_KEPT:
            del self._charts[next(iter(self._charts))]
        async with chart.lock:
            if chart.read_at is None or self._now() - chart.read_at >= _CODES_KEPT:
                try:
                    chart.codes = schemas.codes_in(await self._whole(tokens, business_id, CHART))
                except NeedsPerson as error:
                    if error.cause is not Cause.ROLE_TOO_LOW:
                        raise
                    chart.codes = {}
                chart.read_at = self._now()
            return chart.codes

    async def _profile(self, tokens: CredentialSource, business_id: str) -> Page:
        business = await self._businesses.profile(tokens, business_id)
        financial: Record = {}
        try:
            financial = single(await self._api.get("/financial_settings", tokens, SINGLE, business_id=business_id))
        except NeedsPerson as error:
            # The settings are an area of their own, which many may not see.
            if error.cause is not Cause.ROLE_TOO_LOW:
                raise
        row = schemas.organisation(business, financial)
        if row is None:
            raise Unavailable("the business has no id")
        return Page((row,))

    async def _banks(self, tokens: CredentialSource, business_id: str) -> Page:
        """All bank accounts, each with its account of the chart: nested, or else out of the chart."""
        banks = await self._whole(tokens, business_id, BANKS)
        if any(schemas.names_only(bank.get("ledger_account")) for bank in banks):
            chart = {text(one.get("id")): one for one in await self._whole(tokens, business_id, CHART)}
            banks = [
                bank | {"ledger_account": chart.get(schemas.reference(own := bank.get("ledger_account")), own)}
                for bank in banks
            ]
        return Page([row for bank in banks if (row := schemas.bank_account(bank)) is not None])

    async def _dimensions(self, tokens: CredentialSource, business_id: str) -> Page:
        types = await self._whole(tokens, business_id, DIMENSIONS)
        categories = await self._whole(tokens, business_id, CATEGORIES) if types else []
        made = [schemas.tracking_category(record, categories) for record in types]
        return Page([row for row in made if row is not None])

    async def _fixed_currencies(self, tokens: CredentialSource, business_id: str) -> Page:
        if self._now() >= self._currencies_until:
            records = await self._whole(tokens, business_id, FIXED_CURRENCIES)
            made = [schemas.currency(record) for record in records]
            self._currencies = tuple(row for row in made if row is not None)
            self._currencies_until = self._now() + _CURRENCIES_KEPT
        return Page(self._currencies)
