"""Clients in the archive: their connections end, nobody counts or reads them, and they come back whole."""

import asyncio
from typing import Any

import pytest
from temporalio.client import WorkflowHandle

from contracts.words.names import disconnect_client_id
from contracts.words.practices import Plan
from models.practices.hand_overs import foreseen
from models.practices.reads import colleagues_of
from models.practices.tables import Practice
from models.practices.teams import team_views
from models.practices.writes import create_team
from tests.journeys.fixtures import MakePrepared
from tests.journeys.one_client import FEW, OneClient, one_of
from tests.journeys.people import everything_added, joined, leaves
from tests.journeys.scene import PATIENCE, Scene, by_organisation

CLIENTS = "/api/v1/clients"


async def names(scene: Scene, **wanted: str) -> set[str]:
    answer = await scene.http.get(CLIENTS, params=wanted)
    assert answer.status_code == 200, answer.text
    return {one["client_id"] for one in answer.json()["clients"]}


async def allowance(scene: Scene, clients: int) -> None:
    async with scene.database.transaction() as session:
        practice = await session.get_one(Practice, scene.actor.practice_id)
        practice.client_allowance, practice.plan = clients, Plan.ADVANCED


async def archived(scene: Scene, client_id: str) -> None:
    answer = await scene.http.post(f"{CLIENTS}/{client_id}/archive")
    assert answer.status_code == 200, answer.text
    assert answer.json()["archived_at"]


def disconnect_of(client: OneClient) -> WorkflowHandle[Any, Any]:
    return client.scene.handle(disconnect_client_id(client.scene.actor.practice_slug, client.code))


@pytest.mark.thorough
async def test_an_archived_client_is_disconnected_and_kept_and_restored_by_adding_it_again(make_prepared: MakePrepared):
    scene = await make_prepared(everything_added, organisations=FEW)
    client = await one_of(scene)
    address = f"{CLIENTS}/{client.client_id}"
    await allowance(scene, FEW)
    async with scene.worker():
        await archived(scene, client.client_id)
        await archived(scene, client.client_id)  # once more is the same
        await asyncio.wait_for(disconnect_of(client).result(), PATIENCE)
        assert client.organisation_id not in {one.organisation_id for one in scene.world.connections.all()}
        assert client.client_id not in await names(scene)
        assert await names(scene, status="archived") == {client.client_id}
        assert (await scene.http.get(f"{address}/lists/suppliers")).json()["total"] > 0, "what was read is kept"
        refused = await client.post("reconnect")
        assert refused.json()["error"]["message"].endswith("is archived. Restore it first, then connect it.")

        made = await scene.http.post(CLIENTS, json={"name": "In its place"})
        assert made.status_code == 201, "the archived do not count"
        refused = await scene.http.post(f"{address}/restore")
        assert refused.json()["error"]["code"] == "over_allowance"
        run = await scene.listed()
        row = by_organisation(run)[client.organisation_id]
        assert (row["verdict"], row["client_id"]) == ("looks_like_client", client.client_id)
        assert "archived client" in row["verdict_message"]
        await allowance(scene, FEW + 1)
        chosen = [{"organisation_id": client.organisation_id, "action": "create"}]
        assert (await scene.select(run["run_id"], organisations=chosen)).status_code == 200
        await scene.until_stage(run["run_id"], "finished")
    shown = (await scene.http.get(address)).json()
    assert (shown["archived_at"], shown["connection"]["status"]) == (None, "connected")
    told = [event["kind"] for event in (await scene.http.get(f"{address}/timeline")).json()["events"]]
    of_client = [kind for kind in told if kind.startswith("client.")]
    assert of_client == ["client.restored", "client.archived", "client.created"]


async def test_a_client_without_a_connection_is_archived_and_restored(scene: Scene):
    made = (await scene.http.post(CLIENTS, json={"name": "Alder"})).json()
    await archived(scene, made["client_id"])
    assert await names(scene) == set()
    restored = await scene.http.post(f"{CLIENTS}/{made['client_id']}/restore")
    assert restored.json() == made
    assert await names(scene) == {made["client_id"]}


@pytest.mark.thorough
async def test_who_stops_the_disconnecting_takes_the_client_out_of_the_archive(make_prepared: MakePrepared):
    scene = await make_prepared(everything_added, organisations=FEW)
    client = await one_of(scene)
    await archived(scene, client.client_id)
    await disconnect_of(client).cancel()
    async with scene.worker():
        await asyncio.wait({asyncio.create_task(disconnect_of(client).result())}, timeout=PATIENCE)
    shown = (await scene.http.get(f"{CLIENTS}/{client.client_id}")).json()
    assert (shown["archived_at"], shown["connection"]["status"]) == (None, "connected")


@pytest.mark.thorough
async def test_nobody_looks_after_an_archived_client(scene: Scene):
    made = (await scene.http.post(CLIENTS, json={"name": "Alder"})).json()
    kept = (await scene.http.post(CLIENTS, json={"name": "Beech"})).json()
    lee = await joined(scene, "Lee")
    async with scene.database.transaction() as session:
        team = await create_team(session, scene.actor.practice_id, "Payroll")
    await allowance(scene, 50)
    theirs = {"owner_id": str(lee.actor.colleague_id), "team_id": str(team.id)}
    for one in (made, kept):
        assert (await scene.http.patch(f"{CLIENTS}/{one['client_id']}", json=theirs)).status_code == 200
    await archived(scene, made["client_id"])

    async with scene.database.transaction() as session:
        (seen,) = await colleagues_of(session, scene.actor.practice_id, lee.actor.colleague_id)
        (payroll,) = await team_views(session, scene.actor.practice_id)
        handed_over = await foreseen(session, scene.actor.practice_id, scene.platform.name, lee.actor.colleague_id)
    assert (seen.clients, payroll.clients) == (1, 1)
    assert (handed_over.clients, handed_over.unconnected) == (0, 1)
    answer = await scene.http.post(f"/api/v1/colleagues/{lee.actor.colleague_id}/deactivate")
    assert answer.status_code == 200, answer.text
    told = await scene.rows("SELECT client_id::text FROM events WHERE kind = 'client.owner_left'")
    assert told == [(kept["client_id"],)]


@pytest.mark.thorough
async def test_an_archived_client_is_not_handed_over(make_scene):
    admin = await make_scene(organisations=3)
    lee, ben = await joined(admin, "Lee"), await joined(admin, "Ben")
    async with admin.worker():
        await lee.added()
        client = await one_of(admin)
        await archived(admin, client.client_id)
        await asyncio.wait_for(disconnect_of(client).result(), PATIENCE)
        await leaves(admin, lee.actor.colleague_id)
        answer = await admin.http.post(
            f"/api/v1/colleagues/{lee.actor.colleague_id}/hand-over", json={"to": str(ben.actor.colleague_id)}
        )
        run = await admin.until_stage(answer.json()["run_id"], "finished")
    assert client.organisation_id not in by_organisation(run)
    assert len(run["organisations"]) == 2
