"""A move that meets a call limit goes on by itself when the provider says that calls are taken again; nobody waits."""

import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from html import unescape

import httpx2
import pytest
import pytest_asyncio
from temporalio.testing import WorkflowEnvironment

from emulators.xero.faults import Kind
from models.practices.tables import Colleague
from runtime.settings.settings import Settings
from tests.journeys.fixtures import MakePrepared, MakeScene
from tests.journeys.people import adds, joined, logins, owners, reaches, reassignable, seen_by, taken_over
from tests.journeys.platforms.marks import OWN_LIMITS
from tests.journeys.runs.test_cancelling import cancelled
from tests.journeys.scene import Json, Scene, by_organisation, chosen
from tests.journeys.stage import peculiar_server
from tests.web.house import KEPT, Person, arrived

pytestmark = OWN_LIMITS

THREE_DAYS = 259_200


@pytest_asyncio.fixture
async def hasty(temporal_settings: Settings) -> AsyncIterator[WorkflowEnvironment]:
    """A server whose workflows do not wait."""
    async with peculiar_server(temporal_settings, skips_time=True) as environment:
        yield environment


async def three_within_reach(scene: Scene) -> None:
    """Ben's login reaches the three clients of the scene's colleague."""
    await joined(scene, "Ben")
    async with scene.worker():
        await adds(scene, 0, reaches(scene, 1, 0, 3))


async def listed(scene: Scene) -> tuple[Scene, Json]:
    """Ben's view of three clients of the scene's colleague, and his list of them; a worker is there."""
    ben = await seen_by(scene, "Ben")
    return ben, await reassignable(ben, 1)


async def waiting(scene: Scene) -> tuple[Scene, str, str]:
    """Ben has chosen all; of one the day's calls are used up. Gives his view, the run and that organisation."""
    limited = list(scene.world.library.organisations)[1]
    async with scene.worker():
        ben, run = await listed(scene)
        scene.world.limits.exhaust(scene.world.limits.usage(limited), "day")
        await ben.select(run["run_id"], organisations=chosen(run))
        await ben.until(
            run["run_id"],
            lambda run: run["counts"] == {"reassigned": 2} and by_organisation(run)[limited]["retry_at"] is not None,
        )
    return ben, run["run_id"], limited


@pytest.mark.thorough
async def test_it_waits_for_the_day_s_end_and_the_client_moves(make_scene: MakeScene, hasty: WorkflowEnvironment):
    scene = await make_scene(organisations=3, client=hasty.client)
    with hasty.with_time_skipping_disabled():
        await three_within_reach(scene)
        ben, run_id, limited = await waiting(scene)
    before, run = await logins(scene), await ben.show(run_id)
    row = by_organisation(run)[limited]
    assert (run["stage"], run["result"], run["counts"]) == ("reassigning", None, {"reassigned": 2})
    assert (row["outcome"], row["cause"]) == (None, "rate_limited")
    assert row["message"] == "Not moved yet. This organisation has reached Xero's limit for now."
    assert row["next_step"].startswith("Nothing to do: it goes on by itself")
    usage, now = scene.world.limits.usage(limited), scene.world.clock.now()
    ends_at = now + 86_400 - (now - usage.begins) % 86_400
    assert abs(datetime.fromisoformat(row["retry_at"]).timestamp() - ends_at) < 90
    usage.used["day"] = 0  # its day has ended
    async with scene.worker():
        await hasty.fast_forward(scene.handle(run_id), timedelta(hours=25))
        run = await ben.until_stage(run_id, "finished")
    assert (run["result"], run["counts"], run["causes"]) == ("completed", {"reassigned": 3}, {})
    assert (await owners(scene))[limited] == ben.actor.colleague_id
    assert (await logins(scene))[limited] != before[limited]
    ((told,),) = await scene.rows("SELECT body FROM notices WHERE kind = 'clients.reassigned'")
    assert told.count("\n- ") == 3


@pytest.mark.thorough
async def test_support_reads_that_it_waits_and_until_when(make_prepared: MakePrepared):
    scene = await make_prepared(three_within_reach, organisations=3)
    ben, run_id, limited = await waiting(scene)
    async with scene.worker():
        details = await ben.details(run_id)
        await ben.cancel(run_id)
        await ben.until_stage(run_id, "finished")
    retry_at = datetime.fromisoformat(by_organisation(await ben.show(run_id))[limited]["retry_at"] or "2000-01-01")
    assert "1 client waits for Xero's limit" in details
    assert retry_at.year == 2000  # nothing is tried any more


@pytest.mark.thorough
async def test_its_page_says_until_when(make_prepared: MakePrepared):
    scene = await make_prepared(three_within_reach, organisations=3)
    ben, run_id, _ = await waiting(scene)
    page = (await (await at_their_desk(ben)).get(f"/activity/{run_id}")).text
    said = unescape(" ".join(re.sub("<[^>]+>", " ", page).split()))
    assert "2 of 3 clients done" in said
    assert "Waiting for Xero's limit for this client. It goes on by itself" in said
    assert "Next try in " in said


async def at_their_desk(scene: Scene) -> httpx2.AsyncClient:
    """A browser without a screen in which the scene's colleague is signed in."""
    async with scene.database.transaction() as session:
        colleague = await session.get_one(Colleague, scene.actor.colleague_id)
        colleague.password_hash = KEPT
    return await arrived(Person(colleague.email, scene.actor, scene))


@pytest.mark.thorough
async def test_stopped_while_it_waits_nothing_is_promised(make_prepared: MakePrepared):
    scene = await make_prepared(three_within_reach, organisations=3)
    ben, run_id, limited = await waiting(scene)
    async with scene.worker():
        run = await cancelled(ben, run_id)
    row = by_organisation(run)[limited]
    assert run["counts"] == {"reassigned": 2, "skipped": 1}
    assert (row["cause"], row["next_step"], row["retry_at"]) == (None, None, None)
    assert row["message"] == "The run ended before its turn came. Nothing was changed."
    assert (await owners(scene))[limited] == scene.actor.colleague_id


@pytest.mark.thorough
async def test_what_lasts_longer_than_a_run_may_wait_is_left_to_the_colleague(make_prepared: MakePrepared):
    scene = await make_prepared(three_within_reach, organisations=3)
    limited = next(iter(scene.world.library.organisations))
    async with scene.worker():
        ben, run = await listed(scene)
        scene.fault(Kind.RATE_LIMITED, limited, problem="day", seconds=THREE_DAYS)
        run = await taken_over(ben, run)
    row = by_organisation(run)[limited]
    assert (run["result"], run["counts"]) == ("completed_with_failures", {"reassigned": 2, "failed": 1})
    assert row["message"] == (
        "Nothing was changed. This organisation has reached Xero's limit for now. Reassign it again later."
    )
    assert row["next_step"] == "Nothing tries it again by itself: start it again later."


@pytest.mark.long
async def test_a_history_that_has_grown_long_goes_on_waiting(make_scene: MakeScene, temporal_settings: Settings):
    """The pass that begins after a wait finds the client in a new history, too."""
    limit = "limit.historyCount.suggestContinueAsNew=40"
    async with peculiar_server(temporal_settings, limit, skips_time=True) as server:
        scene = await make_scene(organisations=3, client=server.client)
        with server.with_time_skipping_disabled():
            await three_within_reach(scene)
            ben, run_id, limited = await waiting(scene)
        scene.world.limits.usage(limited).used["day"] = 0
        async with scene.worker():
            await server.fast_forward(scene.handle(run_id), timedelta(hours=25))
            run = await ben.until_stage(run_id, "finished")
    assert run["counts"] == {"reassigned": 3}
