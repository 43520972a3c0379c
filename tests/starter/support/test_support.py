"""Support staff: their own identity provider says who they are; they only read, and it is written down."""

import base64
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
import pytest_asyncio
from httpx2 import ASGITransport
from joserfc import jwt
from joserfc.jwk import OctKey

from contracts.words.access import Scope
from emulators.kit.signing import SigningKey
from models.kit.columns import now
from runtime.sealing.codec_server import encode_payloads
from runtime.settings.cannot_start import CannotStartError
from starter.bootstrap import open_support
from starter.support.identity import SupportGroup, SupportIdentity, groups_in
from tests.identity_provider import AUDIENCE, GROUP, IdentityProvider, identity_provider
from tests.journeys.scene import Scene
from tests.journeys.serving import NO_TLS, listening
from web.api.codec import Access
from web.app import create_app

UI = "https://temporal.example.com"


@pytest_asyncio.fixture
async def provider() -> AsyncIterator[IdentityProvider]:
    """The operator's identity provider."""
    async with identity_provider() as made:
        yield made


@asynccontextmanager
async def codec(
    scene: Scene, provider: IdentityProvider | None, clock: Callable[[], datetime] = now
) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of the web backend as it is in production."""
    async with httpx2.AsyncClient(verify=NO_TLS) as http:
        support = SupportIdentity(SupportGroup(provider.issuer, AUDIENCE, GROUP), http, clock) if provider else None
        app = create_app(
            scene.operations,
            ring=scene.settings.key_ring(),
            codec_access=Access.SUPPORT,
            support=support,
            temporal_ui=UI,
        )
        yield await scene.stack.enter_async_context(
            httpx2.AsyncClient(transport=ASGITransport(app), base_url="https://clientsync.example.com")
        )


def sealed(scene: Scene, *values: object) -> Any:
    """Payloads as they stand in a history."""
    plain = [
        {
            "metadata": {"encoding": base64.b64encode(b"json/plain").decode()},
            "data": base64.b64encode(json.dumps(value).encode()).decode(),
        }
        for value in values
    ]
    return json.loads(encode_payloads(json.dumps({"payloads": plain}), scene.settings.key_ring()))


def bearer(token: str, **more: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", "Origin": UI, **more}


async def read(http: httpx2.AsyncClient, body: Any, headers: dict[str, str]) -> int:
    """Have payloads opened; gives the status."""
    return (await http.post("/codec/decode", json=body, headers=headers)).status_code


async def told(scene: Scene) -> list[tuple[Any, ...]]:
    return await scene.rows("SELECT practice_id, before, after FROM events WHERE kind = 'support.read' ORDER BY id")


async def written(scene: Scene) -> list[tuple[Any, ...]]:
    return await scene.rows("SELECT subject, name, payloads, practices FROM support_reads ORDER BY id")


async def test_support_reads_and_it_is_written_down_and_told(scene: Scene, provider: IdentityProvider):
    run_id, _ = await scene.start()
    theirs = await scene.neighbour()
    body = sealed(scene, {"run": {"practice_id": str(scene.actor.practice_id)}}, [{"run_id": run_id}], "nothing")
    async with codec(scene, provider) as http:
        answer = await http.post("/codec/decode", json=body, headers=bearer(provider.token()))
        assert answer.status_code == 200
        assert answer.headers["access-control-allow-origin"] == UI
        assert str(scene.actor.practice_id) in base64.b64decode(answer.json()["payloads"][0]["data"]).decode()
        assert await read(http, body, bearer(provider.token())) == 200
        assert await read(http, sealed(scene, {"practice_slug": theirs.actor.practice_slug}), bearer(provider.token()))
    assert await written(scene) == [
        ("u-17", "Sam Support", 3, 1),
        ("u-17", "Sam Support", 3, 1),
        ("u-17", "Sam Support", 1, 1),
    ]
    assert await told(scene) == [  # each practice once for what is read together
        (scene.actor.practice_id, "u-17", "Sam Support"),
        (theirs.actor.practice_id, "u-17", "Sam Support"),
    ]


@pytest.mark.thorough
async def test_support_only_reads(scene: Scene, provider: IdentityProvider):
    async with codec(scene, provider) as http:
        headers = bearer(provider.token())
        answer = await http.post("/codec/encode", json={"payloads": []}, headers=headers)
        assert (answer.status_code, "reads only" in answer.json()["error"]["message"]) == (403, True)
        for method, path in (("GET", "/api/v1/clients"), ("GET", "/api/v1/runs"), ("POST", "/api/v1/tokens")):
            assert (await http.request(method, path, headers=headers)).status_code == 401


@pytest.mark.thorough
async def test_the_id_token_beside_it_counts_too(scene: Scene, provider: IdentityProvider):
    body = sealed(scene, "x")
    async with codec(scene, provider) as http:
        opaque = bearer("opaque-access-token", **{"Authorization-Extras": provider.token()})
        assert await read(http, body, opaque) == 200
        without_groups = bearer(provider.token(groups=None), **{"Authorization-Extras": provider.token()})
        assert await read(http, body, without_groups) == 200


async def test_nobody_else_reads_anything(scene: Scene, provider: IdentityProvider):
    body, past = sealed(scene, "x"), int((now() - timedelta(minutes=5)).timestamp())
    shared = OctKey.import_key(json.dumps(provider.key.public()))
    forged = jwt.encode({"alg": "HS256"}, {"iss": provider.issuer, "groups": [GROUP]}, shared)
    unsigned = ".".join(
        base64.urlsafe_b64encode(part).rstrip(b"=").decode()
        for part in (b'{"alg":"none"}', json.dumps({"iss": provider.issuer, "groups": [GROUP]}).encode(), b"")
    )
    tokens = {
        "an admin's": (scene.http.headers["authorization"].partition(" ")[2], 401),
        "none": ("", 401),
        "of no group": (provider.token(groups=None), 403),
        "of another group": (provider.token(groups=["staff", "clientsync-support-x"]), 403),
        "for somebody else": (provider.token(aud="other"), 401),
        "of another provider": (provider.token(iss="https://evil.example.com"), 401),
        "over": (provider.token(exp=past), 401),
        "without an end": (provider.token(exp=None), 401),
        "without a subject": (provider.token(sub=None), 401),
        "of another key": (provider.token(key=SigningKey()), 401),
        "signed with the public key": (forged, 401),
        "unsigned": (unsigned, 401),
        "too long": (provider.token(name="x" * 20_000), 401),
    }
    async with codec(scene, provider) as http:
        found = {name: await read(http, body, bearer(token)) for name, (token, _) in tokens.items()}
        assert await read(http, body, bearer(provider.token(), Origin="https://evil.example.com")) == 403
    assert found == {name: status for name, (_, status) in tokens.items()}
    assert await written(scene) == []


@pytest.mark.thorough
async def test_the_browser_of_the_interface_may_ask_and_is_told_why_not(scene: Scene, provider: IdentityProvider):
    """What a browser lets pages of another origin send and read; the interface has no other way."""
    sends = {"authorization", "authorization-extras", "content-type", "x-namespace"}
    preflight = {
        "Origin": UI,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": ",".join(sorted(sends)),
    }
    async with codec(scene, provider) as http:
        for path in ("/codec/decode?preserveStorageRefs=true", "/codec/encode?preserveStorageRefs=true"):
            may = await http.options(path, headers=preflight)
            assert (may.status_code, may.headers["access-control-allow-origin"]) == (200, UI)
            assert may.headers["access-control-allow-methods"] == "POST"
            assert set(may.headers["access-control-allow-headers"].split(",")) >= sends
            for headers, status in ((bearer("x"), 401), (bearer(provider.token(groups=None)), 403)):
                told = await http.post(path, json=sealed(scene, "x"), headers=headers)
                assert (told.status_code, told.headers["access-control-allow-origin"]) == (status, UI)
                assert told.json()["error"]["message"]
        broken = await http.post("/codec/decode", json={"payloads": 1}, headers=bearer(provider.token()))
        assert (broken.status_code, broken.headers["access-control-allow-origin"]) == (422, UI)


@pytest.mark.thorough
async def test_where_support_is_not_set_up_nobody_reads(scene: Scene):
    async with codec(scene, None) as http:
        headers = bearer(scene.http.headers["authorization"].partition(" ")[2])
        answer = await http.post("/codec/decode", json=sealed(scene, "x"), headers=headers)
        assert (answer.status_code, "CLIENTSYNC_SUPPORT_ISSUER" in answer.json()["error"]["message"]) == (403, True)


@pytest.mark.thorough
async def test_new_keys_are_found_and_made_up_ones_asked_for_once(scene: Scene, provider: IdentityProvider):
    body, at = sealed(scene, "x"), datetime.now(UTC)
    async with codec(scene, provider, lambda: at) as http:
        assert await read(http, body, bearer(provider.token())) == 200
        provider.key = SigningKey()
        assert await read(http, body, bearer(provider.token())) == 200
        asked = provider.asked_for_keys
        for _ in range(5):
            assert await read(http, body, bearer(provider.token(key=SigningKey()))) == 401
        assert provider.asked_for_keys == asked
        at += timedelta(minutes=2)
        assert await read(http, body, bearer(provider.token(key=SigningKey()))) == 401
        assert provider.asked_for_keys == asked + 1


@pytest.mark.thorough
async def test_a_provider_that_does_not_answer(scene: Scene):
    socket, url = listening()
    socket.close()
    async with codec(scene, IdentityProvider(url)) as http:
        assert await read(http, sealed(scene, "x"), bearer(IdentityProvider(url).token())) == 503


@pytest.mark.parametrize(
    ("claims", "path", "groups"),
    [
        ({"groups": ["a", "b"]}, "groups", {"a", "b"}),
        ({"groups": "a b"}, "groups", {"a", "b"}),
        ({"realm_access": {"roles": ["a"]}}, "realm_access.roles", {"a"}),
        ({"https://x.example/groups": ["a"]}, "https://x.example/groups", {"a"}),
        ({"groups": {"a": True}}, "groups", set()),
        ({"groups": [1, None, "a"]}, "groups", {"a"}),
        ({}, "groups", set()),
    ],
)
def test_groups_of_a_token(claims: dict[str, Any], path: str, groups: set[str]):
    assert groups_in(claims, path) == groups


async def test_a_provider_without_a_group_starts_nothing(scene: Scene):
    """All of the provider's users would be support."""
    settings = scene.settings.model_copy(update={"support_issuer": "https://id.example.com"})
    with pytest.raises(CannotStartError, match="CLIENTSYNC_SUPPORT_AUDIENCE"):
        async with open_support(settings):
            pass
    async with open_support(scene.settings) as nobody:
        assert nobody is None
    assert Scope.READ in scene.actor.scopes
