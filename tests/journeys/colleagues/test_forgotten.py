"""A forgotten password: asked for on the page, mailed by the worker, chosen anew by the link; once, and for a while."""

import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from email.message import Message
from typing import Any
from uuid import uuid4

import httpx2
import pytest
import pytest_asyncio
from pydantic import SecretStr
from temporalio.client import Client

from contracts.words.names import mail_password_link_id
from models.access import sessions
from models.access.password_links import MOST_MAILS, VALID_FOR
from models.kit.columns import now
from models.practices import writes as practices
from models.practices.tables import Colleague
from runtime.settings.settings import Settings
from starter.access.forgotten import MOST_FROM_IP, ForgottenPasswords
from tests.journeys.fixtures import MakeScene
from tests.journeys.people import change, joined
from tests.journeys.scene import Scene
from tests.letterbox import Letterbox, letterbox
from tests.web.house import KEPT, PASSWORD, visitor

NEW = "five quiet harbours at night"


@pytest_asyncio.fixture
async def box() -> AsyncIterator[Letterbox]:
    async with letterbox() as box:
        yield box


@pytest_asyncio.fixture
async def scene(make_scene: MakeScene, temporal_settings: Settings, box: Letterbox) -> AsyncIterator[Scene]:
    """A practice whose worker has a mail server."""
    mailing = {"smtp_url": SecretStr(box.url), "mail_from": "clientsync@clientsync.example"}
    scene = await make_scene(settings=temporal_settings.model_copy(update=mailing))
    async with scene.worker():
        yield scene


async def address_of(scene: Scene) -> str:
    """The colleague's, who has a password from now on."""
    async with scene.database.transaction() as session:
        colleague = await session.get_one(Colleague, scene.actor.colleague_id)
        colleague.password_hash = KEPT
        return colleague.email


async def asked(scene: Scene, email: str, **headers: str) -> httpx2.Response:
    return await visitor(scene, **headers).post("/forgotten-password", data={"email": email})


async def all_done(scene: Scene) -> list[int]:
    """Wait for every mail that was asked for; how many links each has."""
    ids = await scene.rows("SELECT id FROM password_requests WHERE is_followed ORDER BY id")
    return [(await scene.handle(mail_password_link_id(one)).result())["links"] for (one,) in ids]


def links_in(mail: Message) -> list[str]:
    body = mail.get_payload(decode=True)
    assert isinstance(body, bytes)
    return re.findall(r"^http\S+", body.decode(), re.MULTILINE)


async def sign_in(scene: Scene, email: str, password: str) -> int:
    return (await visitor(scene).post("/sign-in", data={"email": email, "password": password})).status_code


@pytest.mark.thorough
async def test_a_new_password_by_mail(scene: Scene, box: Letterbox):
    email = await address_of(scene)
    elsewhere = visitor(scene, await scene.operations.sessions.sign_in(email, PASSWORD, ip="", browser=""))
    assert "/forgotten-password" in (await visitor(scene).get("/sign-in")).text
    for known, unknown in ((email.upper(), "nobody@nowhere.example"), (email, ""), (email, "nul\x00")):
        answers = [await asked(scene, one) for one in (known, unknown)]
        assert {(one.status_code, one.headers["location"], one.text) for one in answers} == {
            (303, "/forgotten-password?said=password-link-asked", "")
        }
    assert sum(await all_done(scene)) == 3
    assert box.recipients == [email] * 3
    (first,), (second,), (third,) = map(links_in, box.received)
    assert first.startswith(f"{scene.web}/forgotten-password/")
    assert len({first, second, third}) == 3
    http = visitor(scene)
    assert "Choose a new password" in (await http.get(first)).text
    refused = await http.post(first, data={"password": "short", "again": "short"})
    assert (refused.status_code, "12 to 200" in refused.text) == (422, True)
    done = await http.post(first, data={"password": NEW, "again": NEW})
    assert (done.status_code, done.headers["location"]) == (303, "/?said=password-chosen")
    assert (await http.get("/account")).status_code == 200
    assert (await elsewhere.get("/account")).status_code == 303
    assert [await sign_in(scene, email, one) for one in (PASSWORD, NEW)] == [401, 303]
    for used in (first, second, third):  # one of them was used
        again = await visitor(scene).post(used, data={"password": PASSWORD, "again": PASSWORD})
        assert (again.status_code, "Ask for a new one" in again.text) == (404, True)
    told = (await http.get("/activity/access")).text
    assert "chose a password by a link from a mail" in told
    assert "A link to choose a password was mailed to" in told
    kept = await scene.rows("SELECT encode(token_hash, 'escape') FROM password_links")
    assert all(link.rpartition("/")[2] not in row for link in (first, second) for (row,) in kept)


