"""*Reconnect all* in trouble: until the new login has read the organisation, nothing of the old one is touched."""

import pytest
import pytest_asyncio

from contracts.words.runs import RunKind
from emulators.xero.faults import Kind
from tests.journeys.fixtures import MakePrepared
from tests.journeys.people import (
    adds,
    check,
    everything_added,
    joined,
    logins,
    named,
    reaches,
    reconnected,
    seen_by,
    started,
    until_moved,
    until_repaired,
)
from tests.journeys.platforms.marks import NOTHING_ENDED, OWN_ANSWERS, OWN_LIMITS, PERSONS
from tests.journeys.runs.test_cancelling import cancelled
from tests.journeys.scene import Json, Scene, by_organisation
from workflows.sync_client import SyncClient


async def six_on_ann_s_login(ann: Scene) -> None:
    """All of which Ben's reaches too."""
    await joined(ann, "Ben")
    reaches(ann, 1, 0, 6)
    await everything_added(ann)


@pytest_asyncio.fixture
async def ben(make_prepared: MakePrepared) -> Scene:
    """Ben's view of six clients that work on Ann's login; his own reaches them too."""
    return await seen_by(await make_prepared(six_on_ann_s_login, organisations=6, small_books=True), "Ben")


async def health_of(scene: Scene, organisation_id: str) -> Json:
    """A connection with the receipt of its organisation's profile."""
    found = next(
        client for client in await scene.clients() if client["connection"]["organisation_id"] == organisation_id
    )
    connection = {name: found["connection"][name] for name in ("status", "cause")}
    receipt = (await scene.list_of(found["client_id"], "organisation"))["receipt"]
    return {"client_id": found["client_id"], **connection, "receipt": receipt["cause"]}


@pytest.mark.thorough
@OWN_ANSWERS
async def test_a_login_that_lists_but_cannot_read_changes_nothing(ben: Scene):
    broken = next(iter(ben.world.library.organisations))
    before, health = await logins(ben), await health_of(ben, broken)
    async with ben.worker():
        ben.is_(ben.platform.forbidden, broken, path=ben.platform.profile)
        run = await reconnected(ben, 1, query="?all=true", action="allow")
    row = by_organisation(run)[broken]
    assert (run["result"], run["counts"]) == ("completed_with_failures", {"failed": 1, "repaired": 5})
    assert (row["outcome"], row["cause"]) == ("failed", "role_too_low")
    after = await logins(ben)
    assert {organisation_id for organisation_id in before if after[organisation_id] == before[organisation_id]} == {
        broken
    }
    assert await health_of(ben, broken) == health
    assert (health["status"], health["cause"], health["receipt"]) == ("connected", None, None)


@pytest.mark.thorough
@PERSONS
async def test_what_waits_is_moved_later_by_itself(ben: Scene):
    offline = next(iter(ben.world.library.organisations))
    before, health = await logins(ben), await health_of(ben, offline)
    async with ben.worker():
        ben.is_(ben.platform.offline, offline)
        run = await reconnected(ben, 1, query="?all=true", action="allow")
        row = by_organisation(run)[offline]
        assert run["counts"] == {"retrying": 1, "repaired": 5}
        assert (row["outcome"], row["cause"], bool(row["retry_at"])) == ("retrying", "provider_unavailable", True)
        assert (await logins(ben))[offline] == before[offline]
        assert await health_of(ben, offline) == health
        ben.world.faults.clear()
        sync = ben.handle(await ben.sync_of(row["client_id"]))
        await sync.signal(SyncClient.retry_now)
        await sync.result()
    later = await ben.show(run["run_id"])
    assert later["counts"] == {"repaired": 6}
    assert set((await logins(ben)).values()).isdisjoint(before.values())


@pytest.mark.thorough
@OWN_ANSWERS
async def test_a_login_that_is_refused_later_leaves_no_mark(ben: Scene):
    offline = next(iter(ben.world.library.organisations))
    before, health = await logins(ben), await health_of(ben, offline)
    async with ben.worker():
        ben.is_(ben.platform.offline, offline)
        run = await reconnected(ben, 1, query="?all=true", action="allow")
        ben.world.faults.clear()
        ben.is_(ben.platform.forbidden, offline, path=ben.platform.profile)
        sync = ben.handle(await ben.sync_of(by_organisation(run)[offline]["client_id"]))
        await sync.signal(SyncClient.retry_now)
        await sync.result()
    row = by_organisation(await ben.show(run["run_id"]))[offline]
    assert (row["outcome"], row["cause"]) == ("failed", "role_too_low")
    assert (await logins(ben))[offline] == before[offline]
    assert await health_of(ben, offline) == health


