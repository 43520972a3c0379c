"""Reconnect all where each sign-in brings one organisation: one by one, with wrong picks, until it is enough."""

import pytest

from contracts.words.runs import RunKind
from tests.journeys.fixtures import MakePrepared
from tests.journeys.people import check, everything_added
from tests.journeys.platforms.marks import ONE_BY_ONE
from tests.journeys.scene import Json, Scene, by_organisation

pytestmark = ONE_BY_ONE

REMOVED = 2


async def some_removed(scene: Scene) -> None:
    """Three clients, of which the first two were removed at the provider and the night has seen it."""
    async with scene.worker():
        await removes_some(scene)


async def removes_some(scene: Scene) -> None:
    """The same, with a worker that is there."""
    run_id, address = await scene.start()
    organisations = list(scene.world.library.organisations)
    for place, organisation_id in enumerate(organisations[:3], 1):
        await scene.sign_in(address, choose=[organisation_id])
        run = await scene.until_listed(run_id, place)
        address = await scene.further_sign_in(run_id)
    await scene.select_all(run)
    await scene.until_stage(run_id, "finished")
    for organisation_id in organisations[:REMOVED]:
        scene.is_(scene.platform.removed, organisation_id)
    await check(scene)


async def queue_of(scene: Scene, run_id: str) -> Json:
    answer = await scene.http.get(f"/api/v1/runs/{run_id}/sign-ins")
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    assert found["to_do"] + found["done"] + found["dropped"] == len(found["sign_ins"])
    return found


async def signed_in(scene: Scene, run_id: str, address: str, organisation_id: str) -> Json:
    """A sign-in for one organisation, up to the moment at which the run has said what came of it."""
    page = await scene.sign_in(address, choose=[organisation_id])
    assert page.status_code == 200, page.text
    return await scene.until(run_id, lambda run: run["message"] or run["stage"] != "awaiting_consent")


async def begun(scene: Scene) -> tuple[str, str]:
    answer = await scene.asked(RunKind.RECONNECT_ALL)
    assert answer.status_code == 201, answer.text
    return answer.json()["run_id"], answer.json()["authorize_url"]


@pytest.mark.thorough
async def test_one_sign_in_after_the_other_with_wrong_picks(make_prepared: MakePrepared):
    scene: Scene = await make_prepared(some_removed, organisations=5, bulk_connect=False)
    by_id = scene.world.library.organisations
    stranger = list(by_id)[3]
    async with scene.worker():
        run_id, address = await begun(scene)
        queue = await queue_of(scene, run_id)
        first, second = (one["organisation_id"] for one in queue["sign_ins"])
        assert (queue["next"], queue["to_do"], {first, second}) == (first, 2, set(list(by_id)[:REMOVED]))

        run = await signed_in(scene, run_id, address, stranger)
        assert run["message"] == (
            f"You chose {by_id[stranger].name}; {by_id[first].name} is still to do. 2 sign-ins are left."
        )
        queue = await queue_of(scene, run_id)
        assert (queue["next"], queue["done"]) == (first, 0)
        assert queue["sign_ins"][0]["came_instead"] == by_id[stranger].name

        run = await signed_in(scene, run_id, await scene.further_sign_in(run_id), first)
        assert run["message"] == f"{by_id[first].name} done. 1 sign-in is left; {by_id[second].name} is next."
        assert (await queue_of(scene, run_id))["next"] == second
        await signed_in(scene, run_id, await scene.further_sign_in(run_id), second)
        run = await scene.until_stage(run_id, "finished")
    assert run["counts"] == {"repaired": 2, "healthy": 1}
    assert [row["organisation_id"] for row in run["offers"]] == [stranger]
    assert (await queue_of(scene, run_id))["done"] == 2
    assert {client["connection"]["status"] for client in await scene.clients()} == {"connected"}


