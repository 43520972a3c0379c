"""Clients in the archive: their connections end, nobody counts or reads them, and they come back whole."""

import asyncio
from typing import Any

from temporalio.client import WorkflowHandle

from contracts.words.names import disconnect_client_id
from contracts.words.practices import Plan
from models.practices.tables import Practice
from tests.journeys.conftest import MakePrepared
from tests.journeys.one_client import FEW, OneClient, one_of
from tests.journeys.people import everything_added
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


async def test_who_stops_the_disconnecting_takes_the_client_out_of_the_archive(make_prepared: MakePrepared):
    scene = await make_prepared(everything_added, organisations=FEW)
    client = await one_of(scene)
    await archived(scene, client.client_id)
    await disconnect_of(client).cancel()
    async with scene.worker():
        await asyncio.wait({asyncio.create_task(disconnect_of(client).result())}, timeout=PATIENCE)
    shown = (await scene.http.get(f"{CLIENTS}/{client.client_id}")).json()
    assert (shown["archived_at"], shown["connection"]["status"]) == (None, "connected")