@pytest.mark.thorough
async def test_a_stranger_who_goes_on_asking_neither_fills_the_letterbox_nor_keeps_the_owner_from_a_link(
    scene: Scene, box: Letterbox
):
    email = await address_of(scene)
    started = now()
    at = started
    scene.operations.sessions.clock = lambda: at
    mails: list[datetime] = []
    for minute in range(0, 90, 5):
        at = started + timedelta(minutes=minute)
        before = len(mails)
        assert (await asked(scene, email, **{"X-Forwarded-For": f"203.0.113.{minute}"})).status_code == 303
        followed = await scene.rows("SELECT at FROM password_requests WHERE is_followed ORDER BY at")
        mails = [moment for (moment,) in followed]
        assert len(mails) > before or sum(moment > at - VALID_FOR for moment in mails) == MOST_MAILS
    assert len(mails) == 9  # three in each half hour, however often somebody asked


@pytest.mark.thorough
async def test_too_many_requests_from_one_place_end_whatever_the_address(scene: Scene):
    place = {"X-Forwarded-For": "198.51.100.9"}
    for number in range(MOST_FROM_IP):
        assert (await asked(scene, f"guess-{number}@nowhere.example", **place)).status_code == 303
    email = await address_of(scene)
    for _ in range(MOST_MAILS):
        refused = await asked(scene, email, **place)
        assert (refused.status_code, "Too many requests" in refused.text) == (429, True)
    before = await followed(scene)
    assert (await asked(scene, email)).status_code == 303
    assert await followed(scene) == before + 1  # what was refused keeps nobody from a link


async def followed(scene: Scene) -> int:
    return int((await scene.rows("SELECT count(*) FROM password_requests WHERE is_followed"))[0][0])


@pytest.mark.thorough
async def test_requests_that_nobody_could_follow_keep_nobody_from_a_link(scene: Scene, box: Letterbox):
    email, operations = await address_of(scene), scene.operations
    nowhere = Client(scene.temporal.service_client, namespace="nowhere", data_converter=scene.temporal.data_converter)
    before = operations.forgotten_passwords
    operations.forgotten_passwords = ForgottenPasswords(scene.database, nowhere, operations.sessions)
    for _ in range(MOST_MAILS):
        assert (await asked(scene, email)).status_code == 409
    operations.forgotten_passwords = before
    assert (await asked(scene, email)).status_code == 303
    assert await all_done(scene) == [1]
    assert box.recipients == [email]


async def test_one_mail_has_a_link_for_each_practice_and_none_for_who_has_left(scene: Scene, box: Letterbox):
    email = f"ada@{uuid4().hex[:6]}.example"
    mill = await scene.neighbour()
    quay = await scene.neighbour("Quay Street")
    async with scene.database.transaction() as session:
        for one in (scene, mill, quay):
            made = await practices.create_colleague(session, one.actor.practice_id, email=email.title(), name="Ada")
    await change(scene, "UPDATE colleagues SET deactivated_at = now() WHERE id = :id", id=made.id)
    await asked(scene, email)
    assert await all_done(scene) == [2]
    [mail] = box.received
    for link, place in zip(links_in(mail), (scene, mill), strict=True):
        assert place.actor.practice_name in (await visitor(scene).get(link)).text
    assert "Quay" not in mail.as_string()


@pytest.mark.thorough
async def test_a_link_ends_by_itself_and_with_its_colleague(scene: Scene, box: Letterbox):
    leaver = await joined(scene, "Lea")
    [(email,)] = await scene.rows("SELECT email FROM colleagues WHERE id = :id", id=leaver.actor.colleague_id)
    await asked(scene, email)
    assert await all_done(scene) == [1]
    [link] = links_in(box.received[0])
    assert (await visitor(scene).get(link)).status_code == 200
    before = scene.operations.sessions.clock
    scene.operations.sessions.clock = lambda: before() + VALID_FOR + timedelta(minutes=1)
    assert (await visitor(scene).get(link)).status_code == 404
    scene.operations.sessions.clock = before
    await change(scene, "UPDATE colleagues SET deactivated_at = now() WHERE id = :id", id=leaver.actor.colleague_id)
    assert (await visitor(scene).post(link, data={"password": NEW, "again": NEW})).status_code == 404


@pytest.mark.thorough
async def test_a_mail_server_that_is_busy_is_asked_again_and_one_that_refuses_is_not(
    scene: Scene, box: Letterbox, monkeypatch: pytest.MonkeyPatch
):
    email = await address_of(scene)
    takes = box.handle_RCPT

    async def takes_after_a_while(*told: Any) -> str:
        box.refusal = "451 try again later" if len(box.asked) < 2 else None
        return await takes(*told)

    monkeypatch.setattr(box, "handle_RCPT", takes_after_a_while)
    await asked(scene, email)
    assert await all_done(scene) == [1]
    assert box.asked == [email] * 3
    monkeypatch.undo()
    box.refusal = "550 no such mailbox"
    await asked(scene, email)
    assert await all_done(scene) == [1, 0]
    assert len(await scene.rows("SELECT 1 FROM events WHERE kind = 'colleague.password_link_mailed'")) == 1
    assert sessions.hashed(email) in {row for (row,) in await scene.rows("SELECT address_hash FROM password_requests")}
