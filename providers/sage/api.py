"""Makes one call to Sage's API, and classifies the answer.

Every call about a business names it, since without the header Sage answers about another one, without a word. Every
answer about one names it too, but for ``/businesses`` and ``/user`` (Sage's best practices): an answer that names
another business is never read. One that names none is read: a server in front of Sage may drop the header, the profile
that every pull reads is compared by its own id, and the business that was asked for is what Sage answers about.
"""

from collections.abc import Mapping

import httpx2

from contracts.words.causes import Cause
from providers.kit.authorised_calls import AuthorisedCalls
from providers.kit.bounds import Bound
from providers.kit.call_limits import CallLimits
from providers.kit.clock import Clock
from providers.kit.oauth.token_sets import unpacked
from providers.port.credential import CredentialSource
from providers.port.errors import NeedsPerson, RateLimited, Unavailable
from providers.sage.errors import classify, refuses_token

BUSINESS = "x-business"

TOKENS_REPLACED = 1
"""Each time may use up a refresh token, and a business that is reached no more may be answered 401 as well: one newer
token tells."""


class TokenStaysRefused(Unavailable):
    """The newest access token is refused too; where it is about a business, that may be reached no more."""


class Calls:
    """Makes calls."""

    def __init__(self, base_url: str, http: httpx2.AsyncClient, limits: CallLimits, now: Clock) -> None:
        self._base_url, self._http, self._limits, self._now = base_url, http, limits, now
        self._calls = AuthorisedCalls(http, limits, tokens_replaced=TOKENS_REPLACED)

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

        def made(secret: bytes) -> httpx2.Request:
            headers = {"accept": "application/json", "authorization": f"Bearer {unpacked(secret).access_token}"}
            if business_id is not None:
                headers[BUSINESS] = business_id
            url = f"{self._base_url}{path}"
            return self._http.build_request("GET", url, params=params, headers=headers, extensions=bound.asked)

        response = await self._calls.send(tokens, business_id, made, _refuses_token)
        if not 200 <= response.status_code < 300:
            error = classify(response.status_code, response.headers, response.content, self._now())
            if isinstance(error, RateLimited):
                self._limits.refused(business_id, error)
            raise TokenStaysRefused(error.detail) if _refuses_token(response) else error
        echo = response.headers.get(BUSINESS)
        if business_id is not None and echo is not None and echo.strip().lower() != business_id.lower():
            raise NeedsPerson(Cause.WRONG_ORGANISATION, f"{path}: the answer is about another business")
        return response.content


def _refuses_token(response: httpx2.Response) -> bool:
    return refuses_token(response.status_code, response.content)
