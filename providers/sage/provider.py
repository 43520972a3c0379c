"""Sage behind the port: sign-in, businesses, ending grants, and reading every feed."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import quote
from uuid import UUID

import httpx2

from contracts.words.causes import Cause
from contracts.words.standard_information import NAMELESS, Currency
from providers.kit.clock import Clock, utc_now
from providers.kit.json_values import Record, text
from providers.port.call_budget import CallBudget
from providers.port.capabilities import Capabilities, Region, SignInBrings
from providers.port.credential import Credential, CredentialSource
from providers.port.errors import ConsentFailed, NeedsPerson, ProviderError, Unavailable
from providers.port.feeds import Feed
from providers.port.provider import BegunSignIn, FinishedSignIn, Kept, Page, ReachableOrganisation
from providers.sage import schemas
from providers.sage.api import Calls, TokenStaysRefused
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
    FEEDS,
    FIXED_CURRENCIES,
    LISTING,
    ORGANISATION,
    PAGE,
    SINGLE,
    Collection,
    Listed,
)
from providers.sage.limits import limits_of
from providers.sage.settings import SageConfig, SageSettings
from providers.sage.sign_in import SignIn
from providers.sage.walk import Walk

LONGEST_NAME = 255
"""What the connections table holds of a name."""

_CURRENCIES_KEPT = timedelta(days=1)
"""Sage asks not to read its fixed lists often; they are the same for every business."""

_BUSINESSES = Listed("/businesses", has_all_fields=False)


class _JustSignedIn:
    """Gives the credential of a sign-in that is being finished; nothing is refreshed meanwhile."""

    practice_id: UUID | None = None

    def __init__(self, credential: Credential) -> None:
        self._credential = credential

    async def credential(self, rejected: Credential | None = None) -> Credential:  # noqa: ARG002  # there is no other
        return self._credential


class Sage:
    """Sage as a ``Provider``. There is one in each process, because it owns limits, caches and connections.

    Args:
        config: The app's settings.
        http: The client to send with; ``providers.kit.http.http_client()`` outside of tests. Closed by ``close``.
        budget: The calls of the whole app, shared by all processes.
        now: The clock, aware, in UTC.
    """

    name = SageSettings.name
    title = SageSettings.title
    feeds = FEEDS
    capabilities = Capabilities(
        sign_in_brings=SignInBrings.ALL,
        ends_one_alone=False,
        leeway=timedelta(minutes=1),  # of five; a call takes 40 seconds at most
        renewed_at_age=timedelta(days=7),  # of 31
        regions=(Region("GB", "United Kingdom"), Region("IE", "Ireland"), Region("CA", "Canada")),
        may_return_at_once=True,
    )

    def __init__(self, config: SageConfig, http: httpx2.AsyncClient, budget: CallBudget, now: Clock = utc_now) -> None:
        self._http, self._now = http, now
        self._sign_in = SignIn(config, http, now)
        self._limits = limits_of(config, budget, now)
        self._api = Calls(config.api_url, http, self._limits, now)
        self._currencies: tuple[Currency, ...] = ()
        self._currencies_until = now()

    async def begin_sign_in(
        self,
        *,
        state: str,
        redirect_uri: str,
        expected: str | None = None,  # noqa: ARG002  # Sage lets nobody choose a business
        region: str | None = None,
    ) -> BegunSignIn:
        """See ``Provider.begin_sign_in``."""
        return self._sign_in.begin(state=state, redirect_uri=redirect_uri, region=region)

    async def finish_sign_in(self, params: Mapping[str, str], kept: bytes, *, redirect_uri: str) -> FinishedSignIn:
        """See ``Provider.finish_sign_in``. The account is the person, whom the tokens name; ``/user`` says their name.

        A sign-in whose person is known is finished also where ``/user`` does not answer: its code is used.
        """
        got = await self._sign_in.exchange(params, kept, redirect_uri=redirect_uri)
        credential = Credential(
            account_key=got.person or "",
            person=got.person,
            label="Sage user",
            secret=got.tokens.packed(),
            access_expires_at=got.access_expires_at,
            refresh_expires_at=got.refresh_expires_at,
            region=got.region,
        )
        try:
            user = single(await self._api.get("/user", _JustSignedIn(credential), SINGLE))
        except ProviderError:
            if got.person is None:
                raise
            user = {}
        if (person := got.person or text(user.get("id"))) is None:
            raise ConsentFailed("neither the tokens nor the answer about the user name the person")
        return FinishedSignIn(replace(credential, account_key=person, person=person, label=label_of(user)))

    async def check_app(self) -> None:
        """See ``Provider.check_app``."""
        await self._sign_in.check_app()

    async def refresh(self, credential: Credential) -> Credential:
        """See ``Provider.refresh``."""
        return await self._sign_in.refresh(credential)

    async def revoke(self, credential: Credential) -> None:
        """See ``Provider.revoke``."""
        await self._sign_in.revoke(credential)

    async def organisations(
        self,
        tokens: CredentialSource,
        consent_ref: str | None = None,  # noqa: ARG002  # a consent chooses nothing
    ) -> Sequence[ReachableOrganisation]:
        """See ``Provider.organisations``. The list has ids and labels; what else there is stands in each profile."""
        walk, is_last = Walk(_BUSINESSES), False
        found: list[Record] = []
        while not is_last:
            # All come in one page, unless Sage says otherwise; then in pages of its own size.
            params = {"page": walk.params["page"]} if found else {}
            fresh, is_last = walk.take(envelope(await self._api.get("/businesses", tokens, LISTING, params=params)))
            found += fresh
        return [
            ReachableOrganisation(identity, (text(record.get("displayed_as")) or NAMELESS)[:LONGEST_NAME], None)
            for record in found
            if (identity := text(record.get("id"))) is not None
        ]

    async def disconnect(self, tokens: CredentialSource, organisation: ReachableOrganisation) -> Kept:
        """See ``Provider.disconnect``. Sage ends no business alone; what the login reaches besides is told."""
        listed = await self.organisations(tokens)
        return Kept(tuple(one.organisation_id for one in listed if one.organisation_id != organisation.organisation_id))

    async def read(
        self,
        tokens: CredentialSource,
        organisation_id: str,
        feed: Feed,
        modified_since: datetime | None = None,
    ) -> AsyncIterator[Page]:
        """See ``Provider.read``. Records without an id are left out, with a warning that counts them."""
        since = modified_since if feed.tells_changes else None
        try:
            if feed == ORGANISATION:
                yield await self._profile(tokens, organisation_id)
            elif feed == BANK_ACCOUNTS:
                yield await self._banks(tokens, organisation_id)
            elif feed == ANALYSIS_TYPES:
                yield await self._dimensions(tokens, organisation_id)
            elif feed == CURRENCIES:
                yield await self._fixed_currencies(tokens, organisation_id)
            else:
                async for page in self._pages(tokens, organisation_id, COLLECTIONS[feed], since):
                    yield page
        except (NeedsPerson, TokenStaysRefused) as error:
            if error.cause in _MAY_BE_ACCESS and not await self._reaches(tokens, organisation_id):
                raise NeedsPerson(Cause.ACCESS_LOST, error.detail) from None
            raise

    async def close(self) -> None:
        """See ``Provider.close``."""
        await self._limits.close()
        await self._http.aclose()

    async def _reaches(self, tokens: CredentialSource, business_id: str) -> bool:
        """Whether the login still reaches a business. A refusal says the same of a right as of the whole business."""
        return any(one.organisation_id == business_id for one in await self.organisations(tokens))

    async def _records(
        self, tokens: CredentialSource, business_id: str, where: Listed, since: datetime | None = None
    ) -> AsyncIterator[tuple[list[Record], bool]]:
        walk, is_last = Walk(where, since), False
        while not is_last:
            body = await self._api.get(where.path, tokens, PAGE, business_id=business_id, params=walk.params)
            fresh, is_last = walk.take(envelope(body))
            yield fresh, is_last

    async def _pages(
        self, tokens: CredentialSource, business_id: str, collection: Collection, since: datetime | None
    ) -> AsyncIterator[Page]:
        found = 0
        try:
            async for records, is_last in self._records(tokens, business_id, collection.where, since):
                found += len(records)
                rows = [row for record in records if (row := collection.parse(record)) is not None]
                yield Page(rows, is_last, is_unmodified=is_last and since is not None and not found)
        except NeedsPerson as error:
            if not collection.is_of_some_plans or error.cause not in _NOT_OFFERED or found:
                raise
            yield Page(())

    async def _whole(self, tokens: CredentialSource, business_id: str, where: Listed) -> list[Record]:
        return [record async for records, _ in self._records(tokens, business_id, where) for record in records]

    async def _profile(self, tokens: CredentialSource, business_id: str) -> Page:
        path = f"/businesses/{quote(business_id, safe='')}"
        business = single(await self._api.get(path, tokens, SINGLE, business_id=business_id))
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
        if row.key.lower() != business_id.lower():
            raise NeedsPerson(Cause.WRONG_ORGANISATION, f"{path}: the answer is about another business")
        return Page((row,))

    async def _banks(self, tokens: CredentialSource, business_id: str) -> Page:
        """All bank accounts, each with its account of the chart, which Sage only names in them."""
        banks = await self._whole(tokens, business_id, BANKS)
        accounts = await self._whole(tokens, business_id, CHART) if banks else []
        chart = {text(account.get("id")): account for account in accounts}
        made = [
            schemas.bank_account({**bank, "ledger_account": chart.get(key, bank["ledger_account"])})
            if (key := schemas.reference(bank.get("ledger_account"))) is not None
            else schemas.bank_account(bank)
            for bank in banks
        ]
        return Page([row for row in made if row is not None])

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


_NOT_OFFERED = frozenset({Cause.ROLE_TOO_LOW, Cause.UNKNOWN})
"""What a list is refused with that the role or the plan does not offer (403, 404)."""

_MAY_BE_ACCESS = _NOT_OFFERED | {Cause.PROVIDER_UNAVAILABLE}
"""What a business is refused with that the login reaches no more: which of 401, 403 and 404 is not documented."""


def label_of(user: Record) -> str:
    """The person's name; never an e-mail address, since names appear in more places than addresses may."""
    names = " ".join(part for key in ("first_name", "last_name") if (part := text(user.get(key))))
    name = names or text(user.get("displayed_as")) or ""
    return name[:200] if name.strip() and "@" not in name else "Sage user"
