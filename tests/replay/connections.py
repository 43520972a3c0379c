"""Journeys of connections that exist already, for recording."""

from contracts.payloads.settle_lost_work import SettleLostWorkInput
from contracts.words.names import LOST_WORK_ID, WORKFLOW_QUEUE, check_now_id
from contracts.words.runs import RunKind
from emulators.xero.faults import Kind
from tests.journeys.nights import begin_night, night_waits
from tests.journeys.people import change, joined
from tests.journeys.scene import Scene, by_organisation
from tests.replay.journey import Recorded, history
from workflows.check_connections import CheckConnections
from workflows.settle_lost_work import SettleLostWork


async def started(scene: Scene, kind: RunKind, *, person: int, action: str) -> str:
    """Start a run and sign in; gives the run's id."""
    answer = await scene.http.post(f"/api/v1/client-sync/xero/{kind.value}")
    assert answer.status_code == 201, answer.text
    run_id: str = answer.json()["run_id"]
    await scene.sign_in(answer.json()["authorize_url"], person=person, action=action)
    return run_id


async def reconnected(scene: Scene) -> Recorded:
    """Three clients lose their login, and one sign-in repairs them."""
    async with scene.worker():
        await scene.added()
        scene.fault(Kind.REVOKE_PERSON)
        await scene.operations.health.check(scene.actor, lambda _: None)
        run_id = await started(scene, RunKind.RECONNECT_ALL, person=0, action="continue")
        await scene.handle(run_id).result()
        assert (await scene.show(run_id))["counts"] == {"repaired": 3}
    return {
        "reconnected": await history(scene, run_id),
        "checked-with-a-dead-login": await history(scene, check_now_id(scene.actor.practice_slug)),
    }


async def checked(scene: Scene) -> Recorded:
    """Three clients, and all is well."""
    async with scene.worker():
        await scene.added()
        await scene.operations.health.check(scene.actor, lambda _: None)
    return {"checked": await history(scene, check_now_id(scene.actor.practice_slug))}


async def checked_in_trouble(scene: Scene) -> Recorded:
    """A night in which the login does not answer, is tried again on a signal, and one client is handed over."""
    async with scene.worker():
        await scene.added()
        await change(scene, "UPDATE connections SET next_refresh_at = now()")
        scene.fault(Kind.SERVER_ERROR, path="/connections")
        scene.fault(Kind.DAY_LIMIT_REACHED, next(iter(scene.world.library.organisations)))
        night = await begin_night(scene)
        await night_waits(night)
        scene.world.faults.clear()
        scene.fault(Kind.DAY_LIMIT_REACHED, next(iter(scene.world.library.organisations)))
        await night.signal(CheckConnections.retry_now)
        await night.result()
    return {"checked-in-trouble": await history(scene, night.id)}


async def checked_in_groups(scene: Scene) -> Recorded:
    """A night that reads three clients together, of which one is left, tried alone and handed over."""
    async with scene.worker():
        await scene.added()
        await change(scene, "UPDATE connections SET next_refresh_at = now()")
        scene.fault(Kind.DAY_LIMIT_REACHED, next(iter(scene.world.library.organisations)))
        night = await begin_night(scene)
        report = await night.result()
        assert (report.refreshed, report.handed_over) == (2, 1)
    return {"checked-in-groups": await history(scene, night.id)}


async def checked_by_weight(scene: Scene) -> Recorded:
    """A night whose groups are cut by what their clients weigh: one is read whole again, two in part.

    ``checked-by-weight``, ``checked-in-even-groups`` and ``checked-in-fewer-groups`` are what older code made of it,
    with smaller groups.
    """
    async with scene.worker():
        await scene.added()
        await change(scene, "UPDATE connections SET next_refresh_at = now()")
        one = "(SELECT id FROM connections ORDER BY id LIMIT 1)"
        await change(scene, f"UPDATE connections SET contacts_complete_at = NULL WHERE id = {one}")  # noqa: S608
        night = await begin_night(scene)
        report = await night.result()
        assert report.refreshed == 3
    return {"checked-in-fuller-groups": await history(scene, night.id)}


async def reassigned(scene: Scene) -> Recorded:
    """A colleague takes over what their login reaches."""
    ben = await joined(scene, "Ben")
    async with scene.worker():
        await scene.added()
        run_id = await started(ben, RunKind.REASSIGN_CLIENTS, person=1, action="allow")
        run = await ben.until_stage(run_id, "awaiting_selection")
        await ben.select_all(run)
        await scene.handle(run_id).result()
        assert set((await ben.show(run_id))["counts"]) == {"reassigned"}
    return {"reassigned": await history(scene, run_id)}


async def disconnected(scene: Scene) -> Recorded:
    """One client is disconnected, here and at the provider."""
    async with scene.worker():
        await scene.added()
        client = (await scene.clients())[0]["client_id"]
        answer = await scene.http.post(f"/api/v1/clients/{client}/connection/disconnect")
        assert answer.status_code == 202, answer.text
        workflow_id = answer.json()["workflow_id"]
        await scene.handle(workflow_id).result()
    return {"disconnected": await history(scene, workflow_id)}


async def lost(scene: Scene) -> Recorded:
    """A sync is terminated, and what it leaves is closed."""
    async with scene.worker():
        run = await scene.listed()
        offline = next(iter(scene.world.library.organisations))
        scene.fault(Kind.ORGANISATION_OFFLINE, offline)
        await scene.select_all(run)
        row = by_organisation(await scene.until_stage(run["run_id"], "finished"))[offline]
        await scene.handle(await scene.sync_of(row["client_id"])).terminate("by mistake")
        await change(scene, "UPDATE run_organisations SET updated_at = updated_at - interval '1 hour'")
        start = SettleLostWork.run, SettleLostWorkInput()
        await scene.temporal.execute_workflow(*start, id=LOST_WORK_ID, task_queue=WORKFLOW_QUEUE)
    return {"lost-work-and-mail": await history(scene, LOST_WORK_ID)}


JOURNEYS = (
    reconnected,
    checked,
    checked_in_trouble,
    checked_in_groups,
    checked_by_weight,
    reassigned,
    disconnected,
    lost,
)
