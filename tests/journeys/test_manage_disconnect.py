"""Disconnecting one client: a preview, at once no more calls for it, removed however long the provider is away."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowFailureError
from temporalio.testing import WorkflowEnvironment

from emulators.xero.control.control import Control
from emulators.xero.control.words import FaultWords
from emulators.xero.faults import Kind
from runtime.settings.settings import Settings
from tests.journeys.conftest import MakeScene
from tests.journeys.one_client import FEW, PATIENCE, OneClient, one_of, until_event
from tests.journeys.scene import Json, Scene
from tests.journeys.stage import peculiar_server


@pytest_asyncio.fixture
async def hasty(temporal_settings: Settings) -> AsyncIterator[WorkflowEnvironment]:
    """A server whose workflows do not wait."""
    async with peculiar_server(temporal_settings, skips_time=True) as environment:
        yield environment


def down() -> FaultWords:
    """The provider answers nobody, neither for lists nor for tokens nor for connections."""
    return FaultWords(kind=Kind.SERVER_ERROR, status=503)


async def added(make_scene: MakeScene, **words: object) -> tuple[Scene, OneClient]:
    scene = await make_scene(organisations=FEW, **words)
    async with scene.worker():
        await scene.added()
    return scene, await one_of(scene)


async def disconnecting(client: OneClient) -> str:
    """Ask for it; gives the workflow's id."""
    answer = await client.post("disconnect")
    assert answer.status_code == 202, answer.text
    workflow_id: str = answer.json()["workflow_id"]
    return workflow_id


async def ended(scene: Scene, workflow_id: str) -> Json:
    result: Json = await asyncio.wait_for(scene.handle(workflow_id).result(), PATIENCE)
    return result


def paired(scene: Scene) -> set[str]:
    """Organisations that are connected at the provider."""
    return {connection.organisation_id for connection in scene.world.connections.all()}


async def test_the_preview_says_whom_it_affects_and_changes_nothing(make_scene):
    scene, client = await added(make_scene)
    before = await scene.everything()
    shown = (await scene.http.get(f"{client.path}/disconnect")).json()
    assert (shown["affects"], shown["others_on_this_login"], shown["removed_at_provider"]) == ("this_client", 2, True)
    assert "2 other clients use the login of" in shown["message"]
    assert await scene.everything() == before


async def test_only_this_pair_is_removed_and_the_lists_stay(make_scene):
    scene, client = await added(make_scene)
    lists = await client.rows("accounts")
    async with scene.worker():
        result = await ended(scene, await disconnecting(client))
    assert result["message"] == "The connection was removed at Xero."
    assert (await client.shown())["status"] == "disconnected"
    assert client.organisation_id not in paired(scene)
    assert len(paired(scene)) == FEW - 1
    assert await client.rows("accounts") == lists
    [done] = await client.events("connection.disconnected")
    [begun] = await client.events("connection.disconnecting")
    assert (begun["before"], begun["colleague_id"]) == ("connected", str(scene.actor.colleague_id))
    assert done["after"] == "disconnected: The connection was removed at Xero."
    for call in ("disconnect", "refresh"):
        answer = await client.post(call)
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "not_connected"), call


async def test_while_the_provider_is_down_nothing_is_called_and_it_completes_by_itself(make_scene, hasty):
    scene = await make_scene(organisations=FEW, client=hasty.client)
    with hasty.with_time_skipping_disabled():
        async with scene.worker():
            await scene.added()
    client = await one_of(scene)
    fault = Control(scene.world).add_fault(down())
    Control(scene.world).zero_calls()
    async with scene.worker():
        with hasty.with_time_skipping_disabled():
            workflow_id = await disconnecting(client)
            await until_event(scene, workflow_id, EventType.EVENT_TYPE_TIMER_STARTED)
            assert (await client.shown())["status"] == "disconnecting"
            assert "Waiting for Xero" in await scene.details(workflow_id)
            assert (await client.post("refresh")).status_code == 409
            assert (await client.post("disconnect")).json()["workflow_id"] == workflow_id
        scene.world.faults.clear(fault.fault_id)
        await hasty.fast_forward(scene.handle(workflow_id), timedelta(hours=1))
        await ended(scene, workflow_id)
    assert (await client.shown())["status"] == "disconnected"
    assert client.calls() == 0
    assert {path.split()[1] for path in scene.world.calls.by_path} <= {"/connections", "/connections/{id}"}


