"""Bad input is answered in one shape, with a fitting status and the field's name, and changes nothing."""

import logging
import re
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from fastapi import APIRouter
from httpx2 import ASGITransport

from models.runs.tables import Run
from tests.journeys.scene import Scene
from web.app import create_app
from web.kit.shield import LARGEST_BODY

RAW = re.compile("should (be|have|match)|unable to|value error|invalid|input", re.IGNORECASE)
"""A validator's own words."""

RUN = "/api/v1/runs/no-such-run"
CLIENT = f"/api/v1/clients/{uuid4()}"
START = "/api/v1/client-sync/xero/add-clients"
ORGANISATION = {"organisation_id": "one"}


def error_of(answer: httpx2.Response) -> dict[str, Any]:
    body = answer.json()
    assert set(body) == {"error"}
    assert set(body["error"]) <= {"code", "message", "field"}
    assert body["error"]["message"].endswith((".", "`"))
    assert not RAW.search(body["error"]["message"]), body
    error: dict[str, Any] = body["error"]
    return error


CALLS = [
    ("GET", "/api/v1/nothing", 404, "not_found", None),
    ("GET", "/api/v1/runs/", 404, "not_found", None),
    ("GET", "/api/v1/runs/%00", 404, "not_found", None),
    ("DELETE", "/api/v1/runs", 405, "method_not_allowed", None),
    ("GET", START, 405, "method_not_allowed", None),
    ("POST", "/api/v1/client-sync/sage/add-clients", 422, "invalid", "provider"),
    ("POST", "/api/v1/client-sync/xero/buy-clients", 422, "invalid", "kind"),
    ("GET", "/api/v1/runs?limit=0", 422, "invalid", "limit"),
    ("GET", "/api/v1/runs?limit=501", 422, "invalid", "limit"),
    ("GET", "/api/v1/runs?before=yesterday", 422, "invalid", "before"),
    ("GET", RUN, 404, "not_found", None),
    ("POST", f"{RUN}/retry", 404, "not_found", None),
    ("POST", f"{RUN}/cancel", 404, "not_found", None),
    ("POST", f"{RUN}/consent", 404, "not_found", None),
    ("GET", "/api/v1/clients?limit=x", 422, "invalid", "limit"),
    ("GET", "/api/v1/clients?offset=-1", 422, "invalid", "offset"),
    ("GET", "/api/v1/clients?search=%00", 422, "invalid", "search"),
    ("GET", "/api/v1/clients?status=happy", 422, "invalid", "status"),
    ("GET", "/api/v1/clients?owner_id=me", 422, "invalid", "owner_id"),
    ("GET", "/api/v1/clients/smith", 422, "invalid", "client_id"),
    ("GET", CLIENT, 404, "not_found", None),
    ("GET", f"{CLIENT}/timeline", 404, "not_found", None),
    ("GET", f"{CLIENT}/timeline?before=99999999999999999999", 422, "invalid", "before"),
    ("GET", f"{CLIENT}/lists/accounts", 404, "not_found", None),
    ("GET", f"{CLIENT}/lists/secrets", 422, "invalid", "list_name"),
]

SELECTIONS = [
    ({}, None),
    ({"organisations": []}, None),
    ({"organisations": "all"}, "organisations"),
    ({"organisations": [{}]}, "organisations.0.organisation_id"),
    ({"organisations": [ORGANISATION, {"organisation_id": ""}]}, "organisations.1.organisation_id"),
    ({"organisations": [ORGANISATION | {"team_id": "night"}]}, "organisations.0.team_id"),
    ({"organisations": [ORGANISATION | {"action": "sell"}]}, "organisations.0.action"),
    ({"organisations": [ORGANISATION | {"action": "link"}]}, "organisations.0"),
    ({"organisations": [ORGANISATION | {"colour": "red"}]}, "organisations.0.colour"),
    ({"organisations": [ORGANISATION, ORGANISATION]}, None),
    ({"organisations": [ORGANISATION], "owner_id": 7}, "owner_id"),
    ([], None),
]


@pytest.mark.thorough
async def test_bad_calls(scene: Scene):
    wrong = []
    for method, path, *wanted in CALLS:
        answer = await scene.http.request(method, path)
        error = error_of(answer)
        if (answered := [answer.status_code, error["code"], error.get("field")]) != wanted:
            wrong.append((method, path, answered))
    assert not wrong


@pytest.mark.thorough
async def test_bad_selections(scene: Scene):
    wrong = []
    for body, field in SELECTIONS:
        answer = await scene.http.post(f"{RUN}/selection", json=body)
        error = error_of(answer)
        if (answered := (answer.status_code, error["code"], error.get("field"))) != (422, "invalid", field):
            wrong.append((body, answered))
    assert not wrong


async def test_a_body_that_is_no_json(scene: Scene):
    answer = await scene.http.post(f"{RUN}/selection", content=b"{oops", headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert error_of(answer)["message"] == "This is not valid JSON."


async def test_nobody_without_a_token(scene: Scene):
    async with httpx2.AsyncClient(base_url=scene.web) as stranger:
        for header in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic YTpi"}):
            for method, path in (("POST", START), ("GET", "/api/v1/runs"), ("GET", CLIENT)):
                answer = await stranger.request(method, path, headers=header)
                assert (answer.status_code, error_of(answer)["code"]) == (401, "unauthenticated")
                assert answer.headers["WWW-Authenticate"] == "Bearer"


async def test_a_body_that_is_too_large(scene: Scene):
    async def endless():
        for _ in range(LARGEST_BODY // 65_536 + 2):
            yield b" " * 65_536

    for content in (b" " * (LARGEST_BODY + 1), endless()):
        answer = await scene.http.post(f"{RUN}/selection", content=content)
        assert (answer.status_code, error_of(answer)["code"]) == (413, "too_large")


async def test_bad_starts_leave_nothing(scene: Scene):
    await scene.http.post("/api/v1/client-sync/sage/add-clients")
    await scene.http.post("/api/v1/client-sync/xero/buy-clients")
    await scene.http.post(START, headers={"Idempotency-Key": "k" * 121})
    assert (await scene.http.get("/api/v1/runs")).json()["runs"] == []


async def test_a_fault_of_ours_shows_a_reference_and_nothing_else(scene: Scene, caplog: pytest.LogCaptureFixture):
    router = APIRouter()

    @router.get("/broken")
    async def broken() -> Run:
        raise LookupError("the vault is behind the picture")

    app = create_app(scene.operations, ring=scene.settings.key_ring())
    app.include_router(router)
    async with httpx2.AsyncClient(transport=ASGITransport(app), base_url="http://test") as http:
        with caplog.at_level(logging.ERROR):
            answer = await http.get("/broken")
    error = error_of(answer)
    assert (answer.status_code, error["code"]) == (500, "internal")
    assert "vault" not in answer.text
    [logged] = [record for record in caplog.records if record.name == "web.kit.errors"]
    assert isinstance(logged.args, tuple)
    assert str(logged.args[0]) in error["message"]
    assert logged.exc_info is not None
    assert "vault" in str(logged.exc_info[1])
