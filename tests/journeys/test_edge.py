"""Answers that are not Xero's own, and odd ones that are: they pass by themselves, and end nobody's connection."""

import asyncio

import pytest
from temporalio.api.enums.v1 import EventType

from contracts.words.causes import Cause
from emulators.xero.control.control import Control
from emulators.xero.control.words import SettingWords
from emulators.xero.faults import Kind
from models.grants import fresh_tokens
from tests.journeys.conftest import MakeScene
from tests.journeys.one_client import FEW, PATIENCE, OneClient, one_of, until_event
from tests.journeys.people import change
from tests.journeys.scene import Json, Scene
from tests.journeys.test_nightly import a_night_later, check, health
from workflows.plans import policies
from workflows.sync_client import SyncClient


async def added(make_scene: MakeScene) -> tuple[Scene, OneClient]:
    scene = await make_scene(organisations=FEW, people=1)
    async with scene.worker():
        await scene.added()
    return scene, await one_of(scene)


async def tokens_have_ended(scene: Scene) -> None:
    await change(scene, "UPDATE grants SET access_expires_at = now()")


async def waiting(client: OneClient) -> str:
    """Refresh a client that comes to wait; gives the sync's id."""
    answer = await client.post("refresh")
    assert answer.status_code == 202, answer.text
    sync: str = answer.json()["workflow_id"]
    await until_event(client.scene, sync, EventType.EVENT_TYPE_TIMER_STARTED)
    return sync


async def goes_on(client: OneClient, sync: str) -> Json:
    """Let a waiting sync try again; gives the receipts at its end."""
    handle = client.scene.handle(sync)
    await handle.signal(SyncClient.retry_now)
    await asyncio.wait_for(handle.result(), PATIENCE)
    receipts: Json = (await client.shown())["receipts"]
    return receipts


async def causes(scene: Scene) -> list[str | None]:
    return [one["cause"] for one in (await health(scene))["connections"]]


@pytest.mark.parametrize(
    ("status", "page"),
    [(400, "html"), (401, "nothing"), (301, "html"), (403, "subscription"), (403, "gateway"), (404, "text")],
)
async def test_once_at_a_list_it_is_as_if_nothing_had_been(make_scene, status: int, page: str) -> None:
    scene, client = await added(make_scene)
    scene.fault(Kind.EDGE_PAGE, path="Contacts", times=1, status=status, page=page)
    async with scene.worker():
        receipts = await client.refreshed()
    assert {receipt["cause"] for receipt in receipts.values()} == {None}
    shown = await client.shown()
    assert (shown["status"], shown["cause"]) == ("connected", None)
    assert scene.world.calls.refreshes == 0


async def test_pages_at_the_connections_sign_nobody_out(make_scene) -> None:
    scene, _ = await added(make_scene)
    await a_night_later(scene, are_lists_due=False)
    scene.fault(Kind.EDGE_PAGE, path="/connections", times=2, status=401)
    async with scene.worker():
        report = await check(scene)
    assert (report.healthy, report.unanswered, report.causes) == (FEW, 0, {})
    assert scene.world.calls.refreshes == 1  # of age, before; the pages were worth none
    assert await causes(scene) == [None] * FEW


@pytest.mark.parametrize(("status", "page"), [(400, "html"), (401, "nothing"), (403, "gateway")])
async def test_a_page_at_the_token_endpoint_signs_nobody_out(make_scene, status: int, page: str) -> None:
    scene, client = await added(make_scene)
    await tokens_have_ended(scene)
    scene.fault(Kind.EDGE_PAGE, path="/connect/token", status=status, page=page)
    async with scene.worker():
        sync = await waiting(client)
        shown = await client.shown()
        assert (shown["status"], shown["cause"]) == ("connected", "provider_unavailable")
        scene.world.faults.clear()
        receipts = await goes_on(client, sync)
    assert {receipt["cause"] for receipt in receipts.values()} == {None}
    assert await causes(scene) == [None] * FEW


