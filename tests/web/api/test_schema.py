"""The API against its own description: what fits it is answered as it says, what does not is refused as it says.

Requests are invented by schemathesis from ``/api/openapi.json``, always the same ones, and sent over HTTP: with ids
that are really there, and with invented ones. No answer may be a fault of ours, have a status, a type or a body that
the description does not name. ``make test-schema`` invents twenty times as many.
"""

import asyncio

import pytest

from tests.web.street import Street

pytestmark = pytest.mark.thorough


EVERYDAY, MANY = 2, 40
"""Requests for each call, each of the ways to ask it, and each kind of input."""


@pytest.mark.thorough
@pytest.mark.parametrize("times", [EVERYDAY, pytest.param(MANY, marks=[pytest.mark.long, pytest.mark.timeout(1800)])])
async def test_the_api_answers_as_its_description_says(own_street: Street, times: int):
    """What is asked is done, so no other module's practice is."""
    from tests.web.api.inventing import Asking

    admin = own_street.house.admin.scene
    asking = Asking(admin.web, admin.http.headers["Authorization"], own_street.own, times)
    await asyncio.to_thread(asking.everything)
    assert not asking.wrong, "\n".join(asking.wrong[:50])
    assert {status for statuses in asking.answered.values() for status in statuses} > {200, 201, 202, 404, 422}


async def test_the_description_says_what_is_refused(street: Street):
    schemas = (await street.house.admin.scene.http.get("/api/openapi.json")).json()["components"]["schemas"]
    (patch,) = (name for name in schemas if name in ("SettingsPatch", "SettingsPatch-Input"))  # which answers have too
    token, settings_of = schemas["TokenWish"]["properties"], schemas[patch]
    assert (token["name"]["minLength"], token["name"]["maxLength"]) == (1, 100)
    assert (token["days"]["minimum"], token["days"]["maximum"], token["scopes"]["minItems"]) == (1, 366, 1)
    assert settings_of["minProperties"] == 1
    assert settings_of["properties"]["refresh_hours"]["type"] == "integer"  # never null, as others may be


async def test_bytes_that_are_no_text_are_refused_as_what_is_no_json(street: Street):
    http = street.house.admin.scene.http
    for body in (b'{"name": "\xff"}', b"{"):
        answer = await http.post("/api/v1/tokens", content=body, headers={"Content-Type": "application/json"})
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid")
