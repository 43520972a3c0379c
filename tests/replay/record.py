"""Records the histories that ``test_replay`` replays: ``python -m tests.replay.record``, about two minutes.

Record again only when nothing of the old code is running any more, or together with the old ones: a history that no
longer replays means that runs under way would break when the new code is deployed.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from temporalio.client import Client, WorkflowHistory

from contracts.bulk_create_clients import Deadlines
from contracts.names import SEARCH_ATTRIBUTES
from models import schema
from runtime.embedded_postgres import start_postgres
from runtime.embedded_temporal import start_temporal
from runtime.ports import HOST, Ports
from runtime.processes import Supervisor
from runtime.settings import Settings
from runtime.temporal import connect
from tests.conftest import EMPTYING, THROWN_AWAY, administer
from tests.journeys.scene import Scene, by_organisation, chosen
from tests.journeys.stage import peculiar_server, settings_for, staged
from tests.replay.keys import KEYS
from workflows.sync_client import SyncClient
from xero_sandbox.faults import Kind

HISTORIES = Path(__file__).parent / "histories"

Recorded = dict[str, WorkflowHistory]
"""Histories by the name of their file."""

Journey = Callable[[Scene], Awaitable[Recorded]]


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


async def cancelled(scene: Scene) -> Recorded:
    """Cancelled while pulling."""
    scene.fault(Kind.LATENCY, seconds=0.3)
    async with scene.worker(concurrency=1):
        run = await scene.listed()
        await scene.select_all(run)
        await scene.until(run["run_id"], lambda run: run["counts"].get("created", 0) > 0)
        await scene.cancel(run["run_id"])
        await scene.until_stage(run["run_id"], "finished")
        await asyncio.gather(scene.handle(run["run_id"]).result(), return_exceptions=True)
    return {"cancelled-while-pulling": await history(scene, run["run_id"])}


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


async def long_run(scene: Scene) -> Recorded:
    """A history that the server calls long; for a server that does so early."""
    async with scene.worker():
        run = await scene.listed()
        first = (await scene.handle(run["run_id"]).describe()).run_id
        await scene.select(run["run_id"], organisations=chosen(run))
        await scene.handle(run["run_id"]).result()
    return {
        "continued-as-new": await history(scene, run["run_id"], first),
        "continuation": await history(scene, run["run_id"]),
    }


async def history(scene: Scene, workflow_id: str, run_id: str | None = None) -> WorkflowHistory:
    return await scene.temporal.get_workflow_handle(workflow_id, run_id=run_id).fetch_history()


def save(recorded: Recorded) -> None:
    """Write histories without what only tells where they were recorded."""
    for name, recording in recorded.items():
        document = json.loads(recording.to_json())
        for message in _objects(document):
            if "identity" in message:
                message["identity"] = "recorder"
            message.pop("encodedAttributes", None)  # a failure's words and stack trace; nothing decides by them
        (HISTORIES / f"{name}.json").write_text(json.dumps(document, indent=1) + "\n")


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from _objects(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _objects(inner)


async def play(journey: Journey, settings: Settings, temporal: Client, database_url: str, **words: Any) -> None:
    """Play one journey on an empty database, and save what it recorded."""
    await administer(database_url, EMPTYING)
    async with staged(settings, temporal, database_url, **{"organisations": 3, **words}) as scene:
        save(await journey(scene))


async def main() -> None:
    with TemporaryDirectory() as name:
        directory = Path(name)
        await asyncio.to_thread(directory.chmod, 0o711)  # PostgreSQL may run as another user
        ports = Ports(directory / "ports.json")
        settings = settings_for(f"{HOST}:{ports.get('temporal')}", KEYS)
        HISTORIES.mkdir(exist_ok=True)
        async with Supervisor(directory / "logs") as supervisor:
            _, url = await start_postgres(supervisor, ports, directory / "postgres", THROWN_AWAY)
            await schema.upgrade(url)
            await start_temporal(
                supervisor, settings, ports, directory, search_attributes=SEARCH_ATTRIBUTES, codec_url=None
            )
            temporal = await connect(settings)
            for journey in (happy, by_signal, denied, cancelled):
                await play(journey, settings, temporal, url)
            await play(no_consent, settings, temporal, url, deadlines=Deadlines(consent=timedelta(seconds=1)))
            await play(no_selection, settings, temporal, url, deadlines=Deadlines(selection=timedelta(seconds=1)))
            await play(troubled, settings, temporal, url, organisations=4)
            async with peculiar_server(settings, "limit.historyCount.suggestContinueAsNew=40") as server:
                await play(long_run, settings, server.client, url)


if __name__ == "__main__":
    asyncio.run(main())
