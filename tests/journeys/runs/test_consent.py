"""Signing in: declined, failed, forged, replayed, one organisation at a time, and by a second person."""

import httpx2
import pytest

from emulators.xero.control.words import SettingWords
from emulators.xero.faults import Kind
from starter.runs.consent_words import DENIED, IF_FULL
from tests.journeys.one_by_one import brought
from tests.journeys.one_client import FEW, one_of
from tests.journeys.platforms.marks import ONE_BY_ONE, OWN_ANSWERS, PICKED
from tests.journeys.scene import Scene, by_organisation


@pytest.mark.thorough
@pytest.mark.parametrize("is_full", [False, True], ids=["declined", "no more connections"])
@OWN_ANSWERS
async def test_a_declined_sign_in_ends_the_run(scene: Scene, is_full: bool):
    if is_full:
        scene.fault(Kind.CONNECTION_CAP, times=1)
    async with scene.worker():
        run_id, authorize_url = await scene.start()
        page = await scene.sign_in(authorize_url, action="cancel")
        run = await scene.until_stage(run_id, "finished")
    assert DENIED in page.text
    assert "this app may not connect any more organisations, signing in again does not help" in IF_FULL
    assert run["result"] == "cancelled"
    assert run["message"] == f"{DENIED} {IF_FULL}"
    assert run["organisations"] == []
    assert await scene.clients() == []


@pytest.mark.thorough
async def test_after_a_failed_sign_in_the_run_waits_for_another(scene: Scene):
    scene.fault(Kind.SERVER_ERROR, path=scene.platform.token, times=1)
    async with scene.worker():
        run_id, authorize_url = await scene.start()
        page = await scene.sign_in(authorize_url)
        assert (
            f"{scene.platform.title} gave no usable answer while the sign-in was being finished. Sign in again."
            in page.text
        )
        assert (await scene.show(run_id))["stage"] == "awaiting_consent"
        run = await brought(scene, run_id, await scene.further_sign_in(run_id), action="continue")
    assert len(run["organisations"]) == 5


@pytest.mark.thorough
@pytest.mark.parametrize(("status", "page"), [(301, "html"), (400, "html"), (401, "nothing"), (403, "text")])
async def test_a_page_in_front_of_the_token_endpoint_costs_no_sign_in(scene: Scene, status: int, page: str):
    scene.fault(Kind.EDGE_PAGE, path=scene.platform.token, times=1, status=status, page=page)
    async with scene.worker():
        run = await scene.listed()
    assert (len(run["organisations"]), scene.world.calls.token_exchanges) == (5, scene.platform.sign_ins(5))


@pytest.mark.thorough
async def test_pages_that_stay_are_said_plainly(scene: Scene):
    scene.fault(Kind.EDGE_PAGE, path=scene.platform.token, status=403)
    async with scene.worker():
        run_id, authorize_url = await scene.start()
        page = await scene.sign_in(authorize_url)
        assert (
            f"{scene.platform.title} gave no usable answer while the sign-in was being finished. Sign in again."
            in page.text
        )
        scene.world.faults.clear()
        await scene.sign_in(await scene.further_sign_in(run_id), action="continue")
        await scene.until_stage(run_id, "awaiting_selection")
    assert scene.world.calls.token_exchanges == 1


@pytest.mark.thorough
async def test_an_unknown_state_changes_nothing(scene: Scene):
    run_id, _ = await scene.start()
    before = await scene.everything()
    async with httpx2.AsyncClient(base_url=scene.web) as browser:
        page = await browser.get(
            f"/connect/{scene.platform.name}/callback", params={"state": "made-up", "code": "made-up"}
        )
    assert page.status_code == 404
    assert "This sign-in link is not known." in page.text
    assert await scene.everything() == before
    assert (await scene.show(run_id))["stage"] == "awaiting_consent"


async def test_a_replayed_state_is_answered_and_does_nothing_twice(scene: Scene):
    async with scene.worker():
        run_id, authorize_url = await scene.start()
        browser = await scene.browser()
        page = await scene.sign_in(authorize_url, browser=browser)
        await scene.until_stage(run_id, "awaiting_selection")
        before = await scene.everything()
        again = await browser.get(page.url)
        assert (again.status_code, again.text) == (200, page.text)
        assert await scene.everything() == before
    assert scene.world.calls.token_exchanges == 1
    history = await scene.handle(run_id).fetch_history()
    signals = [event for event in history.events if event.HasField("workflow_execution_signaled_event_attributes")]
    assert len(signals) == 1


@pytest.mark.thorough
@ONE_BY_ONE
async def test_one_organisation_a_sign_in_adds_up_to_one_list(make_scene):
    scene = await make_scene(bulk_connect=False)
    wanted = list(scene.world.library.organisations)[:3]
    async with scene.worker():
        run_id, authorize_url = await scene.start()
        for place, organisation_id in enumerate(wanted, 1):
            await scene.sign_in(authorize_url, choose=[organisation_id])
            run = await scene.until(
                run_id,
                lambda run, place=place: run["stage"] == "awaiting_selection" and len(run["organisations"]) == place,
            )
            authorize_url = await scene.further_sign_in(run_id)
        assert [row["organisation_id"] for row in run["organisations"]] == wanted
        await scene.select_all(run)
        run = await scene.until_stage(run_id, "finished")
    assert run["counts"] == {"created": 3}
    assert scene.world.calls.token_exchanges == 3


@pytest.mark.thorough
@PICKED
async def test_a_second_person_adds_what_only_they_chose(scene: Scene):
    people = list(scene.world.library.people.values())
    first, second = [row.organisation_id for row in scene.world.may_connect(people[1])][:2]
    async with scene.worker():
        run = await scene.listed(person=0, choose=[first])
        await scene.sign_in(await scene.further_sign_in(run["run_id"]), person=1, choose=[second])
        run = await scene.until(
            run["run_id"], lambda run: run["stage"] == "awaiting_selection" and len(run["organisations"]) == 2
        )
        await scene.select_all(run)
        run = await scene.until_stage(run["run_id"], "finished")
    assert {identity: row["outcome"] for identity, row in by_organisation(run).items()} == {
        first: "created",
        second: "created",
    }
    logins = {
        client["connection"]["organisation_id"]: client["connection"]["login"] for client in await scene.clients()
    }
    assert logins == {first: people[0].name, second: people[1].name}


@pytest.mark.thorough
@OWN_ANSWERS
async def test_what_was_not_granted_is_asked_for(make_scene):
    scene = await make_scene(organisations=FEW, people=1)
    scene.control.change_settings(SettingWords(withheld_scopes=["accounting.contacts.read"]))
    async with scene.worker():
        await scene.added()
    client = await one_of(scene)
    assert (await client.shown())["receipts"]["suppliers"]["cause"] == "permission_missing"
    assert "accept all of the permissions" in (await client.shown())["next_step"]
