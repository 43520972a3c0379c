"""Journeys of *Add clients* and of the syncs that it hands clients over to, for recording."""

import asyncio

from emulators.xero.faults import Kind
from tests.journeys.one_by_one import each_signed_in
from tests.journeys.scene import Scene, by_organisation, chosen
from tests.replay.journey import Recorded, history
from workflows.sync_client import SyncClient


async def happy(scene: Scene) -> Recorded:
    """Two sign-ins, a refused selection, a selection, three clients."""
    first, *others = scene.world.library.organisations
    async with scene.worker():
        run = await scene.listed(choose=[first])
        await scene.sign_in(await scene.further_sign_in(run["run_id"]), choose=others)
        run = await scene.until(
            run["run_id"], lambda run: run["stage"] == "awaiting_selection" and len(run["organisations"]) == 3
        )
        await scene.select(run["run_id"], organisations=[{"organisation_id": "made-up"}])
        await scene.select_all(run)
        await scene.handle(run["run_id"]).result()
    return {"happy": await history(scene, run["run_id"])}


async def by_signal(scene: Scene) -> Recorded:
    """The selection comes by signal, after two that cannot be taken."""
    async with scene.worker():
        run = await scene.listed()
        handle = scene.handle(run["run_id"])
        await handle.signal("select_organisations", {"organisations": "all"})
        await handle.signal("select_organisations", {"organisations": [{"organisation_id": "made-up"}]})
        await handle.signal("select_organisations", {"all_new": True})
        await handle.result()
    return {"chosen-by-signal": await history(scene, run["run_id"])}


async def denied(scene: Scene) -> Recorded:
    """The sign-in is declined."""
    async with scene.worker():
        run_id, authorize_url = await scene.start()
        await scene.sign_in(authorize_url, action="cancel")
        await scene.handle(run_id).result()
    return {"denied": await history(scene, run_id)}


async def no_consent(scene: Scene) -> Recorded:
    """Nobody signs in."""
    async with scene.worker():
        run_id, _ = await scene.start()
        await scene.handle(run_id).result()
    return {"expired-without-consent": await history(scene, run_id)}


async def no_selection(scene: Scene) -> Recorded:
    """Nobody chooses."""
    async with scene.worker():
        run = await scene.listed()
        await scene.handle(run["run_id"]).result()
    return {"expired-without-selection": await history(scene, run["run_id"])}


async def too_late(scene: Scene) -> Recorded:
    """Nobody chooses, and the choice is over before the run's end is noted."""
    return {"expired-with-the-last-choice": next(iter((await no_selection(scene)).values()))}


async def cancelled(scene: Scene) -> Recorded:
    """Cancelled while pulling."""
    scene.fault(Kind.LATENCY, seconds=0.3)
    async with scene.worker(groups_at_once=1):
        run = await scene.listed()
        await scene.select_all(run)
        await scene.until(run["run_id"], lambda run: run["counts"].get("created", 0) > 0)
        await scene.cancel(run["run_id"])
        await scene.until_stage(run["run_id"], "finished")
        await asyncio.gather(scene.handle(run["run_id"]).result(), return_exceptions=True)
    return {"cancelled-while-pulling": await history(scene, run["run_id"])}


async def in_groups(scene: Scene) -> Recorded:
    """Three groups of clients; ``in-groups`` and ``in-fewer-steps`` are what older code made of fewer clients."""
    async with scene.worker():
        run = await scene.listed()
        await scene.select_all(run)
        await scene.handle(run["run_id"]).result()
    return {"in-fewer-groups": await history(scene, run["run_id"])}


async def troubled(scene: Scene) -> Recorded:
    """A failure and three hand-overs; a retry of the failure; the syncs end well by themselves, when told, or not."""
    lapsed, limited, offline, lost = scene.world.library.organisations
    async with scene.worker():
        run = await scene.listed()
        scene.fault(Kind.SUBSCRIPTION_ENDED, lapsed)
        scene.fault(Kind.RATE_LIMITED, limited, times=5, problem="day", seconds=70)
        scene.fault(Kind.ORGANISATION_OFFLINE, offline)
        scene.fault(Kind.ORGANISATION_OFFLINE, lost)
        await scene.select_all(run)
        await scene.handle(run["run_id"]).result()
        first = await history(scene, run["run_id"])

        rows = by_organisation(await scene.show(run["run_id"]))
        syncs = {name: await scene.sync_of(rows[name]["client_id"]) for name in (limited, offline, lost)}
        await scene.handle(syncs[offline]).signal(SyncClient.retry_now)
        before = rows[offline]["retry_at"]
        await scene.until(
            run["run_id"],
            lambda run: by_organisation(run)[offline]["retry_at"] != before,
            following=syncs[offline],
        )
        scene.world.faults.clear()
        scene.fault(Kind.ACCESS_REMOVED, lost)
        for name in (offline, lost):
            await scene.handle(syncs[name]).signal(SyncClient.retry_now)
        await scene.retry(run["run_id"])
        await scene.until_stage(run["run_id"], "finished")
        await scene.handle(run["run_id"]).result()
        for sync in syncs.values():
            await scene.handle(sync).result()
    return {
        "failures-and-hand-overs": first,
        "retry": await history(scene, run["run_id"]),
        "sync-after-its-timer": await history(scene, syncs[limited]),
        "sync-told-to-retry": await history(scene, syncs[offline]),
        "sync-given-up": await history(scene, syncs[lost]),
    }


async def sync_stopped(scene: Scene) -> Recorded:
    """Somebody stops the sync of a client that waits."""
    offline = next(iter(scene.world.library.organisations))
    scene.fault(Kind.ORGANISATION_OFFLINE, offline)
    async with scene.worker():
        run = await scene.added()
        sync = scene.handle(await scene.sync_of(by_organisation(run)[offline]["client_id"]))
        await sync.cancel()
        await asyncio.gather(sync.result(), return_exceptions=True)
    return {"sync-stopped": await history(scene, sync.id)}


async def long_run(scene: Scene) -> Recorded:
    """A history that the server calls long; for a server that does so early."""
    async with scene.worker():
        run = await scene.listed()
        first = (await scene.handle(run["run_id"]).describe()).run_id
        await scene.select(run["run_id"], organisations=chosen(run))
        await scene.handle(run["run_id"]).result()
    return {
        "continued-in-fewer-groups": await history(scene, run["run_id"], first),
        "continuation-in-fewer-groups": await history(scene, run["run_id"]),
    }


async def many_sign_ins(scene: Scene) -> Recorded:
    """One sign-in after the other, until the history is long enough to wait for the choice in a new one."""
    async with scene.worker():
        run_id, address = await scene.start()
        first = (await scene.handle(run_id).describe()).run_id
        await each_signed_in(scene, run_id, address)
        await scene.select_all(await scene.until_stage(run_id, "awaiting_selection"))
        await scene.until_stage(run_id, "finished")
        await scene.handle(run_id).result()
    return {
        "waiting-continued-as-new": await history(scene, run_id, first),
        "waiting-continuation": await history(scene, run_id),
    }
