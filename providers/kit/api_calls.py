"""Makes calls to an accounting software's API with a grant's token, and classifies every refusal.

Most calls are alike: what httpx2's client would merge anew for each of them, addresses and headers, is merged once.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

import httpx2

from providers.kit.authorised_calls import AuthorisedCalls
from providers.kit.bounds import Bound
from providers.kit.call_limits import CallLimits
from providers.kit.clock import Clock
from providers.kit.oauth.token_sets import unpacked
from providers.port.credential import CredentialSource
from providers.port.errors import ProviderError, RateLimited

Classify = Callable[[int, Mapping[str, str], bytes, datetime], ProviderError]
"""The error for an answer that is no success: its status, headers and body, and when it came."""

_URLS_KEPT = 200
"""A few for each list; addresses with ids in them, and far pages, come and go."""


class ApiCalls:
    """Sends calls.

    Args:
        base_url: What stands before every path.
        http: The client to send with.
        limits: Admit each call, and learn from its answer.
        now: The clock, aware, in UTC.
        classify: Makes an error of a refusal.
        refuses: Whether an answer refuses the token, so that a newer one may help.
        tokens_replaced: How often a call replaces a token that was refused.
    """

    def __init__(
        self,
        base_url: str,
        http: httpx2.AsyncClient,
        limits: CallLimits,
        now: Clock,
        *,
        classify: Classify,
        refuses: Callable[[httpx2.Response], bool],
        tokens_replaced: int,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._limits, self._now, self._classify, self._refuses = limits, now, classify, refuses
        self._calls = AuthorisedCalls(http, limits, tokens_replaced=tokens_replaced)
        self._urls: dict[tuple[str, frozenset[tuple[str, str]]], httpx2.URL] = {}
        self._headers = {**http.headers, "accept": "application/json"}
        self._timeout = {"timeout": http.timeout.as_dict()}

    async def send(
        self,
        method: str,
        path: str,
        tokens: CredentialSource,
        bound: Bound,
        *,
        organisation_id: str | None = None,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        fine: frozenset[int] = frozenset(),
        content: bytes | None = None,
    ) -> httpx2.Response:
        """Make a call; gives its answer.

        Args:
            method: GET, or another.
            path: Behind the base address.
            tokens: Gives the credential.
            bound: How large the answer may be, and how long the call may take.
            organisation_id: The organisation that the call is about, whose limits count it; None for none.
            headers: Besides those of every call.
            params: Query parameters; HTTP tools log them, so they hold no secret.
            fine: Statuses that are no errors, besides successes.
            content: The body; None for none.

        Raises:
            ProviderError: Classified by cause.
        """
        url, sent = self._url(path, params or {}), {**self._headers, **(headers or {})}

        def made(secret: bytes) -> httpx2.Request:
            authorised = {**sent, "authorization": f"Bearer {unpacked(secret).access_token}"}
            extensions = {**self._timeout, **bound.asked}
            return httpx2.Request(method, url, headers=authorised, content=content, extensions=extensions)

        response = await self._calls.send(tokens, organisation_id, made, self._refuses)
        status = response.status_code
        if 200 <= status < 300 or status in fine:
            return response
        error = self._classify(status, response.headers, response.content, self._now())
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
