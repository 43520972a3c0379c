"""Activity through the one door: runs, reports, lists and looking on, for one's own practice alone."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from contracts.words.refusals import RefusalCode, Refused
from contracts.words.runs import Outcome, RunKind, Stage
from models.clients.tables import Client
from models.practices.writes import create_team
from models.runs.reads import RunFilter
from models.runs.reports import OrganisationFilter
from starter.actor import Actor
from tests.journeys.fixtures import Neighbour
from tests.journeys.scene import PATIENCE, Scene


@pytest.mark.thorough
async def test_a_run_from_the_click_to_its_report(scene: Scene):
    runs, actor = scene.operations.runs, scene.actor
    run_id, authorize_url = await scene.start()
    (active,), _ = await runs.activity(actor, RunFilter(is_active=True))
    assert (active.run.id, active.total) == (run_id, 0)
    watching = await runs.watch(actor, run_id)
    assert (await anext(watching)).stage is Stage.AWAITING_CONSENT
    async with asyncio.timeout(PATIENCE), scene.worker():
        await scene.sign_in(authorize_url)
        await scene.until_stage(run_id, "awaiting_selection")
        await scene.select(run_id, all_new=True)
        seen = [snapshot async for snapshot in watching]
    assert (seen[-1].is_over, seen[-1].counts, seen[-1].with_client) == (True, {Outcome.CREATED: 5}, 5)
    assert len({snapshot.version for snapshot in seen}) == len(seen)
    report = await runs.report(actor, run_id)
    assert [(group.outcome, group.count) for group in report.groups] == [(Outcome.CREATED, 5)]
    assert (report.total, report.colleague_name) == (5, actor.colleague_name)
    (first, *_), total = await runs.organisations(actor, run_id, OrganisationFilter(outcome=Outcome.CREATED), limit=5)
    assert (total, first.client_name, first.owner_name) == (5, first.organisation.name, actor.colleague_name)
    assert (await runs.activity(actor, RunFilter(kind=RunKind.ADD_CLIENTS, is_active=False)))[1] == 1


@pytest.mark.parametrize("call", ["report", "organisations", "watch"])
async def test_another_practice_sees_no_run(scene: Scene, neighbour: Neighbour, call: str):
    run_id, _ = await scene.start()
    ask: Callable[[Actor, str], Awaitable[object]] = getattr(scene.operations.runs, call)
    await ask(scene.actor, run_id)
    with pytest.raises(Refused) as refused:
        await ask(neighbour.actor, run_id)
    assert refused.value.refusal.code is RefusalCode.NOT_FOUND
    assert await scene.operations.runs.activity(neighbour.actor) == ([], 0)


@pytest.mark.thorough
async def test_the_api_filters_runs_and_counts_them(scene: Scene, neighbour: Neighbour):
    run_id, _ = await scene.start()
    other_id = (await scene.http.post("/api/v1/client-sync/xero/reconnect-all")).json()["run_id"]

    async def found(**parameters: str | int | bool) -> tuple[list[str], int]:
        answer = (await scene.http.get("/api/v1/runs", params=parameters)).json()
        return [run["run_id"] for run in answer["runs"]], answer["total"]

    assert await found() == ([other_id, run_id], 2)
    assert await found(limit=1, offset=1) == ([run_id], 2)
    assert await found(kind="reconnect-all") == ([other_id], 1)
    assert await found(active=False) == ([], 0)
    assert await found(colleague_id=str(scene.actor.colleague_id)) == ([other_id, run_id], 2)
    assert await found(colleague_id=str(neighbour.actor.colleague_id)) == ([], 0)


async def test_the_api_lists_teams_of_one_s_own_practice(scene: Scene, neighbour: Neighbour):
    async with scene.database.transaction() as session:
        team = await create_team(session, scene.actor.practice_id, "Payroll", [scene.actor.colleague_id])
    member = {"colleague_id": str(scene.actor.colleague_id), "name": scene.actor.colleague_name}
    shown = {"team_id": str(team.id), "name": "Payroll", "members": [member], "clients": 0}
    assert (await scene.http.get("/api/v1/teams")).json() == {"teams": [shown]}
    assert (await neighbour.http.get("/api/v1/teams")).json() == {"teams": []}


@pytest.mark.thorough
async def test_the_api_sorts_clients_and_refuses_what_is_no_column(scene: Scene):
    async with scene.database.transaction() as session:
        session.add_all(
            Client(practice_id=scene.actor.practice_id, owner_id=scene.actor.colleague_id, name=name, code=code)
            for name, code in (("Ash", "B2"), ("Elm", "A1"))
        )
    for query, codes in (
        ("", ["B2", "A1"]),
        ("?sort=code", ["A1", "B2"]),
        ("?descending=true", ["A1", "B2"]),
        ("?status=not_connected&sort=code&descending=true", ["B2", "A1"]),
    ):
        found = (await scene.http.get(f"/api/v1/clients{query}")).json()
        assert [client["code"] for client in found["clients"]] == codes, query
    answer = await scene.http.get("/api/v1/clients?sort=password")
    assert (answer.status_code, answer.json()["error"]["field"]) == (422, "sort")
