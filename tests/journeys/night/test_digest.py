"""The digest: mails that a real server receives, each trouble told once, to somebody who can act."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from pydantic import SecretStr

from contracts.payloads.settle_lost_work import SettleLostWorkInput
from contracts.words.names import LOST_WORK_ID, WORKFLOW_QUEUE
from contracts.words.practices import Role
from models.practices import writes as practices
from runtime.settings.settings import Settings
from tests.journeys.fixtures import MakePrepared
from tests.journeys.nights import check
from tests.journeys.people import change, everything_added, reconnected
from tests.journeys.scene import Scene
from tests.letterbox import Letterbox, letterbox
from workflows.settle_lost_work import SettleLostWork

OLIVE, ADMIN = "olive@harbour-lane.example.com", "admin@harbour-lane.example.com"


@pytest_asyncio.fixture
async def box() -> AsyncIterator[Letterbox]:
    async with letterbox() as box:
        yield box


@pytest_asyncio.fixture
async def scene(make_prepared: MakePrepared, temporal_settings: Settings, box: Letterbox) -> Scene:
    """Three clients on one login that has died; Olive, a member, looks after two of them."""
    mail = {"smtp_url": SecretStr(box.url), "mail_from": "night@clientsync.example"}
    settings = temporal_settings.model_copy(update=mail)
    scene = await make_prepared(everything_added, settings=settings, organisations=3, people=1)
    async with scene.database.transaction() as session:
        practice = scene.actor.practice_id
        olive = await practices.create_colleague(session, practice, email=OLIVE, name="Olive", role=Role.MEMBER)
    await change(
        scene,
        f"UPDATE clients SET owner_id = '{olive.id}' WHERE id IN (SELECT id FROM clients ORDER BY code LIMIT 2)",  # noqa: S608
    )
    scene.signed_out()
    await change(scene, "UPDATE grants SET access_expires_at = now()")
    return scene


def letters(box: Letterbox) -> dict[str, str]:
    """The mails since the last look, by recipient."""
    found = {}
    for mail in box.received:
        body = mail.get_payload(decode=True)
        assert isinstance(body, bytes)
        found[str(mail["To"])] = body.decode().replace("\r\n", "\n")
    box.received.clear()
    return found


@pytest.mark.thorough
async def test_each_trouble_is_told_once_to_its_owner_and_closes_itself(scene: Scene, box: Letterbox):
    names = {client["name"]: client["owner"] for client in await scene.clients()}
    async with scene.worker():
        assert (await check(scene)).told == 2
        told = letters(box)
        assert set(told) == {OLIVE, ADMIN}
        for name, owner in names.items():
            assert (name in told[OLIVE], name in told[ADMIN]) == (owner == "Olive", owner != "Olive")
        assert "The sign-in that this connection uses is no longer valid." in told[OLIVE]
        assert f"All connections: {scene.web}/connections" in told[OLIVE]
        assert (await check(scene)).told == 0
        assert letters(box) == {}
        await reconnected(scene)
        assert (await check(scene)).told == 2
        assert all("Works again, nothing to do: " in letter for letter in letters(box).values())
        assert (await check(scene)).told == 0
    assert [sent for (sent,) in await scene.rows("SELECT sent_at IS NOT NULL FROM notices")] == [True] * 4


@pytest.mark.thorough
async def test_after_three_days_and_when_the_owner_has_left_the_admins_hear_of_it(scene: Scene, box: Letterbox):
    names = {client["name"]: client["owner"] for client in await scene.clients()}
    async with scene.worker():
        await check(scene)
        letters(box)
        await change(scene, "UPDATE colleagues SET deactivated_at = now() WHERE name = 'Olive'")
        await change(
            scene,
            "UPDATE connections"
            " SET trouble_since = trouble_since - interval '3 days', told_at = told_at - interval '3 days'",
        )
        await check(scene)
        told = letters(box)
        assert set(told) == {ADMIN}
        assert all(name in told[ADMIN] for name in names)
        assert (await check(scene)).told == 0


@pytest.mark.thorough
async def test_a_mail_that_the_server_refuses_stays_in_the_outbox_and_stops_no_other(scene: Scene, box: Letterbox):
    box.refusal = "550 no such mailbox"
    async with scene.worker():
        await check(scene)
        assert await scene.rows("SELECT count(*) FROM notices WHERE sent_at IS NULL") == [(2,)]
        assert await told_of(scene) == []
        refused = await scene.rows("SELECT after FROM events WHERE kind = 'colleague.mail_refused' ORDER BY after")
        assert refused == [("Admin of Harbour Lane",), ("Olive",)]
        box.refusal = None
        assert (await check(scene)).told == 0
        assert letters(box) == {}
        await change(scene, "UPDATE notices SET next_try_at = next_try_at - interval '1 day'")
        assert (await check(scene)).told == 0
    assert set(letters(box)) == {OLIVE, ADMIN}
    assert await told_of(scene) == [("Admin of Harbour Lane", 1), ("Olive", 2)]


@pytest.mark.thorough
async def test_what_is_written_between_the_nights_is_sent_by_the_next_look(scene: Scene, box: Letterbox):
    await change(
        scene,
        "INSERT INTO notices (id, practice_id, colleague_id, kind, subject, body, dedupe_key, created_at)"
        " SELECT id, practice_id, id, 'supplier.new', '1 new contact', 'Look at it.', 'one', now() FROM colleagues"
        " WHERE name = 'Olive'",
    )
    look = SettleLostWork.run, SettleLostWorkInput()
    async with scene.worker():
        await scene.temporal.execute_workflow(*look, id=LOST_WORK_ID, task_queue=WORKFLOW_QUEUE)
        assert set(letters(box)) == {OLIVE}
        await scene.temporal.execute_workflow(*look, id=LOST_WORK_ID, task_queue=WORKFLOW_QUEUE)
    assert letters(box) == {}


async def told_of(scene: Scene) -> list[tuple[object, ...]]:
    """Who was told by mail, of how many clients, as the timelines say it."""
    return await scene.rows(
        "SELECT after, count(client_id) FROM events WHERE kind = 'connection.told' GROUP BY after ORDER BY after"
    )


@pytest.mark.thorough
async def test_a_timeline_says_told_by_mail_only_when_it_was(scene: Scene):
    async with scene.worker():
        await check(scene)
    assert await told_of(scene) == [("Admin of Harbour Lane", 1), ("Olive", 2)]
    written = (
        "SELECT after, count(*) FROM events WHERE kind = 'connection.notice_written' GROUP BY after ORDER BY after"
    )
    assert await scene.rows(written) == [("Admin of Harbour Lane", 1), ("Olive", 2)]


@pytest.mark.thorough
async def test_where_there_is_no_mail_server_nobody_was_told_by_mail(make_scene):
    without = await make_scene(organisations=1, people=1)
    async with without.worker():
        await without.added()
        without.signed_out()
        await change(without, "UPDATE grants SET access_expires_at = now()")
        await check(without)
    [client] = await without.clients()
    answer = await without.http.get(f"/api/v1/clients/{client['client_id']}/timeline")
    kinds = [event["kind"] for event in answer.json()["events"]]
    assert ("connection.notice_written" in kinds, "connection.told" in kinds) == (True, False)


@pytest.mark.thorough
async def test_a_mail_server_that_takes_its_time_holds_no_database_connection(scene: Scene, box: Letterbox):
    waiting: list[object] = []

    async def look() -> None:
        waiting.extend(
            await scene.rows(
                "SELECT query FROM pg_stat_activity WHERE datname = current_database()"
                " AND state LIKE 'idle in transaction%' AND pid <> pg_backend_pid()"
            )
        )
        waiting_for_it = "SELECT count(*) FROM notices WHERE sent_at IS NULL AND claimed_until > now()"
        assert await scene.rows(waiting_for_it) == [(1,)]

    box.meanwhile = look
    async with scene.worker():
        await check(scene)
    assert (set(letters(box)), waiting) == ({OLIVE, ADMIN}, [])
    assert await scene.rows("SELECT count(*) FROM notices WHERE claimed_by IS NOT NULL OR sent_at IS NULL") == [(0,)]
