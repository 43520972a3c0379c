"""Our app's secret is refused: one cause of the operator's, told once to who runs this, and never a colleague's."""

import asyncio
import logging
from collections.abc import AsyncIterator
from email.message import Message

import pytest
import pytest_asyncio
from pydantic import SecretStr

from emulators.xero.faults import Kind
from runtime.settings.settings import Settings
from tests.journeys.fixtures import MakePrepared
from tests.journeys.nights import check, health
from tests.journeys.one_client import FEW, PATIENCE, goes_on, one_of, tokens_have_ended, waiting
from tests.journeys.people import change, everything_added
from tests.journeys.scene import Scene
from tests.letterbox import Letterbox, letterbox
from workflows.sync_client import SyncClient

pytestmark = pytest.mark.thorough

OPERATOR = "operations@clientsync.example"


@pytest_asyncio.fixture
async def box() -> AsyncIterator[Letterbox]:
    async with letterbox() as box:
        yield box


@pytest_asyncio.fixture
async def scene(make_prepared: MakePrepared, temporal_settings: Settings, box: Letterbox) -> Scene:
    """A few clients whose access tokens have ended, and mail for who runs this."""
    mail = {"smtp_url": SecretStr(box.url), "mail_from": "night@clientsync.example", "operator_email": OPERATOR}
    settings = temporal_settings.model_copy(update=mail)
    scene = await make_prepared(everything_added, settings=settings, organisations=FEW, people=1)
    await tokens_have_ended(scene)
    scene.fault(Kind.CLIENT_REFUSED)
    return scene


def text_of(mail: Message) -> str:
    body = mail.get_payload(decode=True)
    assert isinstance(body, bytes)
    return body.decode()


def errors(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [
        record.getMessage()
        for record in caplog.records
        if record.levelno >= logging.ERROR and "our app's secret" in record.getMessage()
    ]


async def test_it_is_told_once_to_who_runs_this_and_to_no_colleague(
    scene: Scene, box: Letterbox, caplog: pytest.LogCaptureFixture
) -> None:
    client = await one_of(scene)
    async with scene.worker():
        sync = await waiting(client)
        shown = await client.shown()
        assert (shown["status"], shown["cause"]) == ("connected", "app_refused")
        assert "Something unexpected" not in str(shown)
        assert "Sign in again" not in str(shown)
        report = await check(scene)
        assert set(report.causes) == {"app_refused"}
        # However long it lasts: three days are past all patience with what passes by itself.
        await change(scene, "UPDATE connections SET trouble_since = now() - interval '4 days'")
        await check(scene)
        assert {one["status"] for one in (await health(scene))["connections"]} == {"connected"}
        assert await scene.rows("SELECT DISTINCT status FROM grants") == [("active",)]
        assert await scene.rows("SELECT count(*) FROM notices") == [(0,)]
        assert box.recipients == [OPERATOR]
        [mail] = box.received
        assert "clientsync doctor" in text_of(mail)
        assert len(errors(caplog)) == 1

        scene.world.faults.clear()
        receipts = await goes_on(client, sync)
        assert {receipt["cause"] for receipt in receipts.values()} == {None}
        assert await scene.rows("SELECT count(*) FROM app_troubles") == [(0,)]
        report = await check(scene)
        assert (report.healthy, report.causes) == (FEW, {})
        await tokens_have_ended(scene)
    assert len(box.received) == 1


async def test_a_mail_that_cannot_be_sent_is_sent_later(scene: Scene, box: Letterbox) -> None:
    client = await one_of(scene)
    box.refusal = "451 not now"
    async with scene.worker():
        sync = await waiting(client)
        assert box.received == []
        box.refusal, came = None, asyncio.Event()

        async def note() -> None:
            came.set()

        box.meanwhile = note
        await change(scene, "UPDATE app_troubles SET claimed_until = now() - interval '1 second'")  # in five minutes
        await scene.handle(sync).signal(SyncClient.retry_now)
        await asyncio.wait_for(came.wait(), PATIENCE)
        scene.world.faults.clear()
        await goes_on(client, sync)
    assert len(box.received) == 1


async def test_a_sign_in_says_that_another_one_does_not_help(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    async with scene.worker():
        run_id, url = await scene.start()
        page = await scene.sign_in(url)
        assert "refuses our app&#39;s secret" in page.text
        assert "sign in again" not in page.text.lower()
        run = await scene.until(run_id, lambda run: bool(run["message"]))
        assert run["stage"] == "awaiting_consent"
        assert "Another sign-in does not help" in run["message"]
        assert len(errors(caplog)) == 1
        scene.world.faults.clear()
        run_id, url = await scene.start()
        assert "Signed in" in (await scene.sign_in(url)).text
        assert await scene.rows("SELECT count(*) FROM app_troubles") == [(0,)]
