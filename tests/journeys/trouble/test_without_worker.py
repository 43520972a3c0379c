"""No worker is there when a colleague chooses or changes their mind: a clear error in time, and nothing is lost."""

import asyncio
from datetime import timedelta

import pytest
from sqlmodel import select
from temporalio.client import WorkflowFailureError

from contracts.words.connections import ConnectionStatus
from models.connections import disconnections
from models.connections.tables import Connection
from models.kit.columns import now
from tests.journeys.fixtures import MakePrepared
from tests.journeys.one_client import FEW, PATIENCE, disconnecting, one_of
from tests.journeys.people import everything_added
from tests.journeys.scene import chosen


@pytest.mark.thorough
async def test_a_choice_without_a_worker(make_scene):
    scene = await make_scene(answer_within=timedelta(seconds=1))
    async with scene.worker():
        run = await scene.listed()
    selection = {"organisations": chosen(run)[:3]}
    answer = await scene.select(run["run_id"], **selection)
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "unavailable")
    assert answer.json()["error"]["message"].startswith("No worker is running, so nobody could answer in time.")
    assert answer.headers["Retry-After"]
    await scene.handle(run["run_id"]).signal("select_organisations", selection)
    async with scene.worker():
        run = await scene.until_stage(run["run_id"], "finished")
    assert run["counts"] == {"created": 3, "skipped": 2}


@pytest.mark.thorough
async def test_a_disconnecting_that_is_stopped_before_it_began_leaves_all_as_it_was(make_prepared: MakePrepared):
    scene = await make_prepared(everything_added, organisations=FEW)
    client = await one_of(scene)
    workflow_id = await disconnecting(client)  # nothing has happened at the provider
    await scene.handle(workflow_id).cancel()
    async with scene.worker():
        with pytest.raises(WorkflowFailureError):
            await asyncio.wait_for(scene.handle(workflow_id).result(), PATIENCE)
    assert (await client.shown())["status"] == "connected"
    assert client.is_left_alone()
    assert len(await client.events("connection.disconnecting_stopped")) == 1


@pytest.mark.thorough
async def test_a_disconnecting_that_has_done_its_part_does_not_stand_in_for_the_next(make_prepared: MakePrepared):
    scene = await make_prepared(everything_added, organisations=FEW)
    client = await one_of(scene)
    workflow_id = await disconnecting(client)
    first = (await scene.handle(workflow_id).describe()).run_id
    await disconnecting(client)  # asked twice for the same: it goes on
    assert (await scene.handle(workflow_id).describe()).run_id == first
    async with scene.database.transaction() as session:  # it was stopped, and has only to end
        leaving = select(Connection).where(Connection.status == ConnectionStatus.DISCONNECTING)
        connection = (await session.exec(leaving.with_for_update())).one()
        await disconnections.give_up(session, connection, ConnectionStatus.CONNECTED, now())
    await disconnecting(client)
    assert (await scene.handle(workflow_id).describe()).run_id != first
    async with scene.worker():
        await asyncio.wait_for(scene.handle(workflow_id).result(), PATIENCE)
    assert (await client.shown())["status"] == "disconnected"
