"""Disconnecting one client: a preview, at once no more calls for it, removed however long the provider is away."""

import asyncio

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowFailureError

from emulators.kit.control.words import FaultWords
from emulators.xero.faults import Kind
from tests.journeys.kit.faults_met import until_met
from tests.journeys.nights import check, connected
from tests.journeys.one_by_one import calls_about_books
from tests.journeys.one_client import PATIENCE, OneClient, disconnecting, until_event
from tests.journeys.platforms.marks import ENDED_ALONE, PICKED
from tests.journeys.scene import Json, Scene

STAGED = {"organisations": 12}


def down() -> FaultWords:
    """The provider answers nobody, neither for lists nor for tokens nor for connections."""
    return FaultWords(kind=Kind.SERVER_ERROR, status=503)


async def ended(scene: Scene, workflow_id: str) -> Json:
    result: Json = await asyncio.wait_for(scene.handle(workflow_id).result(), PATIENCE)
    return result


def paired(scene: Scene) -> set[str]:
    """Organisations that are connected at the provider."""
    return {connection.organisation_id for connection in scene.world.connections.all()}


@pytest.mark.thorough
@ENDED_ALONE
async def test_the_preview_says_whom_it_affects_and_changes_nothing(client: OneClient):
    scene = client.scene
    before, others = await scene.everything(), await connected(scene) - 1
    shown = (await scene.http.get(f"{client.path}/disconnect")).json()
    told = shown["affects"], shown["others_on_this_login"], shown["removed_at_provider"]
    assert told == ("this_client", others, True)
    assert f"{others} other clients use the login of" in shown["message"]
    assert await scene.everything() == before


@ENDED_ALONE
async def test_only_this_pair_is_removed_and_the_lists_stay(client: OneClient):
    scene = client.scene
    lists, before = await client.rows("accounts"), paired(scene)
    result = await ended(scene, await disconnecting(client))
    assert result["message"] == "The connection was removed at Xero."
    assert (await client.shown())["status"] == "disconnected"
    assert paired(scene) == before - {client.organisation_id}
    assert await client.rows("accounts") == lists
    [done] = await client.events("connection.disconnected")
    [begun] = await client.events("connection.disconnecting")
    assert (begun["before"], begun["colleague_id"]) == ("connected", str(scene.actor.colleague_id))
    assert done["after"] == "disconnected: The connection was removed at Xero."
    for call in ("disconnect", "refresh"):
        answer = await client.post(call)
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "not_connected"), call


@pytest.mark.thorough
async def test_connecting_again_finds_the_same_client(client: OneClient):
    scene = client.scene
    before = len(await scene.clients())
    await ended(scene, await disconnecting(client))
    run = await scene.listed(choose=[client.organisation_id])
    [row] = [row for row in run["organisations"] if row["organisation_id"] == client.organisation_id]
    assert row["client_id"] == client.client_id
    await scene.select(run["run_id"], organisations=[{"organisation_id": client.organisation_id}])
    run = await scene.until_stage(run["run_id"], "finished")
    assert run["counts"]["linked"] == 1
    assert len(await scene.clients()) == before
    shown = await client.shown()
    assert (shown["status"], shown["client_id"]) == ("connected", client.client_id)


@pytest.mark.thorough
@ENDED_ALONE
async def test_what_is_gone_already_counts_as_done(client: OneClient):
    client.scene.is_(client.scene.platform.removed, client.organisation_id)
    result = await ended(client.scene, await disconnecting(client))
    assert "gone already" in result["message"]
    assert (await client.shown())["status"] == "disconnected"


@pytest.mark.thorough
async def test_a_sync_that_waits_ends_and_makes_no_call(client: OneClient):
    scene = client.scene
    fault = scene.control.add_fault(down())
    sync = (await client.post("refresh")).json()["workflow_id"]
    await until_event(scene, sync, EventType.EVENT_TYPE_TIMER_STARTED)
    scene.world.faults.clear(fault.fault_id)
    scene.control.zero_calls()
    await ended(scene, await disconnecting(client))
    await ended(scene, sync)
    assert calls_about_books(scene) == 0
    assert (await client.shown())["status"] == "disconnected"


@pytest.mark.thorough
async def test_stopped_by_hand_its_lists_are_what_they_were_too(client: OneClient):
    """What its own sync met while it was leaving says nothing of the books, which nobody has removed."""
    scene = client.scene
    scene.control.add_fault(down())
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


@pytest.mark.thorough
@ENDED_ALONE
async def test_another_practice_on_the_same_login_keeps_its_connection(client: OneClient):
    scene = client.scene
    neighbour = await scene.neighbour()
    run = await neighbour.listed(action="continue")
    await neighbour.select(run["run_id"], organisations=[{"organisation_id": client.organisation_id}])
    await neighbour.until_stage(run["run_id"], "finished")
    shown = (await scene.http.get(f"{client.path}/disconnect")).json()
    assert shown["removed_at_provider"] is False
    result = await ended(scene, await disconnecting(client))
    assert "somebody else" in result["message"]
    assert (await client.shown())["status"] == "disconnected"
    assert client.organisation_id in paired(scene)
    theirs = await scene.rows("SELECT status FROM connections WHERE practice_id = :id", id=neighbour.actor.practice_id)
    assert theirs == [("connected",)]


@pytest.mark.thorough
@ENDED_ALONE
async def test_what_was_under_way_or_comes_meanwhile_does_not_bring_it_back(client: OneClient):
    """A pull that ends after the mark, a night's check and a Reconnect all: none of them touches the connection."""
    scene = client.scene
    slow = scene.fault(Kind.LATENCY, organisation_id=client.organisation_id, path=scene.platform.items, seconds=3)
    sync = (await client.post("refresh", params={"list": "items"})).json()["workflow_id"]
    await until_met(scene, slow)
    fault = scene.control.add_fault(FaultWords(kind=Kind.SERVER_ERROR, status=503, path="/connections/"))
    workflow_id = await disconnecting(client)
    await ended(scene, sync)
    assert (await client.shown())["status"] == "disconnecting"
    scene.control.zero_calls()
    report = await check(scene)
    assert report.healthy == await connected(scene)
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


@PICKED
async def test_a_disconnected_client_is_reconnected_in_its_place(client: OneClient):
    scene = client.scene
    before, clients = await client.shown(), await scene.clients()
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
    assert {one["client_id"] for one in await scene.clients()} == {one["client_id"] for one in clients}
    timeline = (await scene.http.get(f"/api/v1/clients/{client.client_id}/timeline")).json()["events"]
    assert "connection.connected_again" in {event["kind"] for event in timeline}


@pytest.mark.thorough
@PICKED
async def test_a_login_that_does_not_reach_it_leaves_it_disconnected(client: OneClient):
    scene = client.scene
    await ended(scene, await disconnecting(client))
    started = (await client.post("reconnect")).json()
    others = [one for one in scene.world.library.organisations if one != client.organisation_id]
    await scene.sign_in(started["authorize_url"], action="continue", choose=others[:1])
    run = await scene.until_stage(started["run_id"], "finished")
    assert run["counts"] == {"unreachable": 1}
    assert "Nothing was changed." in run["organisations"][0]["message"]
    assert (await client.shown())["status"] == "disconnected"


@pytest.mark.thorough
@ENDED_ALONE
async def test_a_login_whose_sign_in_has_ended_counts_as_done(client: OneClient):
    """The last one here: nobody else's connection works after it either."""
    client.scene.signed_out()
    result = await ended(client.scene, await disconnecting(client))
    assert "sign-in had ended" in result["message"]
    assert (await client.shown())["status"] == "disconnected"