async def test_connecting_again_finds_the_same_client(make_scene):
    scene, client = await added(make_scene)
    async with scene.worker():
        await ended(scene, await disconnecting(client))
        run = await scene.listed()
        [row] = [row for row in run["organisations"] if row["organisation_id"] == client.organisation_id]
        assert row["client_id"] == client.client_id
        await scene.select(run["run_id"], organisations=[{"organisation_id": client.organisation_id}])
        run = await scene.until_stage(run["run_id"], "finished")
    assert run["counts"]["linked"] == 1
    assert len(await scene.clients()) == FEW
    shown = await client.shown()
    assert (shown["status"], shown["client_id"]) == ("connected", client.client_id)


@pytest.mark.parametrize(
    ("kind", "word"),
    [(Kind.DISCONNECTED, "gone already"), (Kind.REVOKE_PERSON, "sign-in had ended")],
)
async def test_what_is_gone_already_counts_as_done(make_scene, kind, word):
    scene, client = await added(make_scene)
    where = {"organisation_id": client.organisation_id} if kind is Kind.DISCONNECTED else {}
    scene.fault(kind, **where)
    async with scene.worker():
        result = await ended(scene, await disconnecting(client))
    assert word in result["message"]
    assert (await client.shown())["status"] == "disconnected"


async def test_stopped_by_hand_it_stays_what_it_was(make_scene):
    scene, client = await added(make_scene)
    workflow_id = await disconnecting(client)  # no worker: nothing has happened at the provider
    await scene.handle(workflow_id).cancel()
    async with scene.worker():
        with pytest.raises(WorkflowFailureError):
            await ended(scene, workflow_id)
    assert (await client.shown())["status"] == "connected"
    assert client.organisation_id in paired(scene)
    assert len(await client.events("connection.disconnecting_stopped")) == 1


async def test_a_sync_that_waits_ends_and_makes_no_call(make_scene):
    scene, client = await added(make_scene)
    fault = Control(scene.world).add_fault(down())
    async with scene.worker():
        sync = (await client.post("refresh")).json()["workflow_id"]
        await until_event(scene, sync, EventType.EVENT_TYPE_TIMER_STARTED)
        scene.world.faults.clear(fault.fault_id)
        Control(scene.world).zero_calls()
        await ended(scene, await disconnecting(client))
        await ended(scene, sync)
    assert client.calls() == 0
    assert (await client.shown())["status"] == "disconnected"


async def test_stopped_by_hand_its_lists_are_what_they_were_too(make_scene):
    """What its own sync met while it was leaving says nothing of the books, which nobody has removed."""
    scene, client = await added(make_scene)
    Control(scene.world).add_fault(down())
    async with scene.worker():
        sync = (await client.post("refresh")).json()["workflow_id"]
        await until_event(scene, sync, EventType.EVENT_TYPE_TIMER_STARTED)
        before = await client.shown()
        leaving = await disconnecting(client)
        await ended(scene, sync)
        await scene.handle(leaving).cancel()
        with pytest.raises(WorkflowFailureError):
            await ended(scene, leaving)
    after = await client.shown()
    assert (after["status"], after["cause"]) == ("connected", "provider_unavailable")
    assert after["receipts"] == before["receipts"]


async def test_another_practice_on_the_same_login_keeps_its_connection(make_scene):
    scene, client = await added(make_scene)
    neighbour = await scene.neighbour()
    async with scene.worker():
        run = await neighbour.listed(action="continue")
        await neighbour.select_all(run)
        await neighbour.until_stage(run["run_id"], "finished")
        shown = (await scene.http.get(f"{client.path}/disconnect")).json()
        assert shown["removed_at_provider"] is False
        result = await ended(scene, await disconnecting(client))
    assert "somebody else" in result["message"]
    assert (await client.shown())["status"] == "disconnected"
    assert client.organisation_id in paired(scene)
    theirs = await scene.rows("SELECT status FROM connections WHERE practice_id = :id", id=neighbour.actor.practice_id)
    assert {status for (status,) in theirs} == {"connected"}


