"""Makes calls to an accounting software's API with a grant's token, and classifies every refusal.

Most calls are alike: what httpx2's client would merge anew for each of them, addresses and headers, is merged once.
"""

from collections.abc import Mapping
from typing import ClassVar, NamedTuple

import httpx2

from providers.kit.authorised_calls import AuthorisedCalls
from providers.kit.bounds import Bound
from providers.kit.call_limits import CallLimits
from providers.kit.clock import Clock
from providers.kit.http import PlainRequest, fields_of
from providers.kit.oauth.token_sets import unpacked
from providers.kit.refusals import Classify, Refuses, noted
from providers.port.credential import CredentialSource
from providers.port.errors import ProviderError, RateLimited

_URLS_KEPT = 200
"""A few for each list; addresses with ids in them, and far pages, come and go."""


class Refusals(NamedTuple):
    """How a platform refuses.

    Attributes:
        classify: Makes an error of a refusal.
        refuses_token: Whether it is the token that is refused.
        tokens_replaced: How often a call replaces a token that was refused.
    """

    classify: Classify
    refuses_token: Refuses
    tokens_replaced: int = 1


class ApiCalls:
    """Sends calls; each platform's own say how it refuses.

    Args:
        base_url: What stands before every path.
        http: The client to send with.
        limits: Admit each call, and learn from its answer.
        now: The clock, aware, in UTC.
    """

    refusals: ClassVar[Refusals]
    """How the platform refuses."""

    def __init__(self, base_url: str, http: httpx2.AsyncClient, limits: CallLimits, now: Clock) -> None:
        self._base_url = base_url.rstrip("/")
        self._limits, self._now = limits, now
        self._calls = AuthorisedCalls(http, limits, tokens_replaced=self.refusals.tokens_replaced)
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
            if content is None:
                return PlainRequest(method, url, authorised, extensions)
            return httpx2.Request(method, url, headers=authorised, content=content, extensions=extensions)

        response = await self._calls.send(tokens, organisation_id, made, self._refuses_token)
        status = response.status_code
        if 200 <= status < 300 or status in fine:
            return response
        error = noted(self._error_of(response), method, path)
        if isinstance(error, RateLimited):
            self._limits.refused(organisation_id, error)
        raise error

    def _refuses_token(self, response: httpx2.Response) -> bool:
        is_refused = self.refusals.refuses_token(response.status_code, fields_of(response), response.content)
        if is_refused:  # another token is tried, so that nobody else hears of it
            noted(self._error_of(response), response.request.method, response.request.url.path)
        return is_refused

    def _error_of(self, response: httpx2.Response) -> ProviderError:
        return self.refusals.classify(response.status_code, response.headers, response.content, self._now())

    def _url(self, path: str, params: Mapping[str, str]) -> httpx2.URL:
        key = (path, frozenset(params.items()))
        if (url := self._urls.get(key)) is None:
            url = httpx2.URL(f"{self._base_url}{path}", params=params)
            if len(self._urls) < _URLS_KEPT:
                self._urls[key] = url
        return url
