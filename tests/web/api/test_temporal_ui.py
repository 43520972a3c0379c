"""Temporal's own web interface in Chromium, in which somebody of support is signed in: it shows what the codec opens.

The interface is the one that comes with the development server, which has no sign-in of its own. So it is told by its
own settings that there is one, and finds the tokens where its server leaves them after a sign-in: in cookies ``user0``
and so on, with ``AccessToken`` and ``IDToken``. All else is as in production: codec over TLS, at another origin. What
such a browser asks for stands in ``tests/starter/support/test_support.py`` too, without one.
"""

import asyncio
import base64
import datetime as dt
import ipaddress
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from playwright.async_api import Browser, Page, expect
from starlette.types import Receive, Scope, Send

from contracts.words.names import SEARCH_ATTRIBUTES
from providers.kit.http import http_client
from runtime.embedded.ports import HOST, Ports
from runtime.embedded.processes import Supervisor
from runtime.embedded.temporal import start_temporal
from runtime.temporal.connection import connect
from starter.support.identity import SupportGroup, SupportIdentity
from tests.identity_provider import AUDIENCE, GROUP, IdentityProvider, identity_provider
from tests.journeys.scene import PATIENCE
from tests.journeys.serving import listening, serving
from tests.web.house import House
from web.api.codec import Access
from web.app import create_app

SECRET_WORDS = "Harbour Lane and Daughters"


@dataclass
class Interface:
    """Temporal's interface, and what it reads by.

    Attributes:
        url: Its origin.
        workflow: The page of a workflow.
        codec: Ours, of another origin.
        provider: Where support signs in.
        asked: What came to the codec: method, query and headers.
    """

    url: str
    workflow: str
    codec: str
    provider: IdentityProvider
    asked: list[tuple[str, bytes, dict[str, str]]]


def certificate(directory: Path) -> tuple[str, str]:
    """A certificate for the loopback, and its key: paths."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    at = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - dt.timedelta(days=1))
        .not_valid_after(at + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(HOST))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    paths = directory / "codec.pem", directory / "codec.key"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return str(paths[0]), str(paths[1])


async def until_it_answers(url: str, http: httpx2.AsyncClient) -> None:
    """Ask the interface until it has found its server, which may have come up after it; its pages do not ask again."""
    async with asyncio.timeout(PATIENCE):
        is_there = False
        while not is_there:
            with suppress(httpx2.TransportError):
                is_there = (await http.get(f"{url}/api/v1/cluster-info")).status_code == 200


@pytest_asyncio.fixture
async def interface(house: House, tmp_path: Path) -> AsyncIterator[Interface]:
    """A workflow with a sealed input, which no worker takes, on a server of its own."""
    scene, ports = house.scene, Ports(tmp_path / "ports.json")
    settings = scene.settings.model_copy(update={"temporal_address": f"{HOST}:{ports.get('temporal')}"})
    url, namespace = f"http://{HOST}:{ports.get('temporal-ui')}", settings.temporal_namespace
    async with Supervisor(tmp_path / "logs") as supervisor, identity_provider() as provider, http_client() as http:
        await start_temporal(supervisor, settings, ports, tmp_path, search_attributes=SEARCH_ATTRIBUTES, codec_url=None)
        await until_it_answers(url, http)
        client = await connect(settings)
        asked = {"practice_id": str(house.admin.actor.practice_id), "practice_name": SECRET_WORDS}
        run = await client.start_workflow("BulkCreateClients", asked, id="add-clients-x", task_queue="nobody")
        support = SupportIdentity(SupportGroup(provider.issuer, AUDIENCE, GROUP), http)
        app = create_app(
            scene.operations,
            ring=settings.key_ring(),
            is_secure=True,
            codec_access=Access.SUPPORT,
            support=support,
            temporal_ui=url,
        )
        noted: list[tuple[str, bytes, dict[str, str]]] = []

        async def noting(scope: Scope, receive: Receive, send: Send) -> None:
            headers = {name.decode(): value.decode() for name, value in scope["headers"]}
            noted.append((scope["method"], scope["query_string"], headers))
            await app(scope, receive, send)

        socket, address = listening()
        cert, key = certificate(tmp_path)
        async with serving(noting, socket, ssl_certfile=cert, ssl_keyfile=key):
            page = f"{url}/namespaces/{namespace}/workflows/{run.id}/{run.first_execution_run_id}/history"
            yield Interface(url, page, f"{address.replace('http:', 'https:')}/codec", provider, noted)


WITH_SIGN_IN = """
    const ask = window.fetch;
    window.fetch = async (...words) => {
        const answer = await ask(...words);
        if (!String(words[0].url ?? words[0]).includes("/api/v1/settings")) {
            return answer;
        }
        const found = await answer.json();
        found.Auth = { ...found.Auth, Enabled: true, Options: [] };
        found.Codec = { Endpoint: "CODEC", PassAccessToken: true, IncludeCredentials: false };
        return new Response(JSON.stringify(found), { status: 200, headers: { "Content-Type": "application/json" } });
    };
"""
"""As the interface's settings are in production; without interception, with which Playwright answers preflights."""


@asynccontextmanager
async def signed_in(chromium: Browser, interface: Interface, access: str, beside: str = "") -> AsyncIterator[Page]:
    """A page of the interface after a sign-in that brought these tokens."""
    context = await chromium.new_context(ignore_https_errors=True)
    user = {"AccessToken": access, "IDToken": beside, "Name": "Sam Support", "Email": "sam@example.com"}
    cookie = base64.b64encode(json.dumps(user).encode()).decode()
    await context.add_cookies([{"name": "user0", "value": cookie, "url": interface.url}])
    await context.add_init_script(WITH_SIGN_IN.replace("CODEC", interface.codec))
    interface.asked.clear()
    try:
        yield await context.new_page()
    finally:
        await context.close()


@pytest.mark.long
async def test_support_reads_in_the_interface_and_nobody_else(chromium: Browser, house: House, interface: Interface):
    token = interface.provider.token()
    for access, beside in ((token, ""), ("opaque", token)):
        async with signed_in(chromium, interface, access, beside) as page:
            await page.goto(interface.workflow)
            await expect(page.get_by_text(SECRET_WORDS).first).to_be_visible()
        methods = [method for method, _, _ in interface.asked]
        assert methods[0] == "OPTIONS"
        asked = next(headers for method, _, headers in interface.asked if method == "POST")
        assert (asked["origin"], asked["authorization"]) == (interface.url, f"Bearer {access}")
        assert asked["x-namespace"] == house.scene.settings.temporal_namespace
        assert asked.get("authorization-extras", "") == beside
    reads = await house.scene.rows("SELECT DISTINCT subject, name FROM support_reads")
    assert ("u-17", "Sam Support") in reads
    async with signed_in(chromium, interface, interface.provider.token(groups=None)) as page:
        told: list[int] = []
        page.on("response", lambda one: told.append(one.status) if one.request.method == "POST" else None)
        await page.goto(interface.workflow)
        await expect(page.locator("#content").get_by_text("Codec Server could not connect")).to_be_visible()
        assert set(told) == {403}  # which the browser may read, and notes in its console
        assert SECRET_WORDS not in await page.inner_text("body")
