"""The API against its own description: what fits it is answered as it says, what does not is refused as it says.

Requests are invented by schemathesis from ``/api/openapi.json``, always the same ones, and sent over HTTP: with ids
that are really there, and with invented ones. No answer may be a fault of ours, have a status, a type or a body that
the description does not name. ``make test-schema`` invents twenty times as many.
"""

import asyncio
from collections.abc import Iterator

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import CheckFunction, not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.web.street import Street

EVERYDAY, MANY = 2, 40
"""Requests for each call, each of the ways to ask it, and each kind of input."""

CHECKS: list[CheckFunction] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]

LAST = ("/deactivate", "/hand-over", "/disconnect", "/change", "/revoke")
"""Ends of paths of calls after which less is there to be asked about."""


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
        calls = [found.ok() for found in description.get_all_operations()]
        for call in sorted(calls, key=lambda call: (call.path.endswith(LAST), call.path)):
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                for ids in self._ways(call):
                    self._ask(call, mode, ids)

    def _ways(self, call: APIOperation) -> Iterator[dict[str, str]]:
        named = {name: self._ids[name] for name in self._ids if f"{{{name}}}" in call.path}
        if named:
            yield named
        yield {}

    def _ask(self, call: APIOperation, mode: GenerationMode, ids: dict[str, str]) -> None:
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
        def ask(case: Case) -> None:
            self._send(case)

        ask()

    def _send(self, case: Case) -> None:
        self.asked += 1
        what = f"{case.method} {case.operation.path}"
        answer = case.call(session=self._session, headers=self._headers)
        self.answered.setdefault(what, set()).add(answer.status_code)
        try:
            case.validate_response(answer, checks=CHECKS, headers=self._headers)
        except (Failure, FailureGroup) as failures:
            for failure in getattr(failures, "exceptions", [failures]):
                self.wrong.append(f"{what}: {failure} ({answer.status_code}: {answer.text[:300]})")


@pytest.mark.parametrize("times", [EVERYDAY, pytest.param(MANY, marks=[pytest.mark.long, pytest.mark.timeout(1800)])])
async def test_the_api_answers_as_its_description_says(street: Street, times: int):
    admin = street.house.admin.scene
    asking = Asking(admin.web, admin.http.headers["Authorization"], street.own, times)
    await asyncio.to_thread(asking.everything)
    assert not asking.wrong, "\n".join(asking.wrong[:50])
    assert {status for statuses in asking.answered.values() for status in statuses} > {200, 201, 202, 404, 422}


async def test_the_description_says_what_is_refused(street: Street):
    schemas = (await street.house.admin.scene.http.get("/api/openapi.json")).json()["components"]["schemas"]
    token, settings_of = schemas["TokenWish"]["properties"], schemas["SettingsPatch"]
    assert (token["name"]["minLength"], token["name"]["maxLength"]) == (1, 100)
    assert (token["days"]["minimum"], token["days"]["maximum"], token["scopes"]["minItems"]) == (1, 366, 1)
    assert settings_of["minProperties"] == 1
    assert settings_of["properties"]["refresh_hours"]["type"] == "integer"  # never null, as others may be


async def test_bytes_that_are_no_text_are_refused_as_what_is_no_json(street: Street):
    http = street.house.admin.scene.http
    for body in (b'{"name": "\xff"}', b"{"):
        answer = await http.post("/api/v1/tokens", content=body, headers={"Content-Type": "application/json"})
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid")
