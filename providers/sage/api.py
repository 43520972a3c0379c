"""Makes one call to Sage's API: waits for admission by the limits, sends it once, and classifies the answer.

It does not retry and does not wait for a limit to end, because the caller's retries are durable. The only exception is
an access token that Sage refuses, which is replaced (``TOKENS_REPLACED``). Every call about a business names it, since
without the header Sage answers about another one; an answer that names another business is never read.
"""

from collections.abc import Mapping
from uuid import UUID

import httpx2

from contracts.words.causes import Cause
from providers.kit.bounds import Bound
from providers.kit.call_limits import CallLimits
from providers.kit.clock import Clock
from providers.kit.http import TooLargeError
from providers.port.credential import CredentialSource
from providers.port.errors import NeedsPerson, RateLimited, TooLarge, Unavailable
from providers.sage.errors import classify, refuses_token
from providers.sage.tokens import TokenSet

BUSINESS = "x-business"

TOKENS_REPLACED = 1
"""How often a call replaces a token that was refused. Each time may use up a refresh token, and a business that is
reached no more may be answered 401 as well: one newer token tells."""


class TokenStaysRefused(Unavailable):
    """The newest access token is refused too; where it is about a business, that may be reached no more."""


class Calls:
    """Sends authorised calls."""

    def __init__(self, base_url: str, http: httpx2.AsyncClient, limits: CallLimits, now: Clock) -> None:
        self._base_url, self._http, self._limits, self._now = base_url, http, limits, now

    async def get(
        self,
        path: str,
        tokens: CredentialSource,
        bound: Bound,
        *,
        business_id: str | None = None,
        params: Mapping[str, str] | None = None,
    ) -> bytes:
        """Make a GET call.

        Args:
            path: Under the API's base address.
            tokens: Gives the credential.
            bound: How large the answer may be, and how long the call may take.
            business_id: The business to read; None for a call about none.
            params: Query parameters.

        Raises:
            ProviderError: Classified by cause.
        """
        held = await tokens.credential()
        response = await self._send(path, held.secret, bound, business_id, params, tokens.practice_id)
        for _ in range(TOKENS_REPLACED):
            if not refuses_token(response.status_code, response.content):
                break
            held = await tokens.credential(rejected=held)
            response = await self._send(path, held.secret, bound, business_id, params, tokens.practice_id)
        status = response.status_code
        if not 200 <= status < 300:
            error = classify(status, response.headers, response.content, self._now())
            if isinstance(error, RateLimited):
                self._limits.refused(business_id, error)
            if refuses_token(status, response.content):
                raise TokenStaysRefused(error.detail)
            raise error
        echo = response.headers.get(BUSINESS)
        if business_id is not None and echo is not None and echo.strip().lower() != business_id.lower():
            raise NeedsPerson(Cause.WRONG_ORGANISATION, f"{path}: the answer is about another business")
        return response.content

    async def _send(
        self,
        path: str,
        secret: bytes,
        bound: Bound,
        business_id: str | None,
        params: Mapping[str, str] | None,
        practice_id: UUID | None,
    ) -> httpx2.Response:
        headers = {
            "accept": "application/json",
            "authorization": f"Bearer {TokenSet.unpacked(secret).access_token}",
        }
        if business_id is not None:
            headers[BUSINESS] = business_id
        request = self._http.build_request(
            "GET", f"{self._base_url}{path}", params=params, headers=headers, extensions=bound.asked
        )
        async with self._limits.call(business_id, practice_id):
            try:
                return await self._http.send(request)
            except TooLargeError as error:
                # One business' list may really be as large; what is asked of none is not Sage's own answer.
                raise (Unavailable if business_id is None else TooLarge)(str(error)) from None
            except httpx2.RequestError as error:
                raise Unavailable(f"no answer: {type(error).__name__}") from None
