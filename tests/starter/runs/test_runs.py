"""Runs through the one door: started once for a key, refused clearly, retried alone, and stopped."""

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlmodel import func, select
from temporalio.client import WorkflowFailureError

from contracts.payloads.runs import Deadlines
from contracts.payloads.selection import Selection
from contracts.words.names import SEARCH_ATTRIBUTES
from contracts.words.refusals import RefusalCode, Refused
from contracts.words.runs import Stage
from models.events.tables import Event
from models.grants.tables import ConsentAttempt
from models.kit.columns import now
from models.runs.tables import Run
from runtime.embedded.ports import HOST, Ports
from runtime.embedded.processes import Supervisor
from runtime.embedded.temporal import start_temporal
from runtime.temporal.connection import connect
from starter.runs.runs import Runs
from tests.journeys.promises import ENDED_RUN
from tests.journeys.scene import Scene

START = "/api/v1/client-sync/xero/add-clients"


async def how_many(scene: Scene, table: type) -> int:
    async with scene.database.session() as session:
        return (await session.exec(select(func.count()).select_from(table))).one()


async def test_a_start_says_who_what_and_for_whom(scene: Scene):
    run_id, authorize_url = await scene.start()
    assert run_id.startswith("add-clients-harbour-lane-")
    assert authorize_url.startswith(f"{scene.web}/sign-in-link/")
    described = await scene.handle(run_id).describe()
    assert await described.static_summary() == "Add clients from Xero · Harbour Lane · Admin of Harbour Lane"
    assert "Current Details" in (await described.static_details() or "")
    assert {pair.key.name for pair in described.typed_search_attributes} == set(SEARCH_ATTRIBUTES) - {
        "ClientsyncResult"
    }
    async with scene.database.session() as session:
        [event] = (await session.exec(select(Event))).all()
    assert (event.kind, event.run_id, event.colleague_id) == ("run.started", run_id, scene.actor.colleague_id)


@pytest.mark.thorough
async def test_the_same_key_gives_the_same_run_and_a_fresh_address(scene: Scene):
    first_id, first_url = await scene.start(**{"Idempotency-Key": "click-1"})
    second_id, second_url = await scene.start(**{"Idempotency-Key": "click-1"})
    third_id, _ = await scene.start(**{"Idempotency-Key": "click-2"})
    assert first_id == second_id != third_id
    assert first_url != second_url
    assert await how_many(scene, Run) == 2


async def test_the_same_key_at_the_same_moment(scene: Scene):
    answers = await asyncio.gather(*(scene.start(**{"Idempotency-Key": "double-click"}) for _ in range(5)))
    assert len({run_id for run_id, _ in answers}) == 1
    assert len({url for _, url in answers}) == 5
    assert await how_many(scene, Run) == 1


async def test_a_key_of_a_run_past_its_sign_in(scene: Scene):
    run_id, _ = await scene.start(**{"Idempotency-Key": "click-1"})
    async with scene.database.transaction() as session:
        run = await session.get_one(Run, run_id)
        run.stage = Stage.CREATING
        session.add(run)
    answer = await scene.http.post(START, headers={"Idempotency-Key": "click-1"})
    assert answer.json() == {"run_id": run_id, "authorize_url": None, "to_allow": []}


@pytest.mark.leaves(ENDED_RUN, because="only the stage is what the answer looks at")
async def test_a_run_that_waits_for_a_limit_says_until_when(scene: Scene):
    run_id, _ = await scene.start()
    for later, stage, is_paused in ((60, "pulling", True), (-1, "pulling", False), (60, "finished", False)):
        until = now() + timedelta(seconds=later)
        async with scene.database.transaction() as session:
            run = await session.get_one(Run, run_id)
            run.stage, run.paused_until = Stage(stage), until
            session.add(run)
        told = (await scene.show(run_id))["paused_until"]
        assert (told and datetime.fromisoformat(told)) == (until if is_paused else None)


@pytest.mark.thorough
@pytest.mark.parametrize("other", ["reconnect-all", "reconnect-all?all=true", "reassign-clients"])
async def test_a_key_of_something_else(scene: Scene, other: str):
    key = {"Idempotency-Key": "click-1"}
    first = "reconnect-all" if "?" in other else "add-clients"
    started = (await scene.http.post(f"/api/v1/client-sync/xero/{first}", headers=key)).json()
    answer = await scene.http.post(f"/api/v1/client-sync/xero/{other}", headers=key)
    assert answer.status_code == 409
    assert answer.json()["error"]["code"] == "duplicate"
    assert answer.json()["error"]["field"] == "Idempotency-Key"
    again = (await scene.http.post(f"/api/v1/client-sync/xero/{first}", headers=key)).json()
    assert again["run_id"] == started["run_id"]
    assert await how_many(scene, Run) == 1