@pytest.mark.thorough
async def test_enough_is_enough_and_the_count_adds_up(make_prepared: MakePrepared):
    scene: Scene = await make_prepared(some_removed, organisations=5, bulk_connect=False)
    async with scene.worker():
        run_id, address = await begun(scene)
        refused = await scene.http.post(f"/api/v1/runs/{run_id}/sign-ins/go-on")
        assert refused.status_code == 422
        first, second = (one["organisation_id"] for one in (await queue_of(scene, run_id))["sign_ins"])
        await signed_in(scene, run_id, address, first)
        dropped = await scene.http.post(f"/api/v1/runs/{run_id}/sign-ins/{second}/drop")
        assert (dropped.status_code, dropped.json()["dropped"], dropped.json()["next"]) == (200, 1, None)
        run = await scene.until_stage(run_id, "finished")
        again = await scene.http.post(f"/api/v1/runs/{run_id}/sign-ins/{second}/drop")
        assert (again.status_code, again.json()["error"]["code"]) == (409, "wrong_stage")
    assert run["counts"] == {"repaired": 1, "unreachable": 1, "healthy": 1}
    # Where a grant has one organisation, it ends when that is removed.
    cause = "signed_out" if scene.platform.brings_one else "disconnected_at_provider"
    assert by_organisation(run)[second]["cause"] == cause


@pytest.mark.thorough
async def test_going_on_leaves_the_rest_as_it_is(make_prepared: MakePrepared):
    scene: Scene = await make_prepared(some_removed, organisations=5, bulk_connect=False)
    async with scene.worker():
        run_id, address = await begun(scene)
        first, second = (one["organisation_id"] for one in (await queue_of(scene, run_id))["sign_ins"])
        await signed_in(scene, run_id, address, first)
        assert (await scene.http.post(f"/api/v1/runs/{run_id}/sign-ins/go-on")).status_code == 202
        run = await scene.until_stage(run_id, "finished")
    assert {key: row["outcome"] for key, row in by_organisation(run).items()}[second] == "unreachable"
    assert run["counts"] == {"repaired": 1, "unreachable": 1, "healthy": 1}


@pytest.mark.thorough
async def test_a_further_sign_in_that_cannot_be_seen_leaves_the_queue_as_it_was(make_prepared: MakePrepared):
    scene: Scene = await make_prepared(some_removed, organisations=5, bulk_connect=False)
    async with scene.worker():
        run_id, address = await begun(scene)
        first, second = (one["organisation_id"] for one in (await queue_of(scene, run_id))["sign_ins"])
        await signed_in(scene, run_id, address, first)
    await scene.sign_in(await scene.further_sign_in(run_id), choose=[second])
    if scene.platform.brings_one:
        scene.is_(scene.platform.removed, second)
    else:
        scene.signed_out()
    async with scene.worker():
        run = await scene.until(run_id, lambda run: bool(run["message"]))
        assert run["message"].startswith("What this sign-in brought could not be seen, so it is still to do.")
        assert (await queue_of(scene, run_id))["next"] == second
        again = {"choose": [second]} if scene.platform.brings_one else {"action": "continue"}  # it is allowed by now
        await scene.sign_in(await scene.further_sign_in(run_id), **again)
        run = await scene.until_stage(run_id, "finished")
    assert run["counts"] == {"repaired": 2, "healthy": 1}


@pytest.mark.thorough
async def test_two_logins_repair_what_each_reaches(make_prepared: MakePrepared):
    scene: Scene = await make_prepared(some_removed, organisations=5, people=2, bulk_connect=False)
    async with scene.worker():
        run_id, address = await begun(scene)
        first, second = (one["organisation_id"] for one in (await queue_of(scene, run_id))["sign_ins"])
        await signed_in(scene, run_id, address, first)
        await scene.sign_in(await scene.further_sign_in(run_id), person=1, choose=[second])
        run = await scene.until_stage(run_id, "finished")
    assert run["counts"] == {"repaired": 2, "healthy": 1}
    people = [person.name for person in scene.world.library.people.values()]
    logins = {
        client["connection"]["organisation_id"]: client["connection"]["login"] for client in await scene.clients()
    }
    assert (logins[first], logins[second]) == (people[0], people[1])


@pytest.mark.thorough
@pytest.mark.only("xero", "sage", because="one sign-in is for all")
async def test_one_sign_in_for_all_has_no_queue(make_prepared: MakePrepared):
    scene: Scene = await make_prepared(everything_added, organisations=3)
    async with scene.worker():
        run_id, _ = await begun(scene)
        assert await queue_of(scene, run_id) == {"next": None, "to_do": 0, "done": 0, "dropped": 0, "sign_ins": []}
