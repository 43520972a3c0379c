"""The address to which an accounting software sends a colleague for a new sign-in: one button leads to it."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import httpx2
import pytest_asyncio

from models.clients.tables import Client
from models.connections.tables import Connection
from models.grants.tables import Grant
from tests.second_provider import ONE_AT_A_TIME, Second
from tests.web.house import House, arrived, visitor

ADDRESS = "/connect/second/reconnect"


@pytest_asyncio.fixture
async def browser(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    made = Second(replace(ONE_AT_A_TIME, organisation_parameter="realmId"))
    house.scene.providers[made.name] = made
    yield await arrived(house.admin)
    del house.scene.providers[made.name]


async def test_one_button_leads_to_the_sign_in_of_the_client_whose_books_are_named(
    house: House, browser: httpx2.AsyncClient
):
    scene, realm = house.scene, "9341453172050001"
    at = datetime.now(UTC)
    async with scene.database.transaction() as session:
        practice_id = house.admin.actor.practice_id
        client = Client(
            practice_id=practice_id, name="Alder <& Finch>", code="ALD9", owner_id=house.admin.actor.colleague_id
        )
        grant = Grant(
            provider="second",
            account_key=realm,
            label="Bea",
            sealed_secret=b"",
            access_expires_at=at + timedelta(hours=1),
        )
        session.add_all([client, grant])
        await session.flush()
        found = Connection(
            practice_id=practice_id,
            client_id=client.id,
            grant_id=grant.id,
            provider="second",
            organisation_id=realm,
            organisation_name="Alder Books",
            is_current=True,
        )
        session.add(found)
        client_id = client.id
    page = await browser.get(ADDRESS, params={"realmId": realm})
    assert page.status_code == 200
    assert "Second Books asks for a new sign-in" in page.text
    assert "Alder &lt;&amp; Finch&gt;" in page.text
    assert "Alder <& Finch>" not in page.text
    assert f'action="/clients/{client_id}/connection/reconnect"' in page.text
    assert "Sign in to Second Books" in page.text
    assert realm not in page.text
    asked = await visitor(scene).get(ADDRESS, params={"realmId": realm}, follow_redirects=False)
    back = dict(parse_qsl(urlsplit(asked.headers["location"]).query))["next"]
    assert back == f"{ADDRESS}?realmId={realm}"  # whoever has to sign in to Clientsync first comes back to it
    for params in ({"realmId": "1"}, {"realmId": realm * 9}, {"other": realm}, {}):
        elsewhere = await browser.get(ADDRESS, params=params, follow_redirects=False)
        assert elsewhere.status_code == 303, params
        assert elsewhere.headers["location"].startswith("/connections")
