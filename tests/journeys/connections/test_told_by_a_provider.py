"""A provider tells us by itself: its stand-in sends webhooks over sockets, and browsers come from it unsigned."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
import pytest_asyncio
from pydantic import SecretStr
from sqlalchemy import text
from temporalio.service import RPCError

from contracts.words.names import sync_client_id
from emulators.quickbooks import Config, create_app
from emulators.quickbooks.config import SANDBOX_WEBHOOK_TOKEN
from emulators.quickbooks.control.control import Control
from emulators.quickbooks.control.words import ChangeWords, DeliveryWords
from models.kit.columns import now
from providers.kit.http import http_client
from providers.quickbooks.provider import QuickBooks
from providers.quickbooks.settings import QuickBooksSettings
from tests.journeys.fixtures import MakePrepared
from tests.journeys.one_client import OneClient, all_of
from tests.journeys.people import change, everything_added
from tests.journeys.platforms.marks import SECOND
from tests.journeys.scene import PATIENCE, Scene
from tests.providers.conftest import Allowance
from web.inbound import webhooks as inbound

pytestmark = SECOND

HERE = "/connect/quickbooks"
UNKNOWN = 5
"""A company of the stand-in that is nobody's; the first ones are those of the clients."""


@dataclass
class Told:
    """Clients at a stand-in that sends webhooks.

    Attributes:
        scene: Their practice.
        clients: All of them, each with the stand-in's company of the same place.
        realms: The stand-in's companies.
        control: Tells the stand-in what to do.
        since: When it began; clients of earlier tests have had the same names, and their work is still known.
    """

    scene: Scene
    clients: list[OneClient]
    realms: list[str]
    control: Control
    since: datetime

    async def delivered(self, *places: int, entity: str = "Vendor", **words: Any) -> Any:
        """Let it deliver a change in each company; gives the answers."""
        changed = tuple(
            ChangeWords(organisation_id=self.realms[place], entity=entity, id=str(number))
            for number, place in enumerate(places)
        )
        return (await self.control.deliver(DeliveryWords(also=changed, **words)))["answers"]

    async def due(self) -> list[bool]:
        """Whether each client is due."""
        return [await self._is_due(client) for client in self.clients]

    async def _is_due(self, client: OneClient) -> bool:
        at = datetime.fromisoformat((await client.shown())["next_refresh_at"])
        [(is_due,)] = await self.scene.rows("SELECT CAST(:at AS timestamptz) <= now()", at=at)
        return bool(is_due)

    async def is_read(self, client: OneClient) -> bool:
        """Whether somebody has it read just now."""
        workflow = sync_client_id(self.scene.actor.practice_slug, client.code)
        try:
            found = await self.scene.temporal.get_workflow_handle(workflow).describe()
        except RPCError:
            return False
        return found.start_time >= self.since


@pytest_asyncio.fixture
async def told(make_prepared: MakePrepared) -> Told:
    scene = await make_prepared(everything_added, organisations=3)
    app = create_app(Config(organisations=8, webhook_url=f"{scene.web}{HERE}/webhooks"))
    settings = QuickBooksSettings().at_stand_in("http://127.0.0.1:9")  # which is not asked
    settings = settings.model_copy(update={"webhook_verifier_token": SecretStr(SANDBOX_WEBHOOK_TOKEN)})
    scene.providers["quickbooks"] = QuickBooks(settings, http_client(), Allowance())
    clients, realms = await all_of(scene), list(app.world.library.organisations)
    for table in ("connections", "grants"):
        await change(scene, f"UPDATE {table} SET provider = 'quickbooks'")  # noqa: S608  # our own words
    for client, realm in zip(clients, realms, strict=False):
        await change(
            scene,
            "UPDATE connections SET organisation_id = :realm, lists_pulled_at = now() - interval '1 hour'"
            " WHERE organisation_id = :own",
            realm=realm,
            own=client.organisation_id,
        )
    return Told(scene, clients, realms, Control(app.world), now())


async def test_signed_deliveries_mark_lists_as_due_once_and_in_any_order(told: Told):
    assert await told.due() == [False, False, False]
    assert await told.delivered(0, signature="wrong") == [401]
    assert await told.delivered(0, signature="missing") == [401]
    assert await told.delivered(UNKNOWN) == [200]
    assert await told.delivered(0, entity="Preferences", times=1) == [200]
    assert await told.scene.rows("SELECT count(*) FROM provider_events") == [(1,)]  # of what nobody knows, nothing
    assert await told.due() == [True, False, False]
    assert await told.delivered(1, UNKNOWN, 2, 2, times=3, reversed=True) == [200, 200, 200]
    assert await told.due() == [True, True, True]
    assert await told.scene.rows("SELECT count(*) FROM provider_events") == [(4,)]


@pytest.mark.thorough
async def test_a_delivery_that_cannot_be_noted_in_time_is_refused_and_taken_later(
    told: Told, monkeypatch: pytest.MonkeyPatch
):
    with monkeypatch.context() as soon:
        soon.setattr(inbound, "ANSWERED_WITHIN", 0.2)
        async with told.scene.database.transaction() as session:
            await (await session.connection()).execute(text("LOCK TABLE provider_events IN EXCLUSIVE MODE"))
            assert await told.delivered(0) == [503]
    assert await told.due() == [False, False, False]
    assert await told.delivered(0) == [200]
    assert await told.due() == [True, False, False]
    assert inbound.ANSWERED_WITHIN < 3


@pytest.mark.thorough
async def test_what_was_read_since_is_not_due_again(told: Told):
    for name, is_due in (("lists_pulled_at = now() + interval '1 hour'", False), ("list_names = '{items}'", False)):
        await change(told.scene, f"UPDATE connections SET {name}")  # noqa: S608  # our own words
        assert await told.delivered(0, 1) == [200]
        assert await told.due() == [is_due] * 3


async def test_a_browser_changes_nothing_and_has_its_connection_looked_at(told: Told):
    browser = await told.scene.browser()
    pages = set()
    for realm in (told.realms[UNKNOWN], told.realms[0], "x" * 3000, ""):
        page = await browser.get(f"{told.scene.web}{HERE}/disconnected", params={"realmId": realm})
        assert (page.status_code, "Disconnected from QuickBooks" in page.text) == (200, True)
        pages.add(page.text)
    assert len(pages) == 1  # nobody learns from it whom we know
    async with asyncio.timeout(PATIENCE):  # it is looked at after the answer
        while not await told.is_read(told.clients[0]):
            pass
    assert await told.scene.rows("SELECT count(*) FROM provider_events") == [(1,)]  # once an hour
    assert [await told.is_read(one) for one in told.clients[1:]] == [False, False]
    assert {(await one.shown())["status"] for one in told.clients} == {"connected"}
    for wrong in ("/connect/xero/disconnected", "/connect/nowhere/disconnected"):
        assert (await browser.get(f"{told.scene.web}{wrong}?realmId=1")).status_code == 404