async def test_silence_at_the_token_endpoint_is_waited_for(make_scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fresh_tokens, "PATIENCE", fresh_tokens.PATIENCE / 100)
    scene, client = await added(make_scene)
    await tokens_have_ended(scene)
    scene.fault(Kind.TIMEOUT, path="/connect/token")
    Control(scene.world).zero_calls()
    async with scene.worker():
        sync = await waiting(client)
        assert (await client.shown())["cause"] == "provider_unavailable"
        # One a try: the lists of a client are asked for at once, and wait together.
        assert scene.world.calls.by_path["POST /connect/token"] == policies.PULL["retry_policy"].maximum_attempts
        report = await check(scene)
        assert (report.unanswered, set(report.causes)) == (1, {Cause.PROVIDER_UNAVAILABLE})
        scene.world.faults.clear()
        await goes_on(client, sync)
        report = await check(scene)
    assert (report.healthy, report.causes) == (FEW, {})


@pytest.mark.parametrize(("status", "page"), [(404, "html"), (404, "text"), (403, "html"), (401, "nothing")])
async def test_a_page_at_the_end_of_a_connection_does_not_end_it(make_scene, status: int, page: str) -> None:
    scene, client = await added(make_scene)
    scene.fault(Kind.EDGE_PAGE, path="/connections/", times=1, status=status, page=page)
    async with scene.worker():
        answer = await client.post("disconnect")
        result = await asyncio.wait_for(scene.handle(answer.json()["workflow_id"]).result(), PATIENCE)
    assert result["message"] == "The connection was removed at Xero."
    assert client.organisation_id not in {one.organisation_id for one in scene.world.connections.all()}


async def test_a_pair_that_is_listed_twice_is_ended_twice(make_scene) -> None:
    scene, client = await added(make_scene)
    scene.fault(Kind.LISTED_TWICE)
    assert len(scene.world.connections.all()) == 2 * FEW
    async with scene.worker():
        answer = await client.post("disconnect")
        await asyncio.wait_for(scene.handle(answer.json()["workflow_id"]).result(), PATIENCE)
    left = [one.organisation_id for one in scene.world.connections.all()]
    assert client.organisation_id not in left
    assert len(left) == 2 * (FEW - 1)


@pytest.mark.parametrize("oddity", ["surrogate", "control", "byte_order_mark", "latin1"])
async def test_one_odd_character_costs_that_character(make_scene, oddity: str) -> None:
    scene, client = await added(make_scene)
    before = await client.rows("suppliers")
    scene.fault(Kind.ODD_CHARACTER, oddity=oddity)
    async with scene.worker():
        run = await scene.listed()
        assert len(run["organisations"]) == FEW
        receipts = await client.refreshed()
    assert {receipt["cause"] for receipt in receipts.values()} == {None}
    assert len(await client.rows("suppliers")) == len(before)


async def test_a_refresh_without_a_new_refresh_token_keeps_the_old_one(make_scene) -> None:
    scene, client = await added(make_scene)
    scene.fault(Kind.REFRESH_TOKEN_LEFT_OUT, times=1)
    for _ in range(2):
        await tokens_have_ended(scene)
        async with scene.worker():
            receipts = await client.refreshed()
        assert {receipt["cause"] for receipt in receipts.values()} == {None}
    assert scene.world.calls.refreshes == 2


async def test_what_was_granted_is_not_asked_for_again(make_scene) -> None:
    scene, client = await added(make_scene)
    scene.fault(Kind.SCOPE_MISSING, organisation_id=client.organisation_id, path="Contacts")
    async with scene.worker():
        receipts = await client.refreshed()
    assert {receipts[name]["cause"] for name in ("suppliers", "customers")} == {"role_too_low"}
    shown = await client.shown()
    assert "accept all of the permissions" not in str(shown)
    assert "higher role" in shown["next_step"]


async def test_what_was_not_granted_is_asked_for(make_scene) -> None:
    scene = await make_scene(organisations=FEW, people=1)
    Control(scene.world).change_settings(SettingWords(withheld_scopes=["accounting.contacts.read"]))
    async with scene.worker():
        await scene.added()
    client = await one_of(scene)
    assert (await client.shown())["receipts"]["suppliers"]["cause"] == "permission_missing"
    assert "accept all of the permissions" in (await client.shown())["next_step"]