async def test_a_key_of_another_client_answers_with_nothing_of_that_client(scene: Scene):
    async with scene.worker():
        await scene.added()
    first, second = [row["client_id"] for row in (await scene.clients())[:2]]
    key = {"Idempotency-Key": "click-1"}
    for call in ("reconnect", "change"):
        one = (await scene.http.post(f"/api/v1/clients/{first}/connection/{call}", headers=key)).json()
        other = await scene.http.post(f"/api/v1/clients/{second}/connection/{call}", headers=key)
        assert (other.status_code, other.json()["error"]["code"]) == (409, "duplicate")
        assert one["run_id"] not in other.text
        again = await scene.http.post(f"/api/v1/clients/{first}/connection/{call}", headers=key)
        assert again.json()["run_id"] == one["run_id"]
        key = {"Idempotency-Key": "click-2"}


@pytest.mark.thorough
async def test_a_start_without_a_workflow_server_leaves_nothing(make_scene, temporal_settings, tmp_path):
    ports = Ports(tmp_path / "ports.json")
    settings = temporal_settings.model_copy(update={"temporal_address": f"{HOST}:{ports.get('temporal')}"})
    async with Supervisor(tmp_path / "logs") as supervisor:
        await start_temporal(supervisor, settings, ports, tmp_path, search_attributes=SEARCH_ATTRIBUTES, codec_url=None)
        scene = await make_scene(client=await connect(settings))
        assert (await scene.http.get("/readyz")).json() == {"status": "ok", "missing": []}
    answer = await scene.http.post(START)
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "unavailable")
    assert [await how_many(scene, table) for table in (Run, Event, ConsentAttempt)] == [0, 0, 0]
    ready = await scene.http.get("/readyz")
    assert (ready.status_code, ready.json()["missing"]) == (503, ["temporal"])


async def test_a_selection_without_a_worker_says_so(scene: Scene):
    run_id, _ = await scene.start()
    impatient = Runs(
        scene.database,
        scene.temporal,
        scene.operations.consents,
        scene.operations.supporting,
        scene.operations.software,
        Deadlines(),
        answer_within=timedelta(milliseconds=200),
    )
    with pytest.raises(Refused, match="No worker is running") as refused:
        await impatient.select(scene.actor, run_id, Selection(all_new=True))
    assert refused.value.refusal.code is RefusalCode.UNAVAILABLE


async def test_a_selection_before_its_time(scene: Scene):
    run_id, _ = await scene.start()
    async with scene.worker():
        answer = await scene.select(run_id, all_new=True)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "wrong_stage")


@pytest.mark.thorough
async def test_a_selection_with_ids_that_are_not_there(scene: Scene):
    async with scene.worker():
        run = await scene.listed()
        for unknown in ("made-up", "nul\x00"):
            answer = await scene.select(run["run_id"], organisations=[{"organisation_id": unknown}])
            assert (answer.status_code, answer.json()["error"]["code"]) == (422, "unknown_organisation")
            assert answer.json()["error"]["field"] == "organisations.0.organisation_id"
        assert (await scene.show(run["run_id"]))["stage"] == "awaiting_selection"


@pytest.mark.thorough
async def test_a_cancelled_run(scene: Scene):
    run_id, _ = await scene.start()
    async with scene.worker():
        answer = await scene.http.post(f"/api/v1/runs/{run_id}/cancel")
        assert (answer.status_code, answer.json()) == (202, {"run_id": run_id, "cancelling": True})
        run = await scene.until_stage(run_id, "finished")
        assert run["result"] == "cancelled"
        assert run["finished_at"] is not None
        with pytest.raises(WorkflowFailureError):  # it has closed, too
            await scene.handle(run_id).result()
    for call, body in (("cancel", None), ("selection", {"all_new": True}), ("consent", None)):
        answer = await scene.http.post(f"/api/v1/runs/{run_id}/{call}", json=body)
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "wrong_stage"), call
    answer = await scene.http.post(f"/api/v1/runs/{run_id}/retry")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "nothing_to_retry")


async def test_no_retry_while_it_is_at_work(scene: Scene):
    run_id, _ = await scene.start()
    answer = await scene.http.post(f"/api/v1/runs/{run_id}/retry")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "wrong_stage")
