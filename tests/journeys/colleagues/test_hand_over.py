"""An admin hands a leaver's clients over: all of them move, and who cannot have the login is named."""

from collections.abc import Awaitable, Callable
from uuid import uuid4

import httpx2
import pytest
from temporalio.client import Client, WorkflowExecutionStatus

from contracts.payloads.runs import Deadlines, RunFacts
from contracts.words.runs import RunKind
from emulators.xero.faults import Kind
from starter.runs.kinds import RunOptions, start_of
from tests.journeys.people import change, joined, leaves, logins, owners, person, reaches, reassignable
from tests.journeys.platforms.marks import PERSONS
from tests.journeys.scene import Scene, by_organisation
from workflows.support.run_text import STAGE


async def hand_over(scene: Scene, giver: object, taker: object) -> httpx2.Response:
    return await scene.http.post(f"/api/v1/colleagues/{giver}/hand-over", json={"to": str(taker)})


@pytest.mark.thorough
@PERSONS
async def test_all_clients_of_a_leaver_move(make_scene):
    admin = await make_scene(organisations=6)
    lee, ben = await joined(admin, "Lee"), await joined(admin, "Ben")
    reachable = reaches(admin, 1, 0, 4)
    refused, offline = reachable[:2]
    async with admin.worker():
        await lee.added()
        ignored = await reassignable(ben, 1)  # so it is known what Ben's login reaches
        await ben.cancel(ignored["run_id"])
        before = await logins(admin)
        await leaves(admin, lee.actor.colleague_id)
        admin.fault(Kind.ACCESS_REMOVED, refused, person_id=person(admin, 1))
        admin.is_(admin.platform.offline, offline)
        gone = next(
            client for client in await admin.clients() if client["connection"]["organisation_id"] == reachable[3]
        )
        await change(
            admin, "UPDATE connections SET status = 'disconnected' WHERE client_id = :id", id=gone["client_id"]
        )
        calls = admin.world.calls.by_organisation[reachable[3]]
        answer = await hand_over(admin, lee.actor.colleague_id, ben.actor.colleague_id)
        assert answer.status_code == 201, answer.text
        run = await admin.until_stage(answer.json()["run_id"], "finished")
        again = await hand_over(admin, lee.actor.colleague_id, ben.actor.colleague_id)
        second = await admin.until_stage(again.json()["run_id"], "finished")
    assert (run["counts"], second["counts"]) == ({"reassigned": 6}, {})
    assert set((await owners(admin)).values()) == {ben.actor.colleague_id}
    after, rows = await logins(admin), by_organisation(run)
    assert {identity for identity in after if after[identity] != before[identity]} == {reachable[2]}
    assert rows[reachable[2]]["message"] == "Before: Lee."
    for identity in set(rows) - {reachable[2]}:
        assert (
            "It keeps the login that it had; Ben can reconnect it with a login of their own."
            in rows[identity]["message"]
        )
    assert admin.world.calls.by_organisation[reachable[3]] == calls
    assert await admin.rows("SELECT count(*) FROM notices") == [(0,)]
    told = await admin.rows("SELECT DISTINCT colleague_id FROM events WHERE kind = 'client.reassigned'")
    assert told == [(admin.actor.colleague_id,)]


@pytest.mark.thorough
async def test_nobody_s_sign_in_is_waited_for(make_scene):
    admin = await make_scene(organisations=3)
    lee, ben = await joined(admin, "Lee"), await joined(admin, "Ben")
    async with admin.worker():
        await lee.added()
    answer = await hand_over(admin, lee.actor.colleague_id, ben.actor.colleague_id)
    run_id = answer.json()["run_id"]
    told = await admin.handle(run_id).describe()  # no worker has begun it
    assert ((await admin.show(run_id))["stage"], told.typed_search_attributes[STAGE]) == ("listing", "listing")
    for colleague in (admin, ben):
        refused = await colleague.http.post(f"/api/v1/runs/{run_id}/consent")
        assert (refused.status_code, refused.json()["error"]["code"]) == (409, "wrong_stage")
    async with admin.worker():
        run = await admin.until_stage(run_id, "finished")
    assert run["counts"] == {"reassigned": 3}


async def test_who_may_and_between_whom(make_scene):
    admin = await make_scene(organisations=3)
    lee, ben, gone = await joined(admin, "Lee"), await joined(admin, "Ben"), await joined(admin, "Gone")
    await leaves(admin, gone.actor.colleague_id)
    neighbour = await admin.neighbour()
    giver, taker = lee.actor.colleague_id, ben.actor.colleague_id
    for scene, from_id, to_id, expected in (
        (ben, giver, taker, (403, "forbidden", None)),
        (neighbour, giver, taker, (404, "not_found", None)),
        (admin, uuid4(), taker, (404, "not_found", None)),
        (admin, neighbour.actor.colleague_id, taker, (404, "not_found", None)),
        (admin, giver, uuid4(), (422, "unknown_colleague", "to")),
        (admin, giver, neighbour.actor.colleague_id, (422, "unknown_colleague", "to")),
        (admin, giver, gone.actor.colleague_id, (422, "unknown_colleague", "to")),
        (admin, giver, giver, (422, "invalid", "to")),
    ):
        answer = await hand_over(scene, from_id, to_id)
        error = answer.json()["error"]
        assert (answer.status_code, error["code"], error.get("field")) == expected
    assert (await admin.http.get("/api/v1/runs")).json()["runs"] == []


@pytest.mark.thorough
async def test_a_run_that_is_at_work_before_its_row_is_there_goes_on(make_scene, monkeypatch: pytest.MonkeyPatch):
    """The workflow begins inside the transaction of its row; here that one is committed late."""
    admin = await make_scene(organisations=3)
    lee, ben = await joined(admin, "Lee"), await joined(admin, "Ben")
    looks: list[int] = []

    def late(kind: RunKind) -> Callable[..., Awaitable[None]]:
        async def begin(temporal: Client, facts: RunFacts, waits: Deadlines, options: RunOptions) -> None:
            await start_of(kind)(temporal, facts, waits, options)
            handle = temporal.get_workflow_handle(facts.run_id)
            while max(looks, default=1) < 2:
                told = await handle.describe()
                assert told.status is WorkflowExecutionStatus.RUNNING, "it gave up"
                looks.extend(one.attempt for one in told.raw_description.pending_activities)

        return begin

    async with admin.worker():
        await lee.added()
        await leaves(admin, lee.actor.colleague_id)
        monkeypatch.setattr("starter.runs.starting.start_of", late)
        answer = await hand_over(admin, lee.actor.colleague_id, ben.actor.colleague_id)
        run = await admin.until_stage(answer.json()["run_id"], "finished")
    assert (run["result"], run["counts"]) == ("completed", {"reassigned": 3})
