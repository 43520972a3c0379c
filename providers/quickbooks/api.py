"""Makes one call to QuickBooks' API about one company, and classifies the answer.

The company stands in every address, and no answer names it: what the credential does not cover is refused.
"""

from collections.abc import Mapping, Sequence

import httpx2
import orjson

from providers.kit.authorised_calls import AuthorisedCalls
from providers.kit.bounds import MIB, Bound
from providers.kit.call_limits import CallLimits
from providers.kit.clock import Clock
from providers.kit.json_bodies import read_object
from providers.kit.json_values import Record, records_in
from providers.kit.oauth.token_sets import unpacked
from providers.port.credential import CredentialSource
from providers.port.errors import ProviderError, RateLimited, Unavailable
from providers.quickbooks.errors import Fault, classify, described, fault_in, fault_of, refuses_token
from providers.quickbooks.statements import Statement

MINOR_VERSION = "75"
"""Lower ones are ignored since August 2025."""

TOKENS_REPLACED = 1

PAGE = Bound(32 * MIB, 40.0)
"""1,000 records of 2 kB each, and several times as much with every field at its longest."""

SINGLE = Bound(1 * MIB, 40.0)


class Calls:
    """Makes calls."""

    def __init__(self, base_url: str, http: httpx2.AsyncClient, limits: CallLimits, now: Clock) -> None:
        self._base_url, self._http, self._limits, self._now = base_url, http, limits, now
        self._calls = AuthorisedCalls(http, limits, tokens_replaced=TOKENS_REPLACED)

    async def get(
        self,
        path: str,
        tokens: CredentialSource,
        realm: str,
        bound: Bound = SINGLE,
        params: Mapping[str, str] | None = None,
    ) -> Record:
        """Make a GET call.

        Args:
            path: Under the company's address.
            tokens: Gives the credential.
            realm: The company's id.
            bound: How large the answer may be, and how long the call may take.
            params: Query parameters.

        Raises:
            ProviderError: Classified by cause.
        """
        return await self._send("GET", path, tokens, realm, bound, params or {})

    async def query(self, statement: Statement, tokens: CredentialSource, realm: str) -> Record:
        """The ``QueryResponse`` of a statement; empty where there is nothing.

        Raises:
            ProviderError: Classified by cause.
        """
        answer = await self.get("/query", tokens, realm, PAGE, {"query": statement.text})
        return self._response(answer, statement)

    async def batch(self, statements: Sequence[Statement], tokens: CredentialSource, realm: str) -> list[Record]:
        """The ``QueryResponse`` of each of several statements, asked for in one call.

        Raises:
            ProviderError: Classified by cause, of the first that failed.
        """
        asked = [{"bId": str(place), "Query": one.text} for place, one in enumerate(statements)]
        answer = await self._send("POST", "/batch", tokens, realm, PAGE, {}, {"BatchItemRequest": asked})
        came = {one.get("bId"): one for one in records_in(answer.get("BatchItemResponse"))}
        answers = []
        for place, statement in enumerate(statements):
            if (one := came.get(str(place))) is None:
                raise Unavailable(f"/batch: no answer about {statement.entity}")
            if fault := fault_of(one):
                raise self._error(realm, 200, {}, fault)
            answers.append(self._response(one, statement))
        return answers

    def _response(self, answer: Record, statement: Statement) -> Record:
        response = answer.get("QueryResponse")
        if not isinstance(response, dict):
            raise Unavailable(f"{statement.entity}: the answer has no QueryResponse")
        return response

    async def _send(
        self,
        method: str,
        path: str,
        tokens: CredentialSource,
        realm: str,
        bound: Bound,
        params: Mapping[str, str],
        body: object = None,
    ) -> Record:
        url = f"{self._base_url}/v3/company/{realm}{path}"
        asked = {**params, "minorversion": MINOR_VERSION}

        def made(secret: bytes) -> httpx2.Request:
            headers = {"accept": "application/json", "authorization": f"Bearer {unpacked(secret).access_token}"}
            if body is not None:
                headers["content-type"] = "application/json"
            content = None if body is None else orjson.dumps(body)
            return self._http.build_request(
                method, url, params=asked, headers=headers, content=content, extensions=bound.asked
            )

        response = await self._calls.send(tokens, realm, made, _refuses_token)
        status, headers = response.status_code, response.headers
        if not 200 <= status < 300:
            raise self._error(realm, status, headers, fault_in(response.content))
        try:
            answer = read_object(response.content)
        except Unavailable as error:
            if fault := fault_in(response.content):
                raise self._error(realm, status, headers, fault) from None
            raise Unavailable(f"{error.detail}, {described(status, headers, None)}") from None
        if fault := fault_of(answer):
            raise self._error(realm, status, headers, fault)
        return answer

    def _error(self, realm: str, status: int, headers: Mapping[str, str], fault: Fault | None) -> ProviderError:
        error = classify(status, headers, fault, self._now())
        if isinstance(error, RateLimited):
            self._limits.refused(realm, error)
        return error


def _refuses_token(response: httpx2.Response) -> bool:
    return refuses_token(response.status_code, response.content)
