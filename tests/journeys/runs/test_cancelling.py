"""Cancelling at every stage: the books add up, nothing is half made, and a second time is refused with a reason."""

import asyncio

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowExecutionStatus, WorkflowFailureError

from contracts.payloads.runs import ConsentRefused
from contracts.words.lists import ListName
from emulators.xero.faults import Kind
from tests.journeys.kit.faults_met import until_met
from tests.journeys.one_client import until_event
from tests.journeys.people import change
from tests.journeys.scene import PATIENCE, Json, Scene, chosen
from workflows.plans.sizes import CLIENTS_PULLED_TOGETHER

UNTOUCHED, BEGUN = "Nothing was changed.", "What was already done stays."
LEFT_BY_A_DEAD_WORKER = """
    UPDATE connections SET pull_holder = :run_id, pull_until = now() + interval '2 minutes'
    WHERE id IN (SELECT id FROM connections WHERE last_good_at IS NULL FOR NO KEY UPDATE SKIP LOCKED)
"""


async def cancelled(scene: Scene, run_id: str, *, says: str = "") -> Json:
    """Cancel a run and see it end as it must."""
    answer = await scene.cancel(run_id)
    assert answer.status_code == 202, answer.text
    return await ended(scene, run_id, says=says)


async def ended(scene: Scene, run_id: str, *, says: str = "") -> Json:
    """A cancelled run's end; ``says`` is what it says of what was done."""
    with pytest.raises(WorkflowFailureError):
        await asyncio.wait_for(scene.handle(run_id).result(), PATIENCE)
    assert (await scene.handle(run_id).describe()).status is WorkflowExecutionStatus.CANCELED
    run = await scene.show(run_id)
    assert (run["stage"], run["result"]) == ("finished", "cancelled")
    assert run["message"].removeprefix("The run was stopped. ") in ({says} if says else {UNTOUCHED, BEGUN})
    assert sum(run["counts"].values()) == len(run["organisations"])
    again = await scene.cancel(run_id)
    assert (again.status_code, again.json()["error"]["code"]) == (409, "wrong_stage")
    assert again.json()["error"]["message"] == "This run has ended already, so there is nothing to stop."
    return run


async def nothing_is_half_made(scene: Scene) -> None:
    """Every client has its connection; its lists are all there or none is."""
    made = await scene.rows("""
        SELECT n.id, (SELECT count(*) FROM receipts r WHERE r.connection_id = n.id)
        FROM clients c LEFT JOIN connections n ON n.client_id = c.id
    """)
    assert all(connection_id for connection_id, _ in made)
    assert {lists for _, lists in made} <= {0, len(ListName)}


@pytest.mark.thorough
async def test_while_awaiting_consent(scene: Scene):
    async with scene.worker():
        run_id, _ = await scene.start()
        run = await cancelled(scene, run_id, says=UNTOUCHED)
    assert (run["counts"], await scene.clients()) == ({}, [])


@pytest.mark.thorough
async def test_while_listing(scene: Scene):
    slow = scene.fault(Kind.LATENCY, path=scene.platform.listing, seconds=1)
    async with scene.worker():
        run_id, authorize_url = await scene.start()
        await scene.sign_in(authorize_url)
        await scene.until_stage(run_id, "listing")
        await until_met(scene, slow)
        run = await cancelled(scene, run_id, says=UNTOUCHED)
    assert (run["counts"], await scene.clients()) == ({}, [])


@pytest.mark.thorough
async def test_while_awaiting_selection(scene: Scene):
    async with scene.worker():
        run = await scene.listed()
        run = await cancelled(scene, run["run_id"], says=UNTOUCHED)
    assert (run["counts"], await scene.clients()) == ({"skipped": 5}, [])


@pytest.mark.thorough
async def test_while_creating(scene: Scene):
    async with scene.worker():
        run = await scene.listed()
        async with scene.nothing_new_in("clients"):
            await scene.select(run["run_id"], organisations=chosen(run)[:3])
            await scene.until_stage(run["run_id"], "creating")
            assert (await scene.cancel(run["run_id"])).status_code == 202
        run = await ended(scene, run["run_id"])
    clients = await scene.clients()
    # The workflow may have been stopped before it knew that the stage is recorded; then there is nothing of it.
    assert run["message"].endswith(BEGUN if clients else (BEGUN, UNTOUCHED))
    assert run["counts"].get("created", 0) == len(clients)
    assert run["counts"]["skipped"] == 5 - len(clients)
    await nothing_is_half_made(scene)


@pytest.mark.thorough
async def test_while_pulling(make_scene):
    many = 3 * CLIENTS_PULLED_TOGETHER
    scene = await make_scene(organisations=many + 2, latency_ms=60, small_books=True)
    async with scene.worker(groups_at_once=1):  # several groups, one after the other
        run = await scene.listed()
        await scene.select(run["run_id"], organisations=chosen(run)[:many])
        await scene.until(run["run_id"], lambda run: run["counts"].get("created", 0) > 0)
        await change(scene, LEFT_BY_A_DEAD_WORKER, run_id=run["run_id"])
        run = await cancelled(scene, run["run_id"], says=BEGUN)
    assert run["counts"] == {"created": many, "skipped": 2}
    assert len(await scene.clients()) == many
    assert await scene.rows("SELECT 1 FROM connections WHERE pull_holder IS NOT NULL") == []
    unpulled = [row for row in run["organisations"] if row["message"] and "Refresh the client" in row["message"]]
    assert 0 < len(unpulled) < many
    await nothing_is_half_made(scene)


async def test_while_it_ends(scene: Scene):
    """The end that has begun is the end; the books are closed all the same."""
    async with scene.worker():
        run_id, _ = await scene.start()
        async with scene.nothing_new_in("events"):
            await scene.handle(run_id).signal("consent_refused", ConsentRefused(denied=True, message="Declined."))
            async with asyncio.timeout(PATIENCE):
                while not await scene.held_up("INSERT INTO events"):
                    pass
            assert (await scene.cancel(run_id)).status_code == 202
            await until_event(scene, run_id, EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED)
        report = await asyncio.wait_for(scene.handle(run_id).result(), PATIENCE)
    assert (await scene.handle(run_id).describe()).status is WorkflowExecutionStatus.COMPLETED
    assert report["message"] == "Declined."
    run = await scene.show(run_id)
    assert (run["stage"], run["result"], run["message"]) == ("finished", "cancelled", "Declined.")
