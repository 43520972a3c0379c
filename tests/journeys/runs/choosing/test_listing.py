"""What *Add clients* lists: all that the login reaches, what was just allowed first, and what each one may be."""

from uuid import uuid4

import pytest

from emulators.xero.control.words import OrganisationWords, SettingWords
from tests.journeys.one_client import disconnecting, one_of
from tests.journeys.people import adds, reaches
from tests.journeys.platforms.marks import OWN_ANSWERS, TICKED
from tests.journeys.scene import Json, Scene, by_organisation


def first_of(scene: Scene, count: int) -> list[str]:
    return list(scene.world.library.organisations)[:count]


@pytest.mark.thorough
@pytest.mark.parametrize("restamps", [False, True])
@TICKED
async def test_what_was_connected_before_and_is_no_client_is_listed_too(scene: Scene, restamps):
    scene.control.change_settings(SettingWords(continue_restamps=restamps))
    *before, just_now = first_of(scene, 4)
    async with scene.worker():
        await scene.listed(choose=before)  # nobody chose then
        run = await scene.listed(choose=[just_now])
        assert [row["organisation_id"] for row in run["organisations"]] == [just_now, *sorted_like(run, before)]
        assert [row["just_allowed"] for row in run["organisations"]] == [True, False, False, False]
        assert run["verdicts"] == {"new": 4}
        again = await scene.listed(action="continue")
    assert {row["organisation_id"] for row in again["organisations"]} == {just_now, *before}


def sorted_like(run, identities):
    return [row["organisation_id"] for row in run["organisations"] if row["organisation_id"] in identities]


@pytest.mark.thorough
@TICKED
async def test_further_sign_ins_keep_what_earlier_ones_of_the_run_allowed(make_scene):
    scene = await make_scene(bulk_connect=False)
    old, first, second = first_of(scene, 3)
    async with scene.worker():
        await scene.listed(choose=[old])
        run = await scene.listed(choose=[first])
        await scene.sign_in(await scene.further_sign_in(run["run_id"]), choose=[second])
        run = await scene.until(
            run["run_id"], lambda run: run["stage"] == "awaiting_selection" and len(run["organisations"]) == 3
        )
    assert {row["organisation_id"]: row["just_allowed"] for row in run["organisations"]} == {
        first: True,
        old: False,
        second: True,
    }


@pytest.mark.thorough
@pytest.mark.parametrize(
    "words", [{}, {"name": "Another Name Ltd"}, {"registration_number": "99999999"}], ids=["both", "number", "name"]
)
@OWN_ANSWERS
async def test_the_same_company_under_a_new_id_is_not_new(scene: Scene, words):
    """A reset demo company, a restarted trial: the old id is gone, the company is the same."""
    old = first_of(scene, 1)[0]
    anew = uuid4()
    async with scene.worker():
        await adds(scene, 0, [old])
        client = next(one for one in await scene.clients() if one["connection"]["organisation_id"] == old)
        scene.control.change_organisation(old, OrganisationWords(organisation_id=anew, **words))
        run = await scene.listed()
        row = by_organisation(run)[str(anew)]
        assert (row["verdict"], row["client_id"]) == ("looks_like_client", client["client_id"])
        assert f"{client['code']} {client['name']}" in row["verdict_message"]
        assert "change that client's connection" in row["verdict_message"]
        if not words:
            assert "is gone. If these are its new books" in row["verdict_message"]
            await _changed_without_signing_in(scene, client, run["run_id"], str(anew))
        answer = await scene.select(run["run_id"], all_new=True)
        assert answer.status_code == 200, answer.text
        run = await scene.until_stage(run["run_id"], "finished")
    assert by_organisation(run)[str(anew)]["outcome"] == "skipped"


async def _changed_without_signing_in(scene: Scene, client: Json, run_id: str, organisation_id: str) -> None:
    """Its connection is changed by the sign-in by which its new books were listed."""
    path = f"/api/v1/clients/{client['client_id']}/connection"
    unknown = await scene.http.post(f"{path}/change", json={"run_id": run_id, "organisation_id": "no-such"})
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (422, "unknown_organisation")
    begun = await scene.http.post(f"{path}/change", json={"run_id": run_id, "organisation_id": organisation_id})
    assert (begun.status_code, begun.json()["authorize_url"]) == (201, None), begun.text
    change = await scene.until_stage(begun.json()["run_id"], "awaiting_selection")
    assert by_organisation(change)[organisation_id]["verdict"] == "new"
    await scene.select(change["run_id"], organisations=[{"organisation_id": organisation_id}])
    await scene.until_stage(change["run_id"], "awaiting_confirmation")
    assert (await scene.http.post(f"{path}/change/{change['run_id']}/confirm")).status_code == 200
    shown = (await scene.http.get(path)).json()
    assert (shown["organisation_id"], shown["status"]) == (organisation_id, "connected")