@pytest.mark.thorough
@PERSONS
async def test_a_sync_that_is_at_work_goes_on_with_the_new_login(make_scene):
    ann = await make_scene(organisations=3)
    ben, offline = await joined(ann, "Ben"), next(iter(ann.world.library.organisations))
    reaches(ann, 1, 0, 3)
    async with ann.worker():
        listed = await ann.listed()
        ann.is_(ann.platform.offline, offline)
        await ann.select_all(listed)
        added = await ann.until_stage(listed["run_id"], "finished")
        before = await logins(ann)
        run = await reconnected(ben, 1, query="?all=true", action="allow")
        assert run["counts"] == {"retrying": 1, "repaired": 2}
        ann.world.faults.clear()
        sync = ann.handle(await ann.sync_of(by_organisation(run)[offline]["client_id"]))
        assert (await sync.describe()).parent_id == added["run_id"]
        await sync.signal(SyncClient.retry_now)
        await sync.result()
        assert (await ann.show(added["run_id"]))["counts"] == {"created": 3}
        assert (await ann.show(run["run_id"]))["counts"] == {"repaired": 3}
    assert (await logins(ann))[offline] != before[offline]


@pytest.mark.thorough
@OWN_LIMITS
async def test_what_passes_by_itself_needs_no_sign_in(make_scene):
    scene = await make_scene(organisations=3)
    limited = next(iter(scene.world.library.organisations))
    async with scene.worker():
        listed = await scene.listed()
        scene.fault(Kind.RATE_LIMITED, limited, problem="day", seconds=3600)
        await scene.select_all(listed)
        await scene.until_stage(listed["run_id"], "finished")
        run = await reconnected(scene)
    row = by_organisation(run)[limited]
    assert run["counts"] == {"healthy": 3}
    assert row["message"].startswith("Its login works. This organisation has reached Xero's limit for now.")


@pytest.mark.thorough
@PERSONS
async def test_cancelled_in_the_middle(make_scene):
    ann = await make_scene(organisations=24, latency_ms=120, small_books=True)
    ben = await joined(ann, "Ben")
    reaches(ann, 1, 0, 24)
    async with ann.worker(concurrency=4):
        await adds(ann, 0, list(ann.world.library.organisations))
        before = await logins(ann)
        run_id = await started(ben, RunKind.RECONNECT_ALL, 1, query="?all=true", action="allow")
        await ben.until(run_id, lambda run: bool(run["organisations"]) and run["stage"] == "repairing")
        await until_moved(ben, run_id, before, 3)
        run = await cancelled(ben, run_id)
    after = await logins(ann)
    moved = {identity for identity, login in after.items() if login != before[identity]}
    assert 0 < len(moved) < 24
    assert named(run, "repaired") == moved
    assert len(named(run, "skipped")) == 24 - len(moved)
    assert {client["connection"]["status"] for client in await ann.clients()} == {"connected"}


@pytest.mark.thorough
async def test_cancelled_while_what_was_signed_out_is_repaired(make_scene):
    """Unlike above, nothing of it works when the repair begins, also where each organisation has a login of its own.

    What is read when the run has ended may be well by then, and is called that.
    """
    scene = await make_scene(organisations=16, latency_ms=120, small_books=True)
    async with scene.worker(concurrency=4):
        await scene.added()
        scene.signed_out()
        await check(scene)
        run_id = await started(scene, RunKind.RECONNECT_ALL, 0)
        await scene.until(run_id, lambda run: run["stage"] == "repairing")
        await until_repaired(scene, run_id, 3)
        run = await cancelled(scene, run_id)
    repaired = named(run, "repaired")
    assert 0 < len(repaired) < 16
    assert len(named(run, "skipped")) == 16 - len(repaired)
    statuses = {
        client["connection"]["organisation_id"]: client["connection"]["status"] for client in await scene.clients()
    }
    assert repaired <= {identity for identity, status in statuses.items() if status == "connected"}


@pytest.mark.thorough
@NOTHING_ENDED
async def test_cancelled_before_the_sign_in(scene: Scene):
    async with scene.worker():
        answer = await scene.asked("reconnect-all")
        run = await cancelled(scene, answer.json()["run_id"])
    assert (run["counts"], run["offers"]) == ({}, [])
