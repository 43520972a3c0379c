"""Makes one call to QuickBooks' API about one company, and classifies the answer.

The company stands in every address, and no answer names it: what the credential does not cover is refused.
"""

from collections.abc import Mapping, Sequence

import orjson

from providers.kit.api_calls import ApiCalls, Refusals
from providers.kit.bounds import MIB, Bound
from providers.kit.json_bodies import read_object
from providers.kit.json_values import Record, records_in
from providers.kit.refusals import noted
from providers.port.credential import CredentialSource
from providers.port.errors import ProviderError, RateLimited, Unavailable
from providers.quickbooks.errors import (
    Fault,
    classify,
    classify_fault,
    fault_in,
    fault_of,
    refuses_token,
    told,
)
from providers.quickbooks.statements import Statement

MINOR_VERSION = "75"
"""Lower ones are ignored since August 2025."""

PAGE = Bound(32 * MIB, 40.0)
"""1,000 records of 2 kB each, and several times as much with every field at its longest."""

SINGLE = Bound(1 * MIB, 40.0)


class Calls(ApiCalls):
    """Makes calls."""

    refusals = Refusals(classify, refuses_token)

    async def get(
        self,
        path: str,
        tokens: CredentialSource,
        realm: str,
        bound: Bound = SINGLE,
        params: Mapping[str, str] | None = None,
        *,
        has_decimals: bool = False,
    ) -> Record:
        """Make a GET call.

        Args:
            path: Under the company's address.
            tokens: Gives the credential.
            realm: The company's id.
            bound: How large the answer may be, and how long the call may take.
            params: Query parameters.
            has_decimals: As of ``read_json``.

        Raises:
            ProviderError: Classified by cause.
        """
        answer, _ = await self._asked("GET", path, tokens, realm, bound, params or {}, has_decimals=has_decimals)
        return answer

    async def query(self, statement: Statement, tokens: CredentialSource, realm: str) -> Record:
        """The ``QueryResponse`` of a statement; empty where there is nothing.

        Raises:
            ProviderError: Classified by cause.
        """
        words = {"query": statement.text}
        answer = await self.get("/query", tokens, realm, PAGE, words, has_decimals=statement.has_decimals)
        return self._response(answer, statement)

    async def batch(self, statements: Sequence[Statement], tokens: CredentialSource, realm: str) -> list[Record]:
        """The ``QueryResponse`` of each of several statements, asked for in one call.

        Raises:
            ProviderError: Classified by cause, of the first that failed.
        """
        asked = [{"bId": str(place), "Query": one.text} for place, one in enumerate(statements)]
        body, has_decimals = {"BatchItemRequest": asked}, any(one.has_decimals for one in statements)
        answer, headers = await self._asked("POST", "/batch", tokens, realm, PAGE, {}, body, has_decimals=has_decimals)
        came = {one.get("bId"): one for one in records_in(answer.get("BatchItemResponse"))}
        answers = []
        for place, statement in enumerate(statements):
            if (one := came.get(str(place))) is None:
                raise Unavailable(f"/batch: no answer about {statement.entity}")
            if fault := fault_of(one):
                raise self._error(realm, "/batch", headers, fault)
            answers.append(self._response(one, statement))
        return answers

    def _response(self, answer: Record, statement: Statement) -> Record:
        response = answer.get("QueryResponse")
        if not isinstance(response, dict):
            raise Unavailable(f"{statement.entity}: the answer has no QueryResponse")
        return response

    async def _asked(
        self,
        method: str,
        path: str,
        tokens: CredentialSource,
        realm: str,
        bound: Bound,
        params: Mapping[str, str],
        body: object = None,
        *,
        has_decimals: bool,
    ) -> tuple[Record, Mapping[str, str]]:
        response = await self.send(
            method,
            f"/v3/company/{realm}{path}",
            tokens,
            bound,
            organisation_id=realm,
            headers=None if body is None else {"content-type": "application/json"},
            params={**params, "minorversion": MINOR_VERSION},
            content=None if body is None else orjson.dumps(body),
        )
        try:
            answer = read_object(response.content, has_decimals=has_decimals)
        except Unavailable as error:
            if fault := fault_in(response.content):
                raise self._error(realm, path, response.headers, fault) from None
            detail = told(response.status_code, response.headers, None)
            raise noted(Unavailable(f"{error.detail}, {detail}"), method, path) from None
        if fault := fault_of(answer):
            raise self._error(realm, path, response.headers, fault)
        return answer, response.headers

    def _error(self, realm: str, path: str, headers: Mapping[str, str], fault: Fault) -> ProviderError:
        """The error for a fault that stands under a success."""
        error = noted(classify_fault(200, headers, fault, self._now()), "answer of", path)
        if isinstance(error, RateLimited):
            self._limits.refused(realm, error)
        return error
