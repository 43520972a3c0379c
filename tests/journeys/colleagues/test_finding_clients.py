"""Support staff find what is done for a client by its code, and our pages and Temporal lead to each other."""

import asyncio

import httpx2
import pytest
from httpx2 import ASGITransport
from temporalio.client import Client
from temporalio.common import SearchAttributeKey

from contracts.payloads.support import ForSupport
from contracts.words.names import CLIENT_ATTRIBUTE
from runtime.temporal.optional_attribute import add_if_possible
from starter.support.supporting import Supporting
from tests.journeys.one_client import FEW, PATIENCE, one_of
from tests.web.house import made_house, session_of
from web.app import create_app

UI = "http://127.0.0.1:8233"


async def code_of(temporal: Client, workflow_id: str) -> str | None:
    """By which code a workflow is found."""
    described = await temporal.get_workflow_handle(workflow_id).describe()
    return described.typed_search_attributes.get(SearchAttributeKey.for_keyword(CLIENT_ATTRIBUTE))


@pytest.mark.thorough
async def test_a_client_is_found_by_its_code(make_scene):
    scene = await make_scene(organisations=FEW)
    assert await add_if_possible(scene.temporal, scene.temporal.namespace, CLIENT_ATTRIBUTE)
    async with scene.worker():
        added = (await scene.added())["run_id"]
        client = await one_of(scene)
        other = await one_of(scene, 1)
        sync = (await client.post("refresh")).json()["workflow_id"]
        theirs = (await other.post("refresh")).json()["workflow_id"]
        run = (await client.post("reconnect")).json()["run_id"]
        for one in (sync, theirs):
            await asyncio.wait_for(scene.handle(one).result(), PATIENCE)
        codes = [await code_of(scene.temporal, one) for one in (sync, theirs, run, added)]
        assert codes == [client.code, other.code, client.code, None]
        query = f"{CLIENT_ATTRIBUTE} = '{client.code}' AND ClientsyncPractice = '{scene.actor.practice_slug}'"
        found = {one.id async for one in scene.temporal.list_workflows(query)}
        # What can be searched follows what was started, in its own time; earlier tests had clients of this code, too.
        assert not found & {theirs, added}
        await scene.http.post(f"/api/v1/runs/{run}/cancel")
        await scene.until_stage(run, "finished")
    told = await scene.operations.supporting.facts()
    assert told == ForSupport(site=scene.web, finds_clients=True)


async def test_a_server_without_it_goes_on_without(make_scene):
    scene = await make_scene(organisations=FEW)
    config = scene.temporal.config()
    config["namespace"] = "one-that-is-not-there"
    assert await Supporting(Client(**config), scene.web).facts() == ForSupport(site=scene.web, finds_clients=False)


@pytest.mark.thorough
async def test_pages_lead_to_temporal_for_admins_alone(make_scene):
    scene = await make_scene(organisations=FEW)
    house = await made_house(scene)
    run_id, _ = await house.admin.scene.start()
    app = create_app(scene.operations, ring=scene.settings.key_ring(), temporal_ui=UI)
    async with httpx2.AsyncClient(transport=ASGITransport(app), base_url=scene.web) as http:
        for person, leads in ((house.admin, True), (house.member, False)):
            http.cookies.set("clientsync", await session_of(person))
            page = await http.get(f"/activity/{run_id}", headers={"Accept": "text/html"})
            assert page.status_code == 200
            address = f"{UI}/namespaces/{scene.temporal.namespace}/workflows/{run_id}"
            assert (address in page.text) is leads
            http.cookies.clear()
