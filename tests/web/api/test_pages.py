"""The pages that people see: the list of calls, the codec for Temporal's own UI, and what browsers are told."""

import base64
import re

import httpx2
import pytest
from httpx2 import ASGITransport

from tests.journeys.scene import Scene
from web.api.codec import Access, access_for
from web.app import create_app

UI = "http://127.0.0.1:8233"
DATA = base64.b64encode(b'"hi"').decode()
PLAIN = {"metadata": {"encoding": base64.b64encode(b"json/plain").decode()}, "data": DATA}


def browser(scene: Scene, access: Access, client: str = "127.0.0.1") -> httpx2.AsyncClient:
    app = create_app(scene.operations, ring=scene.settings.key_ring(), codec_access=access, temporal_ui=UI)
    return httpx2.AsyncClient(transport=ASGITransport(app, client=(client, 1)), base_url="http://test")


@pytest.mark.thorough
async def test_the_list_of_calls_has_every_call_and_loads_nothing_from_elsewhere(scene: Scene):
    page = await scene.http.get("/api/docs")
    schema = (await scene.http.get("/api/openapi.json")).json()
    assert page.status_code == 200
    for path, calls in schema["paths"].items():
        assert path in page.text
        assert all(call.get("summary") for call in calls.values()), path
    loaded = {address.partition("?")[0] for address in re.findall(r'(?:src|href)="([^"]+)"', page.text)}
    assert loaded == {"/", "#whole", "/static/clientsync.css", "/static/icon.svg", "/api/openapi.json"}
    assert "`" not in page.text
    assert not re.search(r"<script|<style|style=|onclick", page.text)
    style = await scene.http.get("/static/clientsync.css")
    assert (style.status_code, style.headers["content-type"]) == (200, "text/css; charset=utf-8")
    assert "url(" not in style.text
    assert "@import" not in style.text


@pytest.mark.parametrize("path", ["/healthz", "/api/docs", "/nothing", "/connect/xero/callback", "/api/v1/runs"])
async def test_every_answer_tells_browsers_to_be_careful(scene: Scene, path: str):
    headers = (await scene.http.get(path)).headers
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"


async def test_the_codec_opens_what_it_sealed(scene: Scene):
    async with browser(scene, Access.LOOPBACK) as http:
        preflight = await http.options("/codec/decode", headers={"Origin": UI})
        assert preflight.status_code == 200
        assert preflight.headers["access-control-allow-origin"] == UI
        assert "x-namespace" in preflight.headers["access-control-allow-headers"]
        sealed = await http.post("/codec/encode", json={"payloads": [PLAIN]}, headers={"Origin": UI})
        assert DATA not in sealed.text
        opened = await http.post("/codec/decode", json=sealed.json(), headers={"Origin": UI})
        assert opened.json() == {"payloads": [PLAIN]}
        assert opened.headers["access-control-allow-origin"] == UI
        broken = await http.post("/codec/decode", content=b"{oops")
        assert (broken.status_code, broken.json()["error"]["code"]) == (422, "invalid")


async def test_the_codec_answers_its_own_people_only(scene: Scene):
    body = {"payloads": [PLAIN]}
    async with browser(scene, Access.LOOPBACK) as http:
        answer = await http.post("/codec/decode", json=body, headers={"Origin": "http://evil.example"})
        assert answer.status_code == 403
    async with browser(scene, Access.LOOPBACK, client="192.0.2.7") as http:
        assert (await http.post("/codec/decode", json=body)).status_code == 403


@pytest.mark.parametrize(
    ("public_url", "ui_url", "access"),
    [
        ("http://127.0.0.1:8000", "http://127.0.0.1:8233", Access.LOOPBACK),
        ("http://localhost:8000", None, Access.LOOPBACK),
        ("https://sync.example.com", "http://127.0.0.1:8233", Access.SUPPORT),
        ("http://127.0.0.1:8000", "https://temporal.example.com", Access.SUPPORT),
        ("https://127.0.0.1.example.com", None, Access.SUPPORT),
    ],
)
def test_who_may_use_the_codec_follows_from_the_addresses(public_url: str, ui_url: str | None, access: Access):
    assert access_for(public_url, ui_url) is access
