"""Xero behind the port: sign-in, organisations, disconnecting, and reading every feed."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta
from urllib.parse import quote

import httpx2

from contracts.words.causes import Cause
from providers.kit.clock import Clock, utc_now
from providers.kit.json_values import Record
from providers.kit.oauth.provider import CodeFlowProvider
from providers.kit.oauth.token_sets import unpacked
from providers.port.call_budget import CallBudget
from providers.port.capabilities import Capabilities, SignInBrings
from providers.port.credential import CredentialSource
from providers.port.errors import NeedsPerson, TooLarge, Unavailable
from providers.port.feeds import Feed
from providers.port.provider import FinishedSignIn, LastAnswer, Page, ReachableOrganisation, Removed
from providers.xero.api import Calls
from providers.xero.bounds import LISTING
from providers.xero.connections import organisations_in
from providers.xero.envelope import array, collection, fingerprint_of, written
from providers.xero.feeds import COLLECTIONS, FEEDS, Collection
from providers.xero.limits import limits_of
from providers.xero.settings import XeroConfig, XeroSettings
from providers.xero.sign_in.identity import XeroIdentity
from providers.xero.sign_in.oauth import OAuth
from providers.xero.walk import Walk

ACCOUNTING = "/api.xro/2.0"


class Xero(CodeFlowProvider[OAuth]):
    """Xero as a ``Provider``. There is one in each process, because it owns limits, caches and connections.

    Args:
        config: The app's settings.
        http: The client to send with; ``providers.kit.http.http_client()`` outside of tests. Closed by ``close``.
        budget: The calls of the whole app, shared by all processes.
        now: The clock, aware, in UTC.
    """

    name = XeroSettings.name
    title = XeroSettings.title
    organisation = XeroSettings.organisation
    feeds = FEEDS

    def __init__(
        self,
        config: XeroConfig,
        http: httpx2.AsyncClient,
        budget: CallBudget,
        now: Clock = utc_now,
    ) -> None:
        self.capabilities = Capabilities(
            sign_in_brings=SignInBrings.PICKED if config.bulk_connect else SignInBrings.ONE,
            ends_one_alone=True,
            leeway=timedelta(minutes=2),
            renewed_at_age=timedelta(days=1),
        )
        identity = XeroIdentity(config.identity_url, config.client_id, http, now)
        super().__init__(OAuth(config, http, identity, now), limits_of(config, budget, now), http)
        self._api = Calls(config.api_url, http, self._limits, now)

    async def finish_sign_in(self, params: Mapping[str, str], kept: bytes, *, redirect_uri: str) -> FinishedSignIn:
        """See ``Provider.finish_sign_in``."""
        return await self._sign_in.finish(params, kept, redirect_uri=redirect_uri)

    async def organisations(
        self,
        tokens: CredentialSource,
        consent_ref: str | None = None,
        *,
        is_to_choose: bool = False,  # noqa: ARG002  # its list has no marks
    ) -> Sequence[ReachableOrganisation]:
        """See ``Provider.organisations``. Two calls at most, at once, however many organisations there are."""
        if consent_ref is None:
            return organisations_in(await self._connections(tokens, {}), ())
        chosen, reached = await asyncio.gather(
            self._connections(tokens, {"authEventId": consent_ref}), self._connections(tokens, {})
        )
        return organisations_in(reached, chosen)

    async def disconnect(self, tokens: CredentialSource, organisation: ReachableOrganisation) -> Removed:
        """See ``Provider.disconnect``. Each id that Xero lists for the connection is deleted."""
        was_there = False
        for connection_id in organisation.connection_ids:
            was_there |= await self._delete(tokens, connection_id)
        return Removed(was_there)

    async def read(
        self,
        tokens: CredentialSource,
        organisation_id: str,
        feed: Feed,
        modified_since: datetime | None = None,
        cursor: str | None = None,
        last: LastAnswer | None = None,
    ) -> AsyncIterator[Page]:
        """See ``Provider.read``. Records without a key are left out, with a warning that counts them."""
        where = COLLECTIONS[feed]
        since = modified_since if feed.tells_changes else None
        walk = Walk(where, since) if cursor is None else Walk.at(where, since, cursor)
        while not walk.is_done:
            # Without a name for the page or its body, which would be kept until the next one is asked for.
            yield await self._page(tokens, organisation_id, where, walk, last)

    async def _page(
        self, tokens: CredentialSource, organisation_id: str, where: Collection, walk: Walk, last: LastAnswer | None
    ) -> Page:
        """The walk's next page."""
        while True:
            try:
                body = await self._body(tokens, organisation_id, where, walk.params, walk.since)
            except NeedsPerson as error:
                is_refused = error.cause is Cause.TOO_MANY_RECORDS and not isinstance(error, TooLarge)
                if is_refused and walk.go_by_change():
                    continue
                raise
            if body is None:
                return walk.nothing()
            fingerprint = fingerprint_of(body, last.salt) if last and walk.is_whole else None
            if last and fingerprint and fingerprint == last.fingerprint:
                return walk.same(fingerprint)
            if where.is_typed:
                return walk.take(written(body, where.plural), fingerprint)
            return walk.take(collection(body, where.plural, has_decimals=where.has_decimals), fingerprint)

    async def _delete(self, tokens: CredentialSource, connection_id: str) -> bool:
        """Whether it was there. Xero answers 403 for an id that is not a connection of this login."""
        try:
            if await self._api.delete(f"/connections/{quote(connection_id, safe='')}", tokens):
                return True
        except NeedsPerson as error:
            if error.cause is not Cause.ACCESS_LOST:
                raise
        if any(connection_id in one.connection_ids for one in await self.organisations(tokens)):
            raise Unavailable("Xero says that the connection is not there, and lists it")
        return False

    async def _body(
        self,
        tokens: CredentialSource,
        organisation_id: str,
        where: Collection,
        params: Mapping[str, str],
        since: datetime | None,
    ) -> bytes | None:
        try:
            return await self._api.get(
                f"{ACCOUNTING}{where.path}",
                tokens,
                where.bound,
                organisation_id=organisation_id,
                params=params,
                modified_since=since,
            )
        except NeedsPerson as error:
            if error.cause is Cause.PERMISSION_MISSING:
                granted = unpacked((await tokens.credential()).secret).scope
                if not {where.scope, f"{where.scope}.read"}.isdisjoint(granted):
                    # Accepting once more what was accepted would lead here again.
                    raise NeedsPerson(Cause.ROLE_TOO_LOW, error.detail) from None
            raise

    async def _connections(self, tokens: CredentialSource, params: dict[str, str]) -> list[Record]:
        # Nothing was asked to have changed, so a 304 cannot be the answer; no body is read as a malformed one.
        return list(array(await self._api.get("/connections", tokens, LISTING, params=params) or b""))
