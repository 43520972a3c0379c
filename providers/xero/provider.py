"""Xero behind the port: consent, organisations, disconnecting, and reading every source."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from urllib.parse import quote

import httpx2

from contracts.causes import Cause
from contracts.lists import Source
from contracts.standard_information import Row
from providers.clock import Clock, utc_now
from providers.errors import NeedsPerson, TooSmall, Unavailable
from providers.port import CallBudget, Consent, ConsentRequest, Page, ReachableOrganisation, TokenSet, TokenSource
from providers.xero.api import Api
from providers.xero.config import XeroConfig
from providers.xero.connections import organisations_in
from providers.xero.envelope import array, collection
from providers.xero.identity import Identity
from providers.xero.limits import Limits
from providers.xero.oauth import OAuth
from providers.xero.schemas import Record
from providers.xero.sources import COLLECTIONS, DEFAULT_PAGE_SIZE, PAGE_SIZE, Collection

_log = logging.getLogger(__name__)

ACCOUNTING = "/api.xro/2.0"


class Xero:
    """Xero as a ``Provider``. One for each process: it owns the limits, the caches and the connections.

    Args:
        config: The app.
        http: The client to send with; ``providers.http.http_client()`` outside of tests. Closed by ``close``.
        budget: The app-wide allowance, shared by every process.
        now: The clock, aware, in UTC.
    """

    name = "xero"
    title = "Xero"

    def __init__(self, config: XeroConfig, http: httpx2.AsyncClient, budget: CallBudget, now: Clock = utc_now) -> None:
        self._http = http
        self.joins_many = config.bulk_connect
        identity = Identity(config.identity_url, config.client_id, http, now)
        self._oauth = OAuth(config, http, identity, now)
        self._api = Api(config.api_url, http, Limits(config, budget, now), now)

    async def begin_consent(self, *, state: str, redirect_uri: str) -> ConsentRequest:
        """See ``Provider.begin_consent``."""
        return await self._oauth.begin(state=state, redirect_uri=redirect_uri)

    async def finish_consent(self, *, code: str, code_verifier: str, nonce: str, redirect_uri: str) -> Consent:
        """See ``Provider.finish_consent``."""
        return await self._oauth.finish(code=code, code_verifier=code_verifier, nonce=nonce, redirect_uri=redirect_uri)

    async def check_app(self) -> None:
        """See ``Provider.check_app``."""
        await self._oauth.check_app()

    async def refresh(self, tokens: TokenSet) -> TokenSet:
        """See ``Provider.refresh``."""
        return await self._oauth.refresh(tokens)

    async def revoke(self, tokens: TokenSet) -> None:
        """See ``Provider.revoke``."""
        await self._oauth.revoke(tokens)

    async def organisations(
        self, tokens: TokenSource, consent_ref: str | None = None
    ) -> Sequence[ReachableOrganisation]:
        """See ``Provider.organisations``. Two calls at most, at once, however many organisations there are."""
        if consent_ref is None:
            return organisations_in(await self._connections(tokens, {}), ())
        chosen, reached = await asyncio.gather(
            self._connections(tokens, {"authEventId": consent_ref}), self._connections(tokens, {})
        )
        return organisations_in(reached, chosen)

    async def disconnect(self, tokens: TokenSource, provider_connection_id: str) -> bool:
        """See ``Provider.disconnect``. Xero answers 403 for an id that is not a connection of this login."""
        try:
            if await self._api.delete(f"/connections/{quote(provider_connection_id, safe='')}", tokens):
                return True
        except NeedsPerson as error:
            if error.cause is not Cause.ACCESS_LOST:
                raise
        if any(provider_connection_id in one.connection_ids for one in await self.organisations(tokens)):
            raise Unavailable("Xero says that the connection is not there, and lists it")
        return False

    async def read(
        self,
        tokens: TokenSource,
        organisation_id: str,
        source: Source,
        modified_since: datetime | None = None,
    ) -> AsyncIterator[Page]:
        """See ``Provider.read``. A record without its key is left out, with a warning that counts them."""
        where = COLLECTIONS[source]
        since = modified_since if where.knows_changes else None
        seen: set[str] = set()
        unreadable = number = 0
        item_count: int | None = None
        is_last = False
        while not is_last:
            number += 1
            params = {**where.params, "page": str(number)} if where.is_paged else where.params
            body = await self._body(tokens, organisation_id, where, params, since)
            if body is None:
                _refuse_short(where, len(seen) + unreadable, item_count)
                yield Page(rows=(), is_unmodified=number == 1)
                return
            answer = collection(body, where.plural, has_decimals=where.has_decimals)
            if not answer.records and number == 1 and where.is_never_empty and since is None:
                raise TooSmall(f"{where.path}: no record at all")
            rows, without_key = _rows(answer.records, where, seen)
            unreadable, item_count = unreadable + without_key, answer.item_count
            # A page with nothing new is one that was read before: the walk would never end.
            is_last = not where.is_paged or not rows or _is_last(number, len(answer.records), answer.page_count)
            if is_last:
                _refuse_short(where, len(seen) + unreadable, item_count)
            is_unmodified = not answer.records and number == 1 and since is not None
            yield Page(rows=rows, is_last=is_last, is_unmodified=is_unmodified)

    async def close(self) -> None:
        """See ``Provider.close``."""
        await self._http.aclose()

    async def _body(
        self,
        tokens: TokenSource,
        organisation_id: str,
        where: Collection,
        params: Mapping[str, str],
        since: datetime | None,
    ) -> bytes | None:
        try:
            return await self._api.get(
                f"{ACCOUNTING}{where.path}",
                tokens,
                organisation_id=organisation_id,
                params=params,
                modified_since=since,
            )
        except NeedsPerson as error:
            granted = await tokens.granted_scope() if error.cause is Cause.PERMISSION_MISSING else ()
            if not {where.scope, f"{where.scope}.read"}.isdisjoint(granted):
                # Accepting once more what was accepted would lead here again.
                raise NeedsPerson(Cause.ROLE_TOO_LOW, error.detail) from None
            raise

    async def _connections(self, tokens: TokenSource, params: dict[str, str]) -> list[Record]:
        # Nothing was asked to have changed, so a 304 cannot be the answer; no body is read as a malformed one.
        return list(array(await self._api.get("/connections", tokens, params=params) or b""))


def _rows(records: Sequence[Record], where: Collection, seen: set[str]) -> tuple[list[Row], int]:
    """The rows of the records that have a key, each key once over the whole walk; and how many have none."""
    rows = []
    unreadable = 0
    for record in records:
        row = where.parse(record)
        if row is None:
            unreadable += 1
        elif row.key not in seen:
            seen.add(row.key)
            rows.append(row)
    if unreadable:
        _log.warning("%s: %d of %d records left out for want of a key", where.path, unreadable, len(records))
    return rows, unreadable


def _refuse_short(where: Collection, received: int, item_count: int | None) -> None:
    """Refuse a walk that brought fewer records than Xero counts itself: what is missing would be marked as gone."""
    if item_count is not None and received < item_count:
        raise TooSmall(f"{where.path}: {received} of {item_count} records")


def _is_last(number: int, records: int, page_count: int | None) -> bool:
    """Whether no page follows, by Xero's count, or else by a page that is not full.

    A page of exactly the default size may be a full one too, from a server that did not heed the asked size.
    """
    if page_count is not None:
        return number >= page_count
    return records not in (PAGE_SIZE, DEFAULT_PAGE_SIZE)