async def test_a_disconnected_client_can_be_linked_to_other_books(make_scene):
    scene = await make_scene(organisations=FEW)
    first, second, _ = scene.world.library.organisations
    async with scene.worker():
        run = await scene.listed()
        await scene.select(run["run_id"], organisations=[{"organisation_id": first}])
        await scene.until_stage(run["run_id"], "finished")
        client = await one_of(scene)
        await ended(scene, await disconnecting(client))
        run = await scene.listed()  # all is allowed anew: the login ended with its only connection
        link = {"organisation_id": second, "action": "link", "client_id": client.client_id}
        answer = await scene.select(run["run_id"], organisations=[link])
        assert answer.status_code == 200, answer.text
        run = await scene.until_stage(run["run_id"], "finished")
    assert run["counts"]["linked"] == 1
    shown = await client.shown()
    assert (shown["organisation_id"], shown["status"]) == (second, "connected")


async def test_what_was_under_way_or_comes_meanwhile_does_not_bring_it_back(make_scene):
    """A pull that ends after the mark, a night's check and a Reconnect all: none of them touches the connection."""
    scene, client = await added(make_scene)
    async with scene.worker():
        scene.fault(Kind.LATENCY, organisation_id=client.organisation_id, path="/Items", seconds=3)
        sync = (await client.post("refresh", params={"list": "items"})).json()["workflow_id"]
        await until_event(scene, sync, EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED)
        fault = Control(scene.world).add_fault(FaultWords(kind=Kind.SERVER_ERROR, status=503, path="/connections/"))
        workflow_id = await disconnecting(client)
        await ended(scene, sync)
        assert (await client.shown())["status"] == "disconnecting"
        Control(scene.world).zero_calls()
        report = await scene.operations.health.check(scene.actor, lambda _: None)
        assert report.healthy == FEW - 1
        answer = await scene.http.post("/api/v1/client-sync/xero/reconnect-all", params={"all": "true"})
        await scene.sign_in(answer.json()["authorize_url"], action="continue")
        run = await scene.until_stage(answer.json()["run_id"], "finished")
        assert client.organisation_id not in {row["organisation_id"] for row in run["organisations"]}
        assert client.calls() == 0
        assert (await client.shown())["status"] == "disconnecting"
        scene.world.faults.clear(fault.fault_id)
        await scene.handle(workflow_id).signal("retry_now")
        await ended(scene, workflow_id)
    assert (await client.shown())["status"] == "disconnected"


async def test_a_disconnected_client_is_reconnected_in_its_place(make_scene):
    scene, client = await added(make_scene)
    before = await client.shown()
    async with scene.worker():
        await ended(scene, await disconnecting(client))
        refused = await client.post("refresh")
        assert (refused.status_code, "Reconnect it first" in refused.json()["error"]["message"]) == (409, True)
        declined = (await client.post("reconnect")).json()
        await scene.sign_in(declined["authorize_url"], action="cancel")
        await scene.until_stage(declined["run_id"], "finished")
        assert (await client.shown())["status"] == "disconnected"
        started = (await client.post("reconnect")).json()
        await scene.sign_in(started["authorize_url"], choose=[client.organisation_id])
        run = await scene.until_stage(started["run_id"], "finished")
    assert run["counts"] == {"repaired": 1}
    after = await client.shown()
    assert (after["status"], after["cause"], after["organisation_id"]) == ("connected", None, client.organisation_id)
    assert after["settings"] == before["settings"]
    assert {one["client_id"] for one in await scene.clients()} >= {client.client_id}
    assert len(await scene.clients()) == FEW
    timeline = (await scene.http.get(f"/api/v1/clients/{client.client_id}/timeline")).json()["events"]
    assert "connection.connected_again" in {event["kind"] for event in timeline}


async def test_a_login_that_does_not_reach_it_leaves_it_disconnected(make_scene):
    scene, client = await added(make_scene)
    async with scene.worker():
        await ended(scene, await disconnecting(client))
        started = (await client.post("reconnect")).json()
        await scene.sign_in(started["authorize_url"], action="continue")
        run = await scene.until_stage(started["run_id"], "finished")
    assert run["counts"] == {"unreachable": 1}
    assert "Nothing was changed." in run["organisations"][0]["message"]
    assert (await client.shown())["status"] == "disconnected"
