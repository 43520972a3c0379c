"""A colleague's access to the JSON API: it repeats calls that fail for a moment, and counts every answer."""

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self

import httpx2

from torture.ledger import Ledger

PATIENCE = 4
"""Tries of a call that was not answered, or answered with "later"."""

WAIT = 1.5
"""Seconds between them."""

LONGEST = 30.0
"""Seconds for which an answer is waited for."""

NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Everything here speaks plain HTTP: without it each client of ours reads all trusted certificates."""

OVER_CAPACITY = {HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT}


@dataclass(frozen=True, slots=True)
class Answer:
    """A status with its JSON; status 0 when nobody answered."""

    status: int
    body: Any = None

    @property
    def ok(self) -> bool:
        """Whether the status is 2xx."""
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES


class Door:
    """One colleague's access to the API; an async context manager.

    Args:
        url: Address of the web backend.
        token: The colleague's token.
        ledger: Where answers are counted.
    """

    def __init__(self, url: str, token: str, ledger: Ledger) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        self._http = httpx2.AsyncClient(base_url=f"{url}/api/v1", headers=headers, timeout=LONGEST, verify=NO_TLS)
        self._ledger = ledger

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def get(self, path: str, **query: str) -> Answer:
        """Make a GET call."""
        return await self.call("GET", path, query=query)

    async def post(self, path: str, body: Mapping[str, object] | None = None, *, key: str | None = None) -> Answer:
        """Make a POST call."""
        return await self.call("POST", path, body=body, key=key)

    async def call(
        self,
        method: str,
        path: str,
        *,
        body: Mapping[str, object] | None = None,
        query: Mapping[str, str] | None = None,
        key: str | None = None,
        tries: int = PATIENCE,
    ) -> Answer:
        """Make a call, and repeat it while nobody answers or the answer asks to come back later."""
        answer = Answer(0)
        for attempt in range(tries):
            if attempt:
                await asyncio.sleep(WAIT)
            answer = await self._once(method, path, body, query, key)
            if answer.status and answer.status not in OVER_CAPACITY:
                break
        return answer

    async def _once(
        self,
        method: str,
        path: str,
        body: Mapping[str, object] | None,
        query: Mapping[str, str] | None,
        key: str | None,
    ) -> Answer:
        headers = {"Idempotency-Key": key} if key else None
        try:
            response = await self._http.request(method, path, json=body, params=query, headers=headers)
        except httpx2.HTTPError:
            self._ledger.asked[0] += 1
            return Answer(0)
        self._ledger.asked[response.status_code] += 1
        what = f"{method} {path}"
        if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            if response.status_code not in OVER_CAPACITY:
                self._ledger.wrong_answers.append(f"{what}: {response.status_code} {response.text[:200]}")
            elif response.status_code == HTTPStatus.SERVICE_UNAVAILABLE and "retry-after" not in response.headers:
                self._ledger.wrong_answers.append(f"{what}: 503 without Retry-After")
        try:
            return Answer(response.status_code, response.json() if response.content else None)
        except ValueError:
            self._ledger.wrong_answers.append(f"{what}: {response.status_code}, and no JSON")
            return Answer(response.status_code)
