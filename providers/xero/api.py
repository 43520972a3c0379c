"""Makes one call to Xero's APIs: waits for admission by the limits, sends it once, and classifies the answer.

It does not retry and does not wait for a limit to end, because the caller's retries are durable. The only exception is
an access token that Xero refuses, which is replaced (``TOKENS_REPLACED``). Error texts show the path, and nothing that
was sent or received.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

import httpx2

from providers.kit.bounds import Bound
from providers.kit.call_limits import CallLimits
from providers.kit.clock import Clock
from providers.kit.http import TooLargeError
from providers.kit.json_bodies import without_nul
from providers.port.credential import CredentialSource
from providers.port.errors import RateLimited, TooLarge, Unavailable
from providers.xero.bounds import NOTHING
from providers.xero.errors import classify, refuses_token
from providers.xero.sign_in.secret import unpacked

CORRELATION = "xero-correlation-id"
"""Carried by every answer to a call for an organisation (recorded live in 2026)."""

TOKENS_REPLACED = 2
"""How often a call replaces a token that was refused: the first newer one may be another call's, and as old as that."""

_URLS_KEPT = 200
"""A few for each collection; addresses with ids in them, and far pages, come and go."""


class Calls:
    """Sends authorised calls."""

    def __init__(self, base_url: str, http: httpx2.AsyncClient, limits: CallLimits, now: Clock) -> None:
        self._base_url = base_url.rstrip("/")
        self._http = http
        # Seven calls a client, most of them alike: what the client would merge anew for each is merged once.
        self._urls: dict[tuple[str, frozenset[tuple[str, str]]], httpx2.URL] = {}
        self._headers = {**http.headers, "accept": "application/json"}
        self._timeout = {"timeout": http.timeout.as_dict()}
        self._limits = limits
        self._now = now

    async def get(
        self,
        path: str,
        tokens: CredentialSource,
        bound: Bound,
        *,
        organisation_id: str | None = None,
        params: Mapping[str, str] | None = None,
        modified_since: datetime | None = None,
    ) -> bytes | None:
        """Make a GET call.

        Args:
            path: Under the API's base address.
            tokens: Gives the credential.
            bound: How large the answer may be, and how long the call may take.
            organisation_id: The organisation to read, for the Accounting API.
            params: Query parameters; HTTP tools log them, so they hold no secret.
            modified_since: Ask only for changes since then; None for everything.

        Returns:
            The body, or None when Xero says, asked for changes, that there are none: by a 304, or by an empty body
            with its correlation id. An empty body of somebody in front of Xero has none, and is no answer.

        Raises:
            ProviderError: Classified by cause.
        """
        headers = {}
        if modified_since is not None:
            # To the second, without a zone: what Xero accepts (xero.md section 4.1).
            headers["if-modified-since"] = modified_since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
        response = await self._call("GET", path, tokens, bound, organisation_id, headers, params)
        is_success, is_empty = response.status_code < 300, not response.content.strip()
        if modified_since is not None and (not is_success or (is_empty and CORRELATION in response.headers)):
            return None
        if not is_success:
            raise Unavailable(f"HTTP {response.status_code}, though nothing was asked to have changed")
        return without_nul(response.content)

    async def delete(self, path: str, tokens: CredentialSource) -> bool:
        """Make a DELETE call.

        Returns:
            Whether Xero says that it did (204). Otherwise there was nothing, or somebody in front of Xero answered:
            whoever asked has to look.

        Raises:
            ProviderError: Classified by cause.
        """
        response = await self._call("DELETE", path, tokens, NOTHING, None, {}, None, may_be_missing=True)
        return response.status_code == 204

    async def _call(
        self,
        method: str,
        path: str,
        tokens: CredentialSource,
        bound: Bound,
        organisation_id: str | None,
        headers: Mapping[str, str],
        params: Mapping[str, str] | None,
        *,
        may_be_missing: bool = False,
    ) -> httpx2.Response:
        url = self._url(path, params or {})
        sent = {**self._headers, **headers}
        if organisation_id is not None:
            sent["xero-tenant-id"] = organisation_id
        held = await tokens.credential()
        token = unpacked(held.secret).access_token
        response = await self._send(method, url, sent, token, bound, organisation_id, tokens.practice_id)
        for _ in range(TOKENS_REPLACED):
            if not refuses_token(response.status_code, response.headers, response.content):
                break
            held = await tokens.credential(rejected=held)
            token = unpacked(held.secret).access_token
            response = await self._send(method, url, sent, token, bound, organisation_id, tokens.practice_id)
        status = response.status_code
        if 200 <= status < 300 or (status == 304 and method == "GET") or (status == 404 and may_be_missing):
            return response
        error = classify(status, response.headers, response.content, self._now())
        if isinstance(error, RateLimited):
            self._limits.refused(organisation_id, error)
        raise error

    def _url(self, path: str, params: Mapping[str, str]) -> httpx2.URL:
        key = (path, frozenset(params.items()))
        if (url := self._urls.get(key)) is None:
            url = httpx2.URL(f"{self._base_url}{path}", params=params)
            if len(self._urls) < _URLS_KEPT:
                self._urls[key] = url
        return url

    async def _send(
        self,
        method: str,
        url: httpx2.URL,
        headers: Mapping[str, str],
        token: str,
        bound: Bound,
        organisation_id: str | None,
        practice_id: UUID | None,
    ) -> httpx2.Response:
        request = httpx2.Request(
            method,
            url,
            headers={**headers, "authorization": f"Bearer {token}"},
            extensions={**self._timeout, **bound.asked},
        )
        async with self._limits.call(organisation_id, practice_id):
            try:
                response = await self._http.send(request)
            except TooLargeError as error:
                # No login reaches that many organisations, so that an answer to what is asked of none of them is not
                # Xero's own; one organisation's list may really be as large.
                raise (Unavailable if organisation_id is None else TooLarge)(str(error)) from None
            except httpx2.RequestError as error:
                raise Unavailable(f"no answer: {type(error).__name__}") from None
        self._limits.learn(organisation_id, response.headers)
        return response
