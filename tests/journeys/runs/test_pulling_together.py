"""Clients are pulled in groups, and whoever stumbles is pulled alone: nobody pays for a neighbour."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import text

from activities.registry import GROUPS_AT_ONCE
from emulators.xero.faults import Kind
from tests.journeys.fixtures import MakeScene
from tests.journeys.platforms.marks import OWN_LIMITS
from tests.journeys.scene import PATIENCE, Scene, by_organisation, chosen
from workflows.plans.sizes import CLIENTS_PULLED_TOGETHER, FEWEST_PULLED_TOGETHER

ONE_GROUP = 2 * FEWEST_PULLED_TOGETHER - 1
"""As many clients as a run pulls in one group; one more, and it makes two."""

pytestmark = OWN_LIMITS


async def pulls_of(scene: Scene, workflow_id: str) -> Counter[tuple[str, int]]:
    """How often each activity of a pull was done, by name and number of the try that was the last."""
    names: dict[int, str] = {}
    done: Counter[tuple[str, int]] = Counter()
    tries: dict[int, int] = {}
    for event in (await scene.handle(workflow_id).fetch_history()).events:
        if event.HasField("activity_task_scheduled_event_attributes"):
            names[event.event_id] = event.activity_task_scheduled_event_attributes.activity_type.name
        elif event.HasField("activity_task_started_event_attributes"):
            started = event.activity_task_started_event_attributes
            tries[started.scheduled_event_id] = started.attempt
        elif event.HasField("activity_task_completed_event_attributes"):
            place = event.activity_task_completed_event_attributes.scheduled_event_id
            done[names[place], tries[place]] += 1
    return Counter({key: number for key, number in done.items() if key[0].startswith("pull_client")})


@asynccontextmanager
async def storing_fails_once(scene: Scene) -> AsyncIterator[None]:
    """The database refuses the next rows of accounts, whosever they are; it takes those after them."""
    statements = """
        CREATE SEQUENCE stores;
        CREATE FUNCTION refuse_once() RETURNS trigger LANGUAGE plpgsql AS
            'BEGIN IF nextval(''stores'') = 1 THEN RAISE EXCEPTION ''refused once''; END IF; RETURN NEW; END';
        CREATE TRIGGER refusing BEFORE INSERT ON accounts FOR EACH ROW EXECUTE FUNCTION refuse_once()
    """
    async with scene.database.transaction() as session:
        for statement in statements.split(";\n        C"):
            await (await session.connection()).execute(text(statement if "SEQ" in statement else f"C{statement}"))
    yield
    async with scene.database.transaction() as session:
        for statement in ("DROP TRIGGER refusing ON accounts", "DROP FUNCTION refuse_once", "DROP SEQUENCE stores"):
            await (await session.connection()).execute(text(statement))


@pytest.mark.thorough
async def test_who_stumbles_is_pulled_alone_and_the_others_together(make_scene: MakeScene):
    scene = await make_scene(organisations=ONE_GROUP, small_books=True)
    unsteady = list(scene.world.library.organisations)[2]
    async with scene.worker():
        listed = await scene.listed()
        scene.fault(Kind.SERVER_ERROR, unsteady, times=1)
        await scene.select_all(listed)
        finished = await scene.until_stage(listed["run_id"], "finished")
    assert finished["counts"] == {"created": ONE_GROUP}
    assert await pulls_of(scene, listed["run_id"]) == {("pull_clients", 1): 1, ("pull_client", 1): 1}
    stored = dict(await scene.rows("SELECT organisation_id, lists_pulled_at FROM connections"))
    assert len({stored.pop(unsteady), *stored.values()}) == 2, "its neighbours share a transaction"
    assert len(set(stored.values())) == 1


@pytest.mark.thorough
async def test_a_group_that_cannot_be_stored_is_pulled_one_by_one(make_scene: MakeScene):
    scene = await make_scene(organisations=3)
    async with scene.worker():
        listed = await scene.listed()
        async with storing_fails_once(scene):
            await scene.select_all(listed)
            finished = await scene.until_stage(listed["run_id"], "finished")
    assert finished["counts"] == {"created": 3}
    # At the first try: the leases of the group were given back.
    assert await pulls_of(scene, listed["run_id"]) == {("pull_clients", 1): 1, ("pull_client", 1): 3}


@pytest.mark.thorough
async def test_groups_are_stored_one_after_the_other_beside_one_of_another_run(make_scene: MakeScene):
    many = GROUPS_AT_ONCE * FEWEST_PULLED_TOGETHER  # all of them are read at once
    scene = await make_scene(organisations=many, small_books=True)
    neighbour = await scene.neighbour()
    async with scene.worker():
        big, small = await scene.listed(), await neighbour.listed(action="continue")
        async with scene.nothing_new_in("accounts"), asyncio.timeout(PATIENCE):
            await scene.select_all(big)
            while scene.world.calls.by_path["GET /api.xro/2.0/Contacts"] < many or not await scene.held_up():
                await scene.show(big["run_id"])
            await neighbour.select(small["run_id"], organisations=chosen(small)[:3])
            while await scene.held_up() < 2:
                await scene.show(big["run_id"])
            # All that the others of the big run do in their transaction before this is one look at what is held.
            assert await scene.held_up() == 2
        big = await scene.until_stage(big["run_id"], "finished")
        small = await neighbour.until_stage(small["run_id"], "finished")
    assert (big["counts"], small["counts"]["created"]) == ({"created": many}, 3)


@pytest.mark.thorough
async def test_what_fills_no_group_waits_behind_none(make_scene: MakeScene):
    many = 2 * CLIENTS_PULLED_TOGETHER
    scene = await make_scene(organisations=many, small_books=True)
    neighbour = await scene.neighbour()
    async with scene.worker(groups_at_once=1):
        big, small = await scene.listed(), await neighbour.listed(action="continue")
        async with scene.nothing_new_in("accounts"), asyncio.timeout(PATIENCE):
            await scene.select_all(big)
            while not await scene.held_up():
                await scene.show(big["run_id"])
            await neighbour.select(small["run_id"], organisations=chosen(small)[:3])
            while await scene.held_up() < 2:
                await scene.show(big["run_id"])
            assert scene.world.calls.by_path["GET /api.xro/2.0/Contacts"] == FEWEST_PULLED_TOGETHER + 3
        await scene.until_stage(big["run_id"], "finished")
        small = await neighbour.until_stage(small["run_id"], "finished")
    assert small["counts"]["created"] == 3


@pytest.mark.thorough
@pytest.mark.parametrize(("times", "tries", "are_left"), [(1, 2, False), (2, 3, False), (3, 3, True)])
async def test_a_limit_of_the_app_is_waited_for_together(make_scene: MakeScene, times: int, tries: int, are_left: bool):
    scene = await make_scene(organisations=3)
    limited = list(scene.world.library.organisations)[1]
    async with scene.worker():
        listed = await scene.listed()
        before = scene.world.calls.by_organisation.copy()
        scene.fault(
            Kind.RATE_LIMITED, limited, path=scene.platform.accounts, times=times, problem="appminute", seconds=1
        )
        await scene.select_all(listed)
        finished = await scene.until_stage(listed["run_id"], "finished")
    assert finished["counts"] == {"created": 3}
    pulls = await pulls_of(scene, listed["run_id"])
    assert pulls.pop(("pull_clients", tries)) == 1
    assert bool(pulls) is are_left
    read = scene.world.calls.by_organisation - before
    assert read.pop(limited) == 6 + times, "what was read before the limit is not read again"
    assert set(read.values()) == {6}
    assert await scene.rows("SELECT paused_until < now() FROM runs") == [(True,)], "people saw why nothing moved"


@pytest.mark.thorough
async def test_a_limit_of_one_organisation_is_no_pause_of_the_run(make_scene: MakeScene):
    scene = await make_scene(organisations=3)
    limited = list(scene.world.library.organisations)[1]
    async with scene.worker():
        listed = await scene.listed()
        scene.fault(Kind.RATE_LIMITED, limited, path=scene.platform.accounts, times=1, problem="minute", seconds=1)
        await scene.select_all(listed)
        await scene.until_stage(listed["run_id"], "finished")
    assert await scene.rows("SELECT paused_until FROM runs") == [(None,)]


@pytest.mark.thorough
async def test_a_client_alone_that_meets_the_limit_of_the_app_pauses_its_run(make_scene: MakeScene):
    scene = await make_scene(organisations=1)
    async with scene.worker():
        listed = await scene.listed()
        scene.fault(Kind.RATE_LIMITED, path=scene.platform.accounts, times=1, problem="appminute", seconds=1)
        await scene.select_all(listed)
        await scene.until_stage(listed["run_id"], "finished")
    assert await scene.rows("SELECT paused_until < now() FROM runs") == [(True,)]


@pytest.mark.thorough
async def test_who_is_done_is_not_tried_again_with_the_group(make_scene: MakeScene):
    scene = await make_scene(organisations=3)
    first, limited, last = scene.world.library.organisations
    async with scene.worker():
        listed = await scene.listed()
        scene.fault(
            Kind.LATENCY, limited, path=scene.platform.accounts, times=1, seconds=4
        )  # the others are done long before
        scene.fault(Kind.RATE_LIMITED, limited, path=scene.platform.accounts, times=1, problem="appminute", seconds=2)
        await scene.select_all(listed)
        async with asyncio.timeout(PATIENCE):
            while (run := await scene.show(listed["run_id"]))["counts"] != {"created": 2}:
                pass
        done = by_organisation(run)[first]["client_id"]
        answer = await scene.http.post(f"/api/v1/clients/{done}/connection/disconnect")
        assert answer.status_code == 202, answer.text
        finished = await scene.until_stage(listed["run_id"], "finished")
    assert finished["counts"] == {"created": 3}, "what becomes of a connection later is not the run's outcome"
    assert by_organisation(finished)[last]["outcome"] == "created"


@pytest.mark.thorough
async def test_a_long_limit_of_the_app_holds_up_nobody_who_is_read(make_scene: MakeScene):
    scene = await make_scene(organisations=3)
    limited = list(scene.world.library.organisations)[1]
    async with scene.worker():
        listed = await scene.listed()
        scene.fault(
            Kind.LATENCY, limited, path=scene.platform.accounts, times=1, seconds=4
        )  # the others are done long before
        scene.fault(
            Kind.RATE_LIMITED, limited, path=scene.platform.accounts, times=1, problem="appminute", seconds=3600
        )
        await scene.select_all(listed)
        async with asyncio.timeout(PATIENCE):
            while (await pulls_of(scene, listed["run_id"])) != {("pull_clients", 1): 1}:
                pass
        assert (await scene.show(listed["run_id"]))["counts"] == {"created": 2}
