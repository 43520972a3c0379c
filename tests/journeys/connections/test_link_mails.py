"""A link for a client's own people is mailed by the worker, over a real mail server; nobody else learns of it."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from email.message import Message
from uuid import UUID

import pytest
import pytest_asyncio
from pydantic import SecretStr
from temporalio.client import WorkflowHistory
from temporalio.testing import ActivityEnvironment

from activities.delivery.client_links import ClientLinkActivities
from activities.delivery.mailing import DeferredError, SmtpMailer
from contracts.payloads.mail_client_link import MailClientLinkInput
from contracts.words.client_links import MAIL_WAITS
from contracts.words.names import mail_client_link_id
from models.kit.columns import now
from runtime.settings.settings import Settings
from starter.connections import link_mails
from tests.journeys.colleagues.test_forgotten import address_of
from tests.journeys.fixtures import MakePrepared
from tests.journeys.night.test_endings import tidied
from tests.journeys.one_client import OneClient, all_of
from tests.journeys.people import everything_added
from tests.journeys.promises import OPEN_RUN
from tests.journeys.scene import PATIENCE, Json, Scene
from tests.letterbox import Letterbox, letterbox
from tests.web.house import PASSWORD, visitor
from tests.web.pages.signing_in.test_signing_in import csrf_of

ANNA = "anna@client.example"
FROM = "clientsync@clientsync.example"

pytestmark = pytest.mark.only("xero", because="who is asked by which software is of no matter to a mail")


@pytest_asyncio.fixture
async def box() -> AsyncIterator[Letterbox]:
    async with letterbox() as box:
        yield box


@pytest_asyncio.fixture
async def client(make_prepared: MakePrepared, temporal_settings: Settings, box: Letterbox) -> OneClient:
    """A client of a practice whose installation has a mail server."""
    mailing = {"smtp_url": SecretStr(box.url), "mail_from": FROM}
    settings = temporal_settings.model_copy(update=mailing)
    found, *_ = await all_of(await make_prepared(everything_added, organisations=3, settings=settings))
    return found


async def made(client: OneClient, send_to: str = ANNA) -> Json:
    answer = await client.scene.http.post(f"{client.path}/links", json={"send_to": send_to, "days": 3})
    assert answer.status_code == 201, answer.text
    assert answer.json()["mail"] == "on_its_way"
    found: Json = answer.json()
    return found


async def settled(scene: Scene) -> list[str]:
    """Wait for every mail that was asked for; what has become of each, in order."""
    ids = await scene.rows("SELECT id FROM client_link_mails ORDER BY created_at")
    found = [scene.handle(mail_client_link_id(one)).result() for (one,) in ids]
    return [one["state"] for one in await asyncio.wait_for(asyncio.gather(*found), PATIENCE)]


async def history(scene: Scene) -> WorkflowHistory:
    [(mail_id,)] = await scene.rows("SELECT id FROM client_link_mails")
    return await scene.handle(mail_client_link_id(mail_id)).fetch_history()


async def listed(client: OneClient) -> list[tuple[str, str | None]]:
    answer = await client.scene.http.get(f"{client.path}/links")
    return [(one["state"], one["mail"]) for one in answer.json()["links"]]


def text_of(mail: Message) -> str:
    body = mail.get_payload(decode=True)
    assert isinstance(body, bytes)
    return body.decode()


async def test_a_link_is_mailed_once_and_nobody_else_learns_of_it(client: OneClient, box: Letterbox):
    scene = client.scene
    async with scene.worker():
        link = await made(client)
        assert await settled(scene) == ["sent"]
        again = await scene.http.post(f"{client.path}/links", json={"send_to": ANNA.upper()})
        assert (again.status_code, again.json()["error"]["field"]) == (429, "send_to")
        same = await scene.operations.client_links.mail(scene.actor, UUID(client.client_id), link["address"], ANNA)
        assert same == "sent"
    assert box.recipients == [ANNA]
    [mail] = box.received
    assert mail["Reply-To"] == (await scene.rows("SELECT email FROM colleagues"))[0][0]
    organisation, said = (await client.shown())["organisation_name"], text_of(mail)
    assert re.findall(r"^http\S+", said, re.MULTILINE) == [link["address"]]
    asks = f"{scene.actor.colleague_name} of {scene.actor.practice_name} asks you to let"
    assert (asks in said, f"sign in to Xero and choose {organisation}" in said) == (True, True)
    assert (await visitor(scene).get(link["address"])).status_code == 200
    assert await listed(client) == [("open", "sent")]
    assert len(await client.events("client.sign_in_link_mailed")) == 1
    secret = link["address"].rpartition("/")[2]
    kept = str(await scene.everything())
    assert not [one for one in (ANNA, secret, "asks you to let") if one in kept]
    told = (await history(scene)).to_json()
    assert not [one for one in (ANNA, secret, organisation) if one in told]
    assert await scene.rows("SELECT sealed_mail FROM client_link_mails") == [(None,)]


@pytest.mark.parametrize(
    "send_to",
    [
        *("", "anna", "anna@client", "anna@client.example,bob@client.example", "a b@client.example"),
        *("<anna@client.example>", "anna@client.example\r\nBcc: bob@client.example", f"{'a' * 250}@client.example"),
    ],
)
async def test_what_is_no_address_is_refused_before_anything_is_made(client: OneClient, send_to: str):
    scene = client.scene
    before = await scene.everything()
    answer = await scene.http.post(f"{client.path}/links", json={"send_to": send_to})
    assert (answer.status_code, answer.json()["error"]["field"]) == (422, "send_to")
    assert await scene.everything() == before


async def test_without_a_mail_server_that_is_said_in_plain_words(make_prepared: MakePrepared):
    client, *_ = await all_of(await make_prepared(everything_added, organisations=3))
    before = await client.scene.everything()
    answer = await client.scene.http.post(f"{client.path}/links", json={"send_to": ANNA})
    assert (answer.status_code, answer.json()["error"]["message"]) == (422, link_mails.NO_SERVER)
    assert await client.scene.everything() == before


@pytest.mark.thorough
async def test_a_mail_that_is_refused_is_told_of_and_may_be_tried_again(client: OneClient, box: Letterbox):
    scene = client.scene
    box.refusals[ANNA] = "550 no such user"
    async with scene.worker():
        link = await made(client)
        assert await settled(scene) == ["refused"]
        assert await listed(client) == [("open", "refused")]
        told = await scene.rows("SELECT colleague_id, body FROM notices WHERE kind = 'client_link_not_mailed'")
        assert [(who, "refuses it" in body, ANNA in body) for who, body in told] == [
            (scene.actor.colleague_id, True, False)
        ]
        box.refusals.clear()
        await scene.operations.client_links.mail(scene.actor, UUID(client.client_id), link["address"], ANNA)
        assert await settled(scene) == ["sent"]
    assert box.recipients == [ANNA]
    assert len(await client.events("client.sign_in_link_refused")) == 1


@pytest.mark.thorough
async def test_a_mail_whose_link_was_withdrawn_meanwhile_is_not_sent(client: OneClient, box: Letterbox):
    scene = client.scene
    link = await made(client)
    assert (await scene.http.delete(f"{client.path}/links/{link['link_id']}")).status_code == 204
    async with scene.worker():
        assert await settled(scene) == ["not_needed"]
    assert (box.asked, await listed(client)) == ([], [("withdrawn", "not_needed")])


@pytest.mark.thorough
async def test_a_mail_server_that_does_not_take_it_is_tried_for_a_day(client: OneClient, box: Letterbox):
    scene = client.scene
    box.refusals[ANNA] = "451 later"
    await made(client)
    [(mail_id,)] = await scene.rows("SELECT id FROM client_link_mails")
    sealer, mailer = scene.settings.key_ring().for_purpose("database"), SmtpMailer(box.url, FROM)
    asked = MailClientLinkInput(mail_id=mail_id)

    async def tried(later: timedelta) -> str:
        activities = ClientLinkActivities(scene.database, sealer, mailer, lambda: now() + later)
        return (await ActivityEnvironment().run(activities.mail_client_link, asked)).state

    with pytest.raises(DeferredError):
        await tried(MAIL_WAITS - timedelta(minutes=1))
    assert await tried(MAIL_WAITS) == "given_up"
    assert await tried(MAIL_WAITS) == "given_up"
    assert await listed(client) == [("open", "given_up")]
    assert len(await client.events("client.sign_in_link_given_up")) == 1
    async with scene.worker():
        assert await settled(scene) == ["given_up"]


async def test_a_mail_whose_workflow_never_began_is_given_up_by_night_and_told_of(client: OneClient, box: Letterbox):
    scene = client.scene
    await made(client)  # and whoever should have sent it is gone
    await tidied(scene, later=2 * MAIL_WAITS - timedelta(minutes=1))
    assert await listed(client) == [("open", "on_its_way")]
    for _ in range(2):
        await tidied(scene, later=2 * MAIL_WAITS)
    assert (box.asked, await listed(client)) == ([], [("open", "given_up")])
    assert len(await client.events("client.sign_in_link_given_up")) == 1
    assert await scene.rows("SELECT count(*) FROM notices WHERE kind = 'client_link_not_mailed'") == [(1,)]
    assert await scene.rows("SELECT sealed_mail FROM client_link_mails") == [(None,)]
    async with scene.worker():
        assert await settled(scene) == ["given_up"]


@pytest.mark.thorough
@pytest.mark.leaves(OPEN_RUN, because="nobody follows the link")
async def test_a_client_that_was_never_connected_is_mailed_its_link_too(client: OneClient, box: Letterbox):
    scene = client.scene
    new = (await scene.http.post("/api/v1/clients", json={"name": "Fern & Co", "code": "F1"})).json()["client_id"]
    async with scene.worker():
        answer = await scene.http.post(f"/api/v1/clients/{new}/sign-in-link/xero", json={"send_to": ANNA})
        assert (answer.status_code, answer.json()["mail"]) == (201, "on_its_way")
        assert await settled(scene) == ["sent"]
    [mail] = box.received
    assert mail["Subject"] == f"{scene.actor.practice_name} asks to read the books of Fern & Co"
    assert re.findall(r"^http\S+", text_of(mail), re.MULTILINE) == [answer.json()["address"]]
    await scene.cancel(answer.json()["run_id"])


@pytest.mark.thorough
async def test_the_page_with_the_link_mails_it_and_shows_it_again_where_that_is_refused(
    client: OneClient, box: Letterbox
):
    scene, form = client.scene, f"/clients/{client.client_id}/mail-link"
    secret = await scene.operations.sessions.sign_in(await address_of(scene), PASSWORD, ip="", browser="")
    http = visitor(scene, secret)
    csrf = {"csrf": await csrf_of(http)}
    page = (await http.post(f"/clients/{client.client_id}/connection/links", data=csrf)).text
    [link] = re.findall(r'name="link" value="([^"]+)"', page)
    async with scene.worker():
        wrong = await http.post(form, data={**csrf, "link": link, "send_to": "anna"})
        assert (wrong.status_code, "This is not an e-mail address." in wrong.text) == (422, True)
        assert f'value="{link}"' in wrong.text
        strange = await http.post(form, data={**csrf, "link": f"{link}x", "send_to": ANNA})
        assert (strange.status_code, "no such link" in strange.text) == (404, True)
        for _ in range(2):  # who presses twice sends one
            done = await http.post(form, data={**csrf, "link": link, "send_to": ANNA})
            assert (done.status_code, "client-link-mailed" in done.headers["location"]) == (303, True)
        assert await settled(scene) == ["sent"]
    assert box.recipients == [ANNA]
    assert re.findall(r"^http\S+", text_of(box.received[0]), re.MULTILINE) == [link]
    assert ", mailed</p>" in (await http.get(f"/clients/{client.client_id}/connection")).text
    assert "was mailed to the client" in (await http.get(f"/clients/{client.client_id}/timeline")).text
