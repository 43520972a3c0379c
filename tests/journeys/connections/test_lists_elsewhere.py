"""Lists of an accounting software whose feeds are arranged otherwise, from the refresh to the page."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
import pytest_asyncio

from contracts.words.lists import ListName
from tests.journeys.elsewhere import moved_to, worker_of
from tests.journeys.fixtures import MakePrepared
from tests.journeys.one_client import OneClient, one_of
from tests.journeys.people import change, everything_added
from tests.journeys.platforms.marks import SECOND
from tests.journeys.practice import address
from tests.models.rows import contact, item, profile
from tests.second_provider import BUYERS, COMPANY, GOODS, STOCK, VENDORS, Second
from tests.web.house import KEPT, PASSWORD, visitor

pytestmark = SECOND

AT = datetime(2026, 11, 1, tzinfo=UTC)
ABSENT = {"tracking_categories", "currencies"}
TABLES = ("receipts", "accounts", "contacts", "currencies", "items", "organisation_profiles", "tax_rates")


@pytest_asyncio.fixture
async def elsewhere(make_prepared: MakePrepared) -> AsyncIterator[OneClient]:
    """A client of which nothing was read yet, and a worker that reads its books."""
    scene = await make_prepared(everything_added, organisations=1)
    second = Second()
    await moved_to(scene, second)
    for table in (*TABLES, "tracking_categories"):
        await change(scene, f"DELETE FROM {table}")  # noqa: S608  # our own words
    client = await one_of(scene)
    second.keep(COMPANY, profile(client.organisation_id), AT)
    second.keep(GOODS, item("apples", "Apples"), AT)
    second.keep(STOCK, item("plums", "Plums", 3), AT)
    second.keep(VENDORS, contact("v-1", "Vera"), AT)
    second.keep(BUYERS, contact("b-1", "Bert", supplier=False, customer=True), AT)
    async with worker_of(scene, second):
        yield client


@pytest.mark.thorough
async def test_a_refresh_brings_what_is_there_and_nothing_is_said_to_be_missing(elsewhere: OneClient):
    receipts = await elsewhere.refreshed()
    assert set(receipts) == {name.value for name in ListName} - ABSENT
    assert [row["name"] for row in await elsewhere.rows("items")] == ["Apples", "Plums"]
    assert [row["name"] for row in await elsewhere.rows("suppliers")] == ["Vera"]
    shown = await elsewhere.shown()
    assert (shown["status"], shown["cause"], set(shown["absent_lists"])) == ("connected", None, ABSENT)
    assert not ABSENT & set(shown["settings"]["list_names"])
    refused = await elsewhere.post("refresh", params={"list": "currencies"})
    assert (refused.status_code, refused.json()["error"]["field"]) == (422, "lists.0")


@pytest.mark.thorough
async def test_suppliers_alone_may_be_chosen_where_they_are_read_alone(elsewhere: OneClient):
    chosen = await elsewhere.set(list_names=["suppliers"])
    assert chosen["settings"]["list_names"] == ["organisation", "suppliers"]
    assert set(await elsewhere.refreshed()) == {"organisation", "suppliers"}
    assert [row["name"] for row in await elsewhere.rows("customers")] == []


@pytest.mark.thorough
async def test_pages_say_that_a_list_is_not_kept_there(elsewhere: OneClient):
    await elsewhere.refreshed()
    scene = elsewhere.scene
    await change(scene, "UPDATE colleagues SET password_hash = :kept", kept=KEPT)
    session = await scene.operations.sessions.sign_in(address("admin"), PASSWORD, ip="127.0.0.1", browser="Chrome/1")
    async with visitor(scene, session) as browser:
        manage = (await browser.get(f"/clients/{elsewhere.client_id}/connection")).text
        currencies = (await browser.get(f"/clients/{elsewhere.client_id}/lists/currencies")).text
    assert manage.count("Not kept by Second Books") == len(ABSENT)
    assert "Not pulled yet" not in manage
    assert 'value="customers"' in manage.split('name="pulled"', 1)[1]
    assert "There is no such list" in currencies
