"""Reads a company's feeds: which calls each takes, and how their answers become pages."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime

from contracts.words.causes import Cause
from contracts.words.standard_information import Row
from providers.kit.clock import Clock
from providers.kit.json_values import Record
from providers.kit.reads.shared_reads import SharedReads
from providers.port.credential import CredentialSource
from providers.port.errors import NeedsPerson, TooSmall, Unavailable
from providers.port.feeds import Feed
from providers.port.provider import Page
from providers.quickbooks import rows
from providers.quickbooks.api import Calls, Question
from providers.quickbooks.changes import Changed, ChangeReader
from providers.quickbooks.company import Company
from providers.quickbooks.feeds import (
    ACCOUNTS,
    CHART,
    COLLECTIONS,
    COMPANY,
    CURRENCIES,
    CURRENCY_LIST,
    TAX_CODES,
    TRACKING,
    Collection,
    everything,
)
from providers.quickbooks.rows import Numbers, account
from providers.quickbooks.statements import Statement, Walk, rows_of
from providers.quickbooks.together import Together

_INFO, _PREFERENCES = Statement("CompanyInfo"), Statement("Preferences")
_CODES, _RATES = everything("TaxCode"), everything("TaxRate", has_decimals=True)


class Reading:
    """Reads feeds. There is one in each process, because it keeps what several of them need."""

    def __init__(self, api: Calls, now: Clock, pause: Callable[[float], Awaitable[None]]) -> None:
        self._api, self._now, self._together = api, now, Together(api, pause)
        self._changes = ChangeReader(api, now)
        self._companies = SharedReads[Company]()
        self._charts = SharedReads[list[Record]]()
        self._numbers = SharedReads[Numbers]()

    async def named(self, tokens: CredentialSource, realm: str) -> Company:
        """A company's own record, without its preferences; it proves that the grant opens the company.

        Raises:
            ProviderError: Classified by cause.
        """
        return await self._api.get(f"/companyinfo/{realm}", tokens, realm, _named)

    async def pages(
        self, tokens: CredentialSource, realm: str, feed: Feed, since: datetime | None, cursor: str | None
    ) -> AsyncIterator[Page]:
        """The pages of a feed. Records without an id are left out, with a warning that counts them."""
        if feed == COMPANY:
            yield await self._profile(tokens, realm)
        elif feed == TAX_CODES:
            yield await self._tax_codes(tokens, realm)
        elif feed == TRACKING:
            yield await self._tracking(tokens, realm, since)
        elif feed == ACCOUNTS and since is None:
            yield Page([row for record in await self._chart(tokens, realm, is_told=True) if (row := account(record))])
        elif feed == CURRENCIES:
            yield await self._currencies(tokens, realm, since)
        else:
            async for page in self._collection(tokens, realm, COLLECTIONS[feed], since, cursor):
                yield page

    async def _company(self, tokens: CredentialSource, realm: str, *, is_told: bool = False) -> Company:
        """A company with its preferences, in one call."""

        async def load() -> Company:
            return await self._api.batch((_INFO, _PREFERENCES), tokens, realm, _both)

        return await self._companies.get(tokens, realm, load, is_told=is_told)

    async def _profile(self, tokens: CredentialSource, realm: str) -> Page:
        company = await self._company(tokens, realm, is_told=True)
        if company.has_ended:
            raise NeedsPerson(Cause.SUBSCRIPTION_ENDED, f"the company's status is {company.status}")
        return Page((company.profile(realm),))

    async def _tax_codes(self, tokens: CredentialSource, realm: str) -> Page:
        company = await self._company(tokens, realm)
        codes, rates = await self._whole(tokens, realm, _CODES, _RATES)
        return Page(rows.tax_codes(codes, rates, company, self._now()))

    async def _tracking(self, tokens: CredentialSource, realm: str, since: datetime | None) -> Page:
        """Classes and locations that the company uses; those that it does not use are not asked for."""
        company = await self._company(tokens, realm)
        if not company.tracks and not company.may_track:
            raise NeedsPerson(Cause.NOT_ON_PLAN, f"the company's edition is {company.plan}")
        asked: list[str] = []
        for entity in company.tracks:
            changed = await self._changed(tokens, realm, entity, since)
            if changed is None or not changed.is_nothing:
                asked.append(entity)
        listed = await self._whole(tokens, realm, *map(everything, asked)) if asked else []
        made = [rows.tracking(entity, records, company) for entity, records in zip(asked, listed, strict=True)]
        return Page([row for row in made if row is not None], is_unmodified=since is not None and not asked)

    async def _currencies(self, tokens: CredentialSource, realm: str, since: datetime | None) -> Page:
        company = await self._company(tokens, realm)
        if since is not None:
            changed = await self._changed(tokens, realm, CURRENCY_LIST.entity, since)
            if not company.has_currencies or (changed is not None and changed.is_nothing):
                return Page((), is_unmodified=True)
            if changed is not None:
                gone = [code for one in changed.records if (code := rows.inactive_code(one)) is not None]
                return Page(rows.currencies(changed.records), deleted=gone)
        [listed] = await self._whole(tokens, realm, CURRENCY_LIST) if company.has_currencies else [[]]
        if not (made := rows.currencies(listed, company.home_currency)):
            raise TooSmall("Preferences: no home currency")
        return Page(made)

    async def _collection(
        self, tokens: CredentialSource, realm: str, collection: Collection, since: datetime | None, cursor: str | None
    ) -> AsyncIterator[Page]:
        asked = collection.asked
        changed = await self._changed(tokens, realm, asked.entity, since)
        if changed is not None and since is not None:
            deleted = [key for record in changed.deleted if (key := collection.key(record)) is not None]
            if collection.has_all_in_changes or not changed.records:
                made = await self._made(tokens, realm, collection, changed.records)
                yield Page(made, is_unmodified=changed.is_nothing, deleted=deleted)
                return
            records = await self._with_chart(tokens, realm, asked.since(since))
            yield Page(await self._made(tokens, realm, collection, records), deleted=deleted)
            return
        walk = Walk(asked, is_never_empty=collection.is_never_empty) if cursor is None else Walk.at(asked, cursor)
        async for records, is_last in self._records(tokens, realm, walk):
            made = await self._made(tokens, realm, collection, records)
            if len(made) < len(records):
                keys = {row.key for row in made}
                walk.leave_out(record for record in records if collection.key(record) not in keys)
            if is_last:
                yield Page(made, expected=walk.expected)
            else:
                yield Page(made, is_last=False, cursor=walk.cursor)

    async def _made(
        self, tokens: CredentialSource, realm: str, collection: Collection, records: Sequence[Record]
    ) -> list[Row]:
        numbers = await self._account_numbers(tokens, realm) if records and collection.names_accounts else {}
        return [row for record in records if (row := collection.parse(record, numbers)) is not None]

    async def _account_numbers(self, tokens: CredentialSource, realm: str) -> Numbers:
        """The numbers of a company's accounts, to which other records only refer; none where it uses none."""

        async def load() -> Numbers:
            return rows.numbers_of(await self._chart(tokens, realm))

        if not (await self._company(tokens, realm)).has_account_numbers:
            return {}
        return await self._numbers.get(tokens, realm, load)

    async def _chart(self, tokens: CredentialSource, realm: str, *, is_told: bool = False) -> list[Record]:
        """A company's accounts, read once for their own feed and for those whose records refer to them."""

        async def load() -> list[Record]:
            pages = self._records(tokens, realm, Walk(CHART, is_never_empty=True))
            return [record async for records, _ in pages for record in records]

        return await self._charts.get(tokens, realm, load, is_told=is_told)

    async def _with_chart(self, tokens: CredentialSource, realm: str, asked: Statement) -> list[Record]:
        """All records of a short list that refer to accounts; where their numbers count, the chart comes beside it."""
        if not (await self._company(tokens, realm)).has_account_numbers:
            return (await self._whole(tokens, realm, asked))[0]
        beside = list[list[Record]]()

        async def load() -> list[Record]:
            records, chart = await self._whole(tokens, realm, asked, CHART)
            beside.append(records)
            return chart

        await self._charts.get(tokens, realm, load)
        return beside[0] if beside else (await self._whole(tokens, realm, asked))[0]

    async def _changed(
        self, tokens: CredentialSource, realm: str, entity: str, since: datetime | None
    ) -> Changed | None:
        """What changed in an entity since then; None where it has to be read whole."""
        if since is None:
            return None
        company = await self._company(tokens, realm)
        entities = [one.asked.entity for one in COLLECTIONS.values()]
        entities += [*company.tracks, *([CURRENCY_LIST.entity] if company.has_currencies else [])]
        with self._together.leading_on(tokens, realm):
            return await self._changes.of(tokens, realm, entity, entities, since)

    async def _records(
        self, tokens: CredentialSource, realm: str, walk: Walk
    ) -> AsyncIterator[tuple[list[Record], bool]]:
        is_last = False
        while not is_last:
            fresh, is_last = await self._next(tokens, realm, walk)
            yield fresh, is_last

    async def _next(self, tokens: CredentialSource, realm: str, walk: Walk) -> tuple[list[Record], bool]:
        page, *count = walk.statements
        if not count:
            return await self._api.query(page, tokens, realm, walk.take)
        return await self._api.batch((page, *count), tokens, realm, lambda came: walk.take(*came))

    async def _whole(self, tokens: CredentialSource, realm: str, *asked: Statement) -> list[list[Record]]:
        """All records of some short lists, whose first pages come in one call, with others that are wanted just now."""
        walks = [Walk(one, is_never_empty=one is CHART) for one in asked]

        def begun(came: list[Record]) -> list[tuple[list[Record], bool]]:
            pairs = zip(came[::2], came[1::2], strict=True)
            return [walk.take(first, count) for walk, (first, count) in zip(walks, pairs, strict=True)]

        found = []
        statements = [one for walk in walks for one in walk.statements]
        firsts = await self._together.ask(tokens, realm, Question(statements, begun))
        for walk, (records, is_last) in zip(walks, firsts, strict=True):
            while not is_last:
                fresh, is_last = await self._next(tokens, realm, walk)
                records += fresh
            found.append(records)
        return found


def _named(answer: Record) -> Company:
    info = answer.get("CompanyInfo")
    if not isinstance(info, dict):
        raise Unavailable("/companyinfo: the answer has no CompanyInfo")
    return Company(info, {})


def _both(came: list[Record]) -> Company:
    info, preferences = came
    return Company(_single(info, _INFO), _single(preferences, _PREFERENCES))


def _single(response: Record, asked: Statement) -> Record:
    if not (records := rows_of(response, asked.entity)):
        raise TooSmall(f"{asked.entity}: no record at all")
    return records[0]