@pytest.mark.thorough
async def test_a_connected_client_is_not_linked_to_its_new_books(scene: Scene):
    old, anew = first_of(scene, 1)[0], uuid4()
    async with scene.worker():
        await adds(scene, 0, [old])
        scene.control.change_organisation(old, OrganisationWords(organisation_id=anew))
        run = await scene.listed()
        row = by_organisation(run)[scene.control.written_id(anew)]
        link = {"organisation_id": row["organisation_id"], "action": "link", "client_id": row["client_id"]}
        answer = await scene.select(run["run_id"], organisations=[link])
    assert answer.status_code == 422
    assert "change its connection" in answer.json()["error"]["message"]


@pytest.mark.thorough
async def test_a_disconnected_client_can_be_linked_to_other_books(make_scene):
    scene = await make_scene(organisations=3)
    first, second, _ = scene.world.library.organisations
    async with scene.worker():
        run = await scene.listed()
        await scene.select(run["run_id"], organisations=[{"organisation_id": first}])
        await scene.until_stage(run["run_id"], "finished")
        client = await one_of(scene)
        await scene.handle(await disconnecting(client)).result()
        run = await scene.listed()  # all is allowed anew: the login ended with its only connection
        link = {"organisation_id": second, "action": "link", "client_id": client.client_id}
        answer = await scene.select(run["run_id"], organisations=[link])
        assert answer.status_code == 200, answer.text
        run = await scene.until_stage(run["run_id"], "finished")
    assert run["counts"]["linked"] == 1
    shown = await client.shown()
    assert (shown["organisation_id"], shown["status"]) == (second, "connected")


@pytest.mark.thorough
async def test_a_name_that_the_list_leaves_out_comes_from_the_profile(scene: Scene):
    listed, known = first_of(scene, 2)
    names = {identity: scene.world.library.organisations[identity].name for identity in (listed, known)}
    async with scene.worker():
        await adds(scene, 0, [known])
        for identity in names:
            scene.control.change_organisation(identity, OrganisationWords(is_nameless=True))
        run = await scene.listed(action="continue")
        assert {identity: by_organisation(run)[identity]["name"] for identity in names} == names
        await scene.select(run["run_id"], organisations=[{"organisation_id": listed}])
        await scene.until_stage(run["run_id"], "finished")
    clients = {client["connection"]["organisation_id"]: client for client in await scene.clients()}
    assert (clients[listed]["name"], clients[listed]["connection"]["organisation_name"]) == (names[listed],) * 2


@OWN_ANSWERS
@pytest.mark.thorough
async def test_a_client_that_was_added_without_a_name_gets_it_with_its_first_pull(make_scene):
    scene = await make_scene(organisations=2)
    nameless = first_of(scene, 1)[0]
    name = scene.world.library.organisations[nameless].name
    scene.control.change_organisation(nameless, OrganisationWords(is_nameless=True))
    async with scene.worker():
        scene.is_(scene.platform.offline, nameless)
        run = await scene.listed()
        assert by_organisation(run)[nameless]["name"] == "(no name)"
        scene.world.faults.clear()
        await scene.select_all(run)
        await scene.until_stage(run["run_id"], "finished")
    assert name in {client["name"] for client in await scene.clients()}


@pytest.mark.thorough
@OWN_ANSWERS
async def test_organisations_of_one_name_are_told_apart(make_scene):
    scene = await make_scene(organisations=6)
    first, second, other = reaches(scene, 0, 0, 3)
    numbers = {"first": "01234567", "second": "07654321"}
    for identity, number in ((first, numbers["first"]), (second, numbers["second"])):
        words = OrganisationWords(name="Harbour Bakery Ltd", registration_number=number)
        scene.control.change_organisation(identity, words)
    async with scene.worker():
        run = await scene.listed()
    rows = by_organisation(run)
    assert rows[first]["distinction"].startswith("Company number 01234567, short code !")
    assert rows[second]["distinction"].startswith("Company number 07654321, short code !")
    assert rows[other]["distinction"] is None
