"""Makes one call to QuickBooks' API about one company, and classifies the answer.

The company stands in every address, and no answer names it: what the credential does not cover is refused. Whoever
asks says what takes the answer, so that an answer of no use is told with its own id, as a refusal is.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import httpx2
import orjson

from providers.kit.api_calls import ApiCalls, Refusals
from providers.kit.bounds import MIB, Bound
from providers.kit.http import fields_of
from providers.kit.json_bodies import read_object
from providers.kit.json_values import Record, records_in
from providers.kit.refusals import noted
from providers.port.credential import CredentialSource
from providers.port.errors import ProviderError, RateLimited, Unavailable
from providers.quickbooks.errors import (
    Faulty,
    classify,
    classify_fault,
    fault_in,
    fault_of,
    refuses_token,
    told,
)
from providers.quickbooks.statements import Statement

Taken = TypeVar("Taken")

MINOR_VERSION = "75"
"""Lower ones are ignored since August 2025."""

PAGE = Bound(32 * MIB, 40.0)
"""1,000 records of 2 kB each, and several times as much with every field at its longest."""

SINGLE = Bound(1 * MIB, 40.0)


@dataclass(frozen=True, slots=True)
class Question(Generic[Taken]):
    """Statements that are asked in one call, possibly with other questions.

    Attributes:
        statements: They.
        take: Makes of the ``QueryResponse`` of each what is wanted; raises as of ``Calls.get``.
    """

    statements: Sequence[Statement]
    take: Callable[[list[Record]], Taken]


class Calls(ApiCalls):
    """Makes calls."""

    refusals = Refusals(classify, refuses_token)

    async def get(
        self,
        path: str,
        tokens: CredentialSource,
        realm: str,
        take: Callable[[Record], Taken],
        bound: Bound = SINGLE,
        params: Mapping[str, str] | None = None,
        *,
        has_decimals: bool = False,
    ) -> Taken:
        """Make a GET call.

        Args:
            path: Under the company's address.
            tokens: Gives the credential.
            realm: The company's id.
            take: Makes of the answer what the call gives; raises ``Unavailable`` or ``Faulty`` where it is of no use.
            bound: How large the answer may be, and how long the call may take.
            params: Query parameters.
            has_decimals: As of ``read_json``.

        Raises:
            ProviderError: Classified by cause.
        """
        response = await self._sent("GET", path, tokens, realm, bound, params or {})
        return self._taken(response, realm, path, lambda: take(_read(response.content, has_decimals=has_decimals)))

    async def query(
        self, statement: Statement, tokens: CredentialSource, realm: str, take: Callable[[Record], Taken]
    ) -> Taken:
        """Ask a statement; ``take`` is given its ``QueryResponse``, which is empty where there is nothing.

        Raises:
            ProviderError: Classified by cause.
        """
        return await self.get(
            "/query",
            tokens,
            realm,
            lambda answer: take(_response(answer, statement)),
            PAGE,
            {"query": statement.text},
            has_decimals=statement.has_decimals,
        )

    async def batch(
        self,
        statements: Sequence[Statement],
        tokens: CredentialSource,
        realm: str,
        take: Callable[[list[Record]], Taken],
    ) -> Taken:
        """Ask several statements in one call; ``take`` is given the ``QueryResponse`` of each.

        Raises:
            ProviderError: Classified by cause, of the first that failed.
        """
        (answer,) = await self.ask([Question(statements, take)], tokens, realm)
        if isinstance(answer, ProviderError):
            raise answer
        taken: Taken = answer
        return taken

    async def ask(self, questions: Sequence[Question[Any]], tokens: CredentialSource, realm: str) -> list[Any]:
        """Ask several questions in one call.

        Returns:
            What each takes of its answers, or the ``ProviderError`` of the first of its statements that failed.

        Raises:
            ProviderError: Of the call itself, classified by cause.
        """
        statements = [statement for question in questions for statement in question.statements]
        asked = [{"bId": str(place), "Query": one.text} for place, one in enumerate(statements)]
        has_decimals = any(one.has_decimals for one in statements)
        response = await self._sent("POST", "/batch", tokens, realm, PAGE, {}, {"BatchItemRequest": asked})
        came = self._taken(
            response, realm, "/batch", lambda: _by_place(_read(response.content, has_decimals=has_decimals))
        )
        answers, first = list[Any](), 0
        for question in questions:
            answers.append(self._answer(response, realm, question, came, first))
            first += len(question.statements)
        return answers

    def _answer(
        self, response: httpx2.Response, realm: str, question: Question[Any], came: Mapping[str, Record], first: int
    ) -> Any:
        try:
            return self._taken(
                response, realm, "/batch", lambda: question.take(_responses(came, question.statements, first))
            )
        except ProviderError as error:
            return error

    async def _sent(
        self,
        method: str,
        path: str,
        tokens: CredentialSource,
        realm: str,
        bound: Bound,
        params: Mapping[str, str],
        body: object = None,
    ) -> httpx2.Response:
        return await self.send(
            method,
            f"/v3/company/{realm}{path}",
            tokens,
            bound,
            organisation_id=realm,
            headers=None if body is None else {"content-type": "application/json"},
            params={**params, "minorversion": MINOR_VERSION},
            content=None if body is None else orjson.dumps(body),
        )

    def _taken(self, response: httpx2.Response, realm: str, path: str, take: Callable[[], Taken]) -> Taken:
        """What is made of an answer; where it is of no use, the error has the answer's own id and is in the log."""
        status, headers = response.status_code, fields_of(response)
        try:
            return take()
        except Faulty as faulty:
            error = noted(classify_fault(status, headers, faulty.fault, self._now()), "answer of", path)
            if isinstance(error, RateLimited):
                self._limits.refused(realm, error)
            raise error from None
        except Unavailable as error:
            detail = f"{error.detail}, {told(status, headers, None)}"
            raise noted(type(error)(detail), "answer of", path) from None


def _read(body: bytes, *, has_decimals: bool) -> Record:
    try:
        answer = read_object(body, has_decimals=has_decimals)
    except Unavailable:
        if fault := fault_in(body):
            raise Faulty(fault) from None
        raise
    if fault := fault_of(answer):
        raise Faulty(fault)
    return answer


def _response(answer: Record, statement: Statement) -> Record:
    response = answer.get("QueryResponse")
    if not isinstance(response, dict):
        raise Unavailable(f"{statement.entity}: the answer has no QueryResponse")
    return response


def _by_place(answer: Record) -> Mapping[str, Record]:
    return {str(one.get("bId")): one for one in records_in(answer.get("BatchItemResponse"))}


def _responses(came: Mapping[str, Record], statements: Sequence[Statement], first: int) -> list[Record]:
    responses = []
    for place, statement in enumerate(statements, first):
        if (one := came.get(str(place))) is None:
            raise Unavailable(f"/batch: no answer about {statement.entity}")
        if fault := fault_of(one):
            raise Faulty(fault)
        responses.append(_response(one, statement))
    return responses
