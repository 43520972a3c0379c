"""Answers that are not Xero's own, and odd ones that are: they pass by themselves, and end nobody's connection."""

import asyncio

import pytest

from contracts.words.causes import Cause
from emulators.xero.faults import Kind
from models.grants import fresh_tokens
from tests.journeys.nights import a_night_later, check, connected, health
from tests.journeys.one_client import PATIENCE, OneClient, goes_on, tokens_have_ended, waiting
from tests.journeys.platforms.marks import OWN_ANSWERS
from tests.journeys.scene import Scene
from workflows.plans import policies

pytestmark = OWN_ANSWERS

STAGED = {"organisations": 24, "people": 1}


async def unwell(scene: Scene) -> dict[str, int]:
    """Connections that have a cause, by cause."""
    found: dict[str, int] = (await health(scene))["by_cause"]
    return found


def paired(scene: Scene) -> list[str]:
    """Organisations that are connected at the provider, each as often as it is listed."""
    return [one.organisation_id for one in scene.world.connections.all()]


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("status", "page"),
    [(400, "html"), (401, "nothing"), (301, "html"), (403, "subscription"), (403, "gateway"), (404, "text")],
)
async def test_once_at_a_list_it_is_as_if_nothing_had_been(client: OneClient, status: int, page: str) -> None:
    scene = client.scene
    scene.fault(Kind.EDGE_PAGE, path=scene.platform.contacts, times=1, status=status, page=page)
    receipts = await client.refreshed()
    assert scene.world.faults.active() == []
    assert {receipt["cause"] for receipt in receipts.values()} == {None}
    shown = await client.shown()
    assert (shown["status"], shown["cause"]) == ("connected", None)
    assert scene.world.calls.refreshes == 0


@pytest.mark.thorough
async def test_pages_at_the_connections_sign_nobody_out(client: OneClient) -> None:
    scene = client.scene
    await a_night_later(scene, are_lists_due=False)
    scene.fault(Kind.EDGE_PAGE, path=scene.platform.listing, times=2, status=401)
    report = await check(scene)
    assert (report.healthy, report.unanswered, report.causes) == (await connected(scene), 0, {})
    assert scene.world.calls.refreshes == 1  # of age, before; the pages were worth none
    assert await unwell(scene) == {}


@pytest.mark.thorough
@pytest.mark.parametrize(("status", "page"), [(400, "html"), (401, "nothing"), (403, "gateway")])
async def test_a_page_at_the_token_endpoint_signs_nobody_out(client: OneClient, status: int, page: str) -> None:
    scene = client.scene
    await tokens_have_ended(scene)
    scene.fault(Kind.EDGE_PAGE, path=scene.platform.token, status=status, page=page)
    sync = await waiting(client)
    shown = await client.shown()
    assert (shown["status"], shown["cause"]) == ("connected", "provider_unavailable")
    scene.world.faults.clear()
    receipts = await goes_on(client, sync)
    assert {receipt["cause"] for receipt in receipts.values()} == {None}
    assert await unwell(scene) == {}


@pytest.mark.thorough
async def test_silence_at_the_token_endpoint_is_waited_for(client: OneClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fresh_tokens, "PATIENCE", fresh_tokens.PATIENCE / 100)
    scene = client.scene
    await tokens_have_ended(scene)
    scene.fault(Kind.TIMEOUT, path=scene.platform.token)
    sync = await waiting(client)
    assert (await client.shown())["cause"] == "provider_unavailable"
    # One a try: the lists of a client are asked for at once, and wait together.
    tries = policies.PULL["retry_policy"]
    assert tries is not None
    assert scene.world.calls.by_path["POST /connect/token"] == tries.maximum_attempts
    report = await check(scene)
    assert (report.unanswered, set(report.causes)) == (1, {Cause.PROVIDER_UNAVAILABLE})
    scene.world.faults.clear()
    await goes_on(client, sync)
    report = await check(scene)
    assert (report.healthy, report.causes) == (await connected(scene), {})


@pytest.mark.thorough
@pytest.mark.parametrize(("status", "page"), [(404, "html"), (404, "text"), (403, "html"), (401, "nothing")])
async def test_a_page_at_the_end_of_a_connection_does_not_end_it(client: OneClient, status: int, page: str) -> None:
    scene = client.scene
    scene.fault(Kind.EDGE_PAGE, path="/connections/", times=1, status=status, page=page)
    answer = await client.post("disconnect")
    result = await asyncio.wait_for(scene.handle(answer.json()["workflow_id"]).result(), PATIENCE)
    assert result["message"] == "The connection was removed at Xero."
    assert client.organisation_id not in paired(scene)


@pytest.mark.thorough
@pytest.mark.parametrize("oddity", ["surrogate", "control", "byte_order_mark", "latin1"])
async def test_one_odd_character_costs_that_character(client: OneClient, oddity: str) -> None:
    scene = client.scene
    before = await client.rows("suppliers")
    scene.fault(Kind.ODD_CHARACTER, oddity=oddity)
    run = await scene.listed(action="continue")
    assert len(run["organisations"]) == len(set(paired(scene)))
    receipts = await client.refreshed()
    assert {receipt["cause"] for receipt in receipts.values()} == {None}
    assert len(await client.rows("suppliers")) == len(before)


@pytest.mark.thorough
async def test_a_refresh_without_a_new_refresh_token_keeps_the_old_one(client: OneClient) -> None:
    scene = client.scene
    scene.fault(Kind.REFRESH_TOKEN_LEFT_OUT, times=1)
    for _ in range(2):
        scene.fault(Kind.ACCESS_EXPIRED)
        receipts = await client.refreshed()
        assert {receipt["cause"] for receipt in receipts.values()} == {None}
    assert scene.world.calls.refreshes == 2


# What the last two leave behind would be in the way of the others.


@pytest.mark.thorough
async def test_what_was_granted_is_not_asked_for_again(client: OneClient) -> None:
    client.scene.is_(
        client.scene.platform.forbidden, organisation_id=client.organisation_id, path=client.scene.platform.contacts
    )
    receipts = await client.refreshed()
    assert {receipts[name]["cause"] for name in ("suppliers", "customers")} == {"role_too_low"}
    shown = await client.shown()
    assert "accept all of the permissions" not in str(shown)
    assert "higher role" in shown["next_step"]


@pytest.mark.thorough
async def test_a_pair_that_is_listed_twice_is_ended_twice(client: OneClient) -> None:
    scene = client.scene
    others = [one for one in paired(scene) if one != client.organisation_id]
    scene.fault(Kind.LISTED_TWICE)
    assert sorted(paired(scene)) == sorted([*others, client.organisation_id] * 2)
    answer = await client.post("disconnect")
    await asyncio.wait_for(scene.handle(answer.json()["workflow_id"]).result(), PATIENCE)
    assert sorted(paired(scene)) == sorted(others * 2)
