"""Journeys of reconnecting and reassigning with all that may come between, for recording."""

from temporalio.api.enums.v1 import EventType

from contracts.words.runs import RunKind
from emulators.xero.faults import Kind
from tests.journeys.one_client import until_event
from tests.journeys.people import adds, check, joined, leaves, logins, reaches, reassignable, reconnected, started
from tests.journeys.scene import Scene, by_organisation, chosen
from tests.replay.journey import Recorded, history
from workflows.sync_client import SyncClient


async def two(scene: Scene) -> Scene:
    """Another colleague's view; that one's login reaches every client of the scene too."""
    ben = await joined(scene, "Ben")
    await adds(scene, 0, reaches(scene, 1, 0, len(scene.world.library.organisations)))
    return ben


async def reconnecting_in_trouble(scene: Scene) -> Recorded:
    """One waits and gets a sync, which a second reconnect tells of its login; another cannot be read."""
    offline, narrow, _ = scene.world.library.organisations
    async with scene.worker():
        ben = await two(scene)
        scene.fault(Kind.ORGANISATION_OFFLINE, offline)
        scene.fault(Kind.SCOPE_MISSING, narrow, path="Organisation")
        first = await reconnected(ben, 1, query="?all=true", action="allow")
        assert first["counts"] == {"retrying": 1, "failed": 1, "repaired": 1}
        second = await reconnected(ben, 1, query="?all=true")
        assert second["counts"] == {"retrying": 1, "failed": 1, "healthy": 1}
        scene.world.faults.clear()
        sync = scene.handle(await scene.sync_of(by_organisation(first)[offline]["client_id"]))
        await sync.signal(SyncClient.retry_now)
        await sync.result()
    return {
        "reconnected-in-trouble": await history(scene, first["run_id"]),
        "reconnected-beside-a-sync": await history(scene, second["run_id"]),
        "sync-that-takes-over": await history(scene, sync.id),
    }


async def reassigning_cancelled(scene: Scene) -> Recorded:
    """Cancelled while one client's new login is tried."""
    held = next(iter(scene.world.library.organisations))
    async with scene.worker():
        ben = await two(scene)
        listed = await reassignable(ben, 1)
        scene.fault(Kind.TIMEOUT, held, path="/Organisation", seconds=600)
        await ben.select(listed["run_id"], organisations=chosen(listed))
        await ben.until(listed["run_id"], lambda run: run["counts"].get("reassigned", 0) == 2)
        await ben.cancel(listed["run_id"])
        await ben.until_stage(listed["run_id"], "finished")
        scene.world.faults.clear()
    return {"reassigning-cancelled": await history(scene, listed["run_id"])}


async def handed_over(scene: Scene) -> Recorded:
    """A leaver's clients: one moves with its login, one keeps it after an outage, one for want of another."""
    _, offline, _ = scene.world.library.organisations
    admin = scene
    async with scene.worker():
        lee, ben = await joined(scene, "Lee"), await joined(scene, "Ben")
        reaches(scene, 1, 0, 2)
        await lee.added()
        await ben.cancel((await reassignable(ben, 1))["run_id"])
        await leaves(scene, lee.actor.colleague_id)
        scene.fault(Kind.ORGANISATION_OFFLINE, offline)
        run_id = await scene.operations.hand_overs.start(
            await scene.operations.colleagues.by_email(None), lee.actor.colleague_id, ben.actor.colleague_id
        )
        await admin.until_stage(run_id, "finished")
        await scene.handle(run_id).result()
    return {"handed-over": await history(scene, run_id)}


async def reassigning_limited(scene: Scene) -> Recorded:
    """One client's calls are used up for the day; cancelled while the run waits for the next."""
    limited = next(iter(scene.world.library.organisations))
    async with scene.worker():
        ben = await two(scene)
        listed = await reassignable(ben, 1)
        scene.world.limits.exhaust(scene.world.limits.usage(limited), "day")
        await ben.select(listed["run_id"], organisations=chosen(listed))
        # The first two are for the sign-in and the choice.
        await until_event(scene, listed["run_id"], EventType.EVENT_TYPE_TIMER_STARTED, count=3)
        await ben.cancel(listed["run_id"])
        await ben.until_stage(listed["run_id"], "finished")
    return {"reassigning-waits-for-a-limit": await history(scene, listed["run_id"])}


async def long_repairs(scene: Scene) -> Recorded:
    """Histories that the server calls long; for a server that does so early."""
    async with scene.worker():
        ben, before = await two(scene), await logins(scene)
        reconnecting = await started(ben, RunKind.RECONNECT_ALL, 1, query="?all=true", action="allow")
        first = (await scene.handle(reconnecting).describe()).run_id
        await scene.handle(reconnecting).result()
        assert all(login != before[identity] for identity, login in (await logins(scene)).items())
        listed = await reassignable(ben, 1, action="continue")
        earlier = (await scene.handle(listed["run_id"]).describe()).run_id
        await ben.select(listed["run_id"], organisations=chosen(listed))
        await scene.handle(listed["run_id"]).result()
    return {
        "reconnecting-continued-as-new": await history(scene, reconnecting, first),
        "reconnecting-continuation": await history(scene, reconnecting),
        "reassigning-continued-as-new": await history(scene, listed["run_id"], earlier),
        "reassigning-continuation": await history(scene, listed["run_id"]),
    }


async def one_by_one(scene: Scene) -> Recorded:
    """Each sign-in brings one organisation: a wrong pick, the right one, and then it is enough."""
    organisations = list(scene.world.library.organisations)
    async with scene.worker():
        run_id, address = await scene.start()
        for place, organisation_id in enumerate(organisations[:2], 1):
            await scene.sign_in(address, choose=[organisation_id])
            run = await scene.until_listed(run_id, place)
            address = await scene.further_sign_in(run_id)
        await scene.select_all(run)
        await scene.until_stage(run_id, "finished")
        for organisation_id in organisations[:2]:
            scene.fault(Kind.DISCONNECTED, organisation_id)
        await check(scene)
        answer = await scene.http.post(f"/api/v1/client-sync/xero/{RunKind.RECONNECT_ALL}")
        reconnecting, address = answer.json()["run_id"], answer.json()["authorize_url"]
        first = (await scene.http.get(f"/api/v1/runs/{reconnecting}/sign-ins")).json()["next"]
        await scene.sign_in(address, choose=[organisations[2]])
        await scene.until(reconnecting, lambda run: bool(run["message"]))
        await scene.sign_in(await scene.further_sign_in(reconnecting), choose=[first])
        await scene.until(reconnecting, lambda run: "is next" in (run["message"] or ""))
        await scene.http.post(f"/api/v1/runs/{reconnecting}/sign-ins/go-on")
        await scene.handle(reconnecting).result()
    return {"reconnected-one-by-one": await history(scene, reconnecting)}


JOURNEYS = (reconnecting_in_trouble, reassigning_cancelled, reassigning_limited, handed_over)
