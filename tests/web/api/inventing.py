"""Requests that schemathesis invents from the API's description, and what is wrong with their answers.

By itself, so that only the process that needs schemathesis imports it, which takes seconds.
"""

from collections.abc import Iterator
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import CheckFunction, not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

CHECKS: list[CheckFunction] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]

LAST = ("/deactivate", "/hand-over", "/disconnect", "/change", "/revoke")
"""Ends of paths of calls after which less is there to be asked about."""


AnyCall = APIOperation[Any, Any, Any, Any]
AnyCase = Case[Any]


class Asking:
    """Asks every call of one practice as its admin.

    Attributes:
        asked: How many requests were sent.
        answered: The statuses that came, for each call.
        wrong: What went against the description.
    """

    def __init__(self, url: str, token: str, ids: dict[str, str], times: int) -> None:
        self._url, self._times = url, times
        self._session = requests.Session()
        self._session.trust_env = False
        self._headers = {"Authorization": token}
        self._ids = {"provider": "xero", **ids}
        self.asked = 0
        self.answered: dict[str, set[int]] = {}
        self.wrong: list[str] = []

    def everything(self) -> None:
        """Every call, in every way."""
        description = schemathesis.openapi.from_url(f"{self._url}/api/openapi.json")
        calls = [found.ok() for found in description.get_all_operations() if isinstance(found, Ok)]
        for call in sorted(calls, key=lambda call: (call.path.endswith(LAST), call.path)):
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                for ids in self._ways(call):
                    self._ask(call, mode, ids)

    def _ways(self, call: AnyCall) -> Iterator[dict[str, str]]:
        named = {name: self._ids[name] for name in self._ids if f"{{{name}}}" in call.path}
        if named:
            yield named
        yield {}

    def _ask(self, call: AnyCall, mode: GenerationMode, ids: dict[str, str]) -> None:
        if mode is GenerationMode.NEGATIVE and not (list(call.iter_parameters()) or call.body):
            return

        @seed(20261128)
        @settings(
            max_examples=self._times,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=call.as_strategy(generation_mode=mode, path_parameters=ids or None))
        def ask(case: AnyCase) -> None:
            self._send(case)

        ask()

    def _send(self, case: AnyCase) -> None:
        self.asked += 1
        what = f"{case.method} {case.operation.path}"
        answer = case.call(session=self._session, headers=self._headers)
        self.answered.setdefault(what, set()).add(answer.status_code)
        try:
            case.validate_response(answer, checks=CHECKS, headers=self._headers)
        except (Failure, FailureGroup) as failures:
            for failure in getattr(failures, "exceptions", [failures]):
                self.wrong.append(f"{what}: {failure} ({answer.status_code}: {answer.text[:300]})")
